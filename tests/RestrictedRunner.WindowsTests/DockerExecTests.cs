using System.Diagnostics;

namespace RestrictedRunner.WindowsTests;

/// <summary>The task, in a Windows process and with a real engine.</summary>
public class DockerExecTests
{
    [Fact]
    public void This_is_Windows()
    {
        using var msbuild = new HostedMSBuild();

        var build = msbuild.Build("""<ItemGroup><Result Include="$(OS)" /></ItemGroup>""");

        Assert.Equal(["Windows_NT"], build.Returned);
        Assert.StartsWith(@"C:\", msbuild.Project, StringComparison.Ordinal);
    }

    [EngineFact]
    public void A_command_runs_and_its_lines_and_exit_code_arrive()
    {
        using var msbuild = new HostedMSBuild();

        var build = msbuild.Build(
            """
            <DockerExec Image="busybox:latest" Command="echo one; echo two >&amp;2; exit 7" IgnoreExitCode="true" ConsoleToMSBuild="true">
              <Output TaskParameter="ExitCode" ItemName="Result" />
              <Output TaskParameter="ConsoleOutput" ItemName="Line" />
            </DockerExec>
            <ItemGroup>
              <Result Include="@(Line->'%(Stream) %(Identity)')" />
            </ItemGroup>
            """);

        build.AssertSucceeded();
        Assert.Equal(["one", "two"], build.Output.Order(StringComparer.Ordinal));
        Assert.Equal(["7", "stderr two", "stdout one"], build.Returned.Order(StringComparer.Ordinal));
    }

    [EngineTheory]
    [InlineData(".:/here:ro")]
    [InlineData("$(MSBuildProjectDirectory):/here:ro")]
    [InlineData(@".\:/here")]
    public void A_folder_is_mounted(string mount)
    {
        using var msbuild = new HostedMSBuild();

        var build = msbuild.Build($"""<DockerExec Image="busybox:latest" Mounts="{mount}" Command="head -n 1 /here/step.proj" />""");

        build.AssertSucceeded();
        Assert.Equal(["<Project>"], build.Output);
    }

    [EngineFact]
    public void Variables_and_standard_input_arrive()
    {
        using var msbuild = new HostedMSBuild();
        File.WriteAllText(msbuild["in put.txt"], "read\nto the end");

        var build = msbuild.Build(
            """<DockerExec Image="busybox:latest" EnvironmentVariables="ONE=a b;DOCKER_TWO=c;PATH=/bin" StandardInput="in put.txt" Command="echo $ONE $DOCKER_TWO $PATH; cat" />""");

        build.AssertSucceeded();
        Assert.Equal(["a b c /bin", "read", "to the end"], build.Output);
    }

    [EngineFact]
    public async Task A_step_that_takes_too_long_fails_with_RRB3006_and_its_container_is_gone()
    {
        using var msbuild = new HostedMSBuild();
        var watch = Stopwatch.StartNew();

        var build = msbuild.Build("""<DockerExec Image="busybox:latest" Command="echo started; sleep 60" Timeout="5000" />""");

        await Pace.AssertWithinAsync(TimeSpan.FromSeconds(20), watch.Elapsed);
        Assert.Equal(["RRB3006"], build.Errors.Select(error => error.Code));
        Assert.Equal(["started"], build.Output);
        Assert.Equal("", await Docker.ContainersAsync($"name={Assert.Single(build.Containers)}"));
    }

    [EngineFact]
    public async Task A_step_of_a_cancelled_build_fails_with_RRB3007_and_its_container_is_gone()
    {
        using var msbuild = new HostedMSBuild();
        var watch = Stopwatch.StartNew();

        var build = msbuild.BuildProject(
            $"""
            <Project>
              <Import Project="{HostedMSBuild.Targets}" />
              <Target Name="Build">
                <DockerExec Image="busybox:latest" Command="echo started; sleep 60" />
              </Target>
            </Project>
            """,
            "Build",
            cancelAt: "started");

        await Pace.AssertWithinAsync(TimeSpan.FromSeconds(20), watch.Elapsed);
        Assert.False(build.Succeeded);
        Assert.Equal(["RRB3007"], build.Errors.Select(error => error.Code));
        Assert.Equal("", await Docker.ContainersAsync($"name={Assert.Single(build.Containers)}"));
    }

    [EngineFact]
    public void An_error_of_a_tool_leads_to_the_file_on_Windows()
    {
        using var msbuild = new HostedMSBuild();
        Directory.CreateDirectory(msbuild["src"]);
        File.WriteAllText(msbuild[@"src\a.c"], "");

        var build = msbuild.Build("""<DockerExec Image="busybox:latest" Mounts=".:/here" WorkDir="/here" Command="echo 'src/a.c:3:5: error: x'; exit 1" />""");

        var error = build.Errors[0];
        Assert.Equal((msbuild[@"src\a.c"], 3, 5, "x"), (error.File, error.LineNumber, error.ColumnNumber, error.Message));
    }
}
