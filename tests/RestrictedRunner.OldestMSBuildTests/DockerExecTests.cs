using System.Reflection;
using Microsoft.Build.Execution;

namespace RestrictedRunner.OldestMSBuildTests;

public class DockerExecTests
{
    [Fact]
    public void The_engine_is_the_oldest_supported_one()
    {
        using var msbuild = new HostedMSBuild();

        var build = msbuild.Build("""<ItemGroup><Result Include="$(MSBuildVersion)" /></ItemGroup>""");

        Assert.True(build.Succeeded);
        Assert.Equal("17.7.2", Assert.Single(build.Returned));
        Assert.StartsWith("17.7.2+", typeof(BuildManager).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion, StringComparison.Ordinal);
    }

    [EngineFact]
    public void A_step_runs_and_its_output_and_exit_code_arrive()
    {
        using var msbuild = new HostedMSBuild();

        var build = msbuild.Build(
            """
            <DockerExec Image="busybox:latest" Command="echo one; echo two >&amp;2; cat /here/step.proj | head -n 1; exit 7" AllowNetworking="false"
                        Mounts=".:/here:ro" IgnoreExitCode="true" ConsoleToMSBuild="true">
              <Output TaskParameter="ExitCode" ItemName="Result" />
              <Output TaskParameter="ConsoleOutput" ItemName="Line" />
            </DockerExec>
            <ItemGroup>
              <Result Include="@(Line->'%(Stream) %(Identity)')" />
            </ItemGroup>
            """);

        Assert.Empty(build.Errors);
        Assert.True(build.Succeeded);
        Assert.Equal(["<Project>", "one", "two"], build.Output.Order(StringComparer.Ordinal));
        Assert.Equal(["7", "stderr two", "stdout <Project>", "stdout one"], build.Returned.Order(StringComparer.Ordinal));
    }

    [EngineFact]
    public void A_command_that_fails_is_an_error_with_a_code_at_the_task()
    {
        using var msbuild = new HostedMSBuild();

        var build = msbuild.Build("""<DockerExec Image="busybox:latest" Command="echo why; exit 3" AllowNetworking="false" />""");

        Assert.False(build.Succeeded);
        var error = Assert.Single(build.Errors);
        Assert.Equal(("RRB3001", msbuild.Project, 4), (error.Code, error.File, error.LineNumber));
        Assert.StartsWith("The command exited with code 3 in image 'busybox:latest'.", error.Message, StringComparison.Ordinal);
        Assert.Contains("\nwhy\nThe whole output is in ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_parameters_are_errors_with_codes()
    {
        using var msbuild = new HostedMSBuild();

        var build = msbuild.Build("""<DockerExec Memory="lots" />""");

        Assert.False(build.Succeeded);
        Assert.Equal(["RRB1001", "RRB1003", "RRB1004"], build.Errors.Select(error => error.Code).Order(StringComparer.Ordinal));
    }
}
