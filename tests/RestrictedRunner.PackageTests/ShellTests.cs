using System.Collections.Concurrent;

namespace RestrictedRunner.PackageTests;

public class ShellTests
{
    [EngineFact]
    public async Task A_command_of_several_lines_is_read_by_one_shell()
    {
        var project = TestProject.WithTarget(
            """
            <PropertyGroup>
              <Script><![CDATA[
            greeting=hello
            if [ -n "$greeting" ] && true; then
              echo "$greeting from process $$"
            fi
              ]]></Script>
            </PropertyGroup>
            <DockerExec Init="false" Image="busybox:latest" Command="$(Script)" />
            """);

        var build = await project.BuildAsync();

        Assert.Equal(["hello from process 1"], build.SucceededWithoutWarnings().Output);
    }

    [EngineFact]
    public async Task Line_ends_of_Windows_in_the_project_file_do_not_reach_the_shell()
    {
        var project = TestProject.WithTarget("<DockerExec Image=\"busybox:latest\" Command=\"echo one&#13;&#10;echo two&#13;&#10;\" />");

        var build = await project.BuildAsync();

        Assert.Equal(["one", "two"], build.SucceededWithoutWarnings().Output);
    }

    [EngineFact]
    public async Task Any_user_reads_the_script_whatever_the_builds_umask_is()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" User="nobody" Command="echo one; echo two" />""");
        var log = project["umask.binlog"];
        var lines = new ConcurrentQueue<string>();
        var dotnet = DotNet.Command(project.Folder, lines.Enqueue)
            .WithTargetFile("sh")
            .WithArguments(["-c", "umask 077; exec \"$@\"", "sh", "dotnet", .. project.CommandLine(log, [])]);

        var result = await dotnet.ExecuteAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["one", "two"], new Build(DotNet.Report(dotnet, result.ExitCode, lines), log).SucceededWithoutWarnings().Output);
    }

    [EngineFact]
    public async Task The_shell_takes_options()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Shell="sh -e" Command="false; echo not reached" />""");

        var build = await project.BuildAsync();

        Assert.Equal("The command exited with code 1 in image 'busybox:latest'. It printed nothing.", build.FailedWithOneError().Text);
    }

    [EngineFact]
    public async Task Without_a_shell_the_command_is_split_into_words_and_nothing_in_them_is_expanded()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Shell="none" Command="echo '$HOME  x' &quot;y z&quot; * | wc" />""");

        var build = await project.BuildAsync();

        Assert.Equal(["$HOME  x y z * | wc"], build.SucceededWithoutWarnings().Output);
    }
}
