using Microsoft.Build.Framework;

namespace RestrictedRunner.PackageTests;

public class OutputStreamingTests
{
    [EngineFact]
    public async Task A_line_is_on_the_console_while_its_step_still_runs()
    {
        // The command goes on only after this test has read its first line from the build's own output.
        var project = TestProject.WithTarget(
            """
            <DockerExec Image="busybox:latest" Mounts=".:/project:ro" Timeout="60000"
                        Command="echo first; until [ -e /project/seen ]; do sleep 0.1; done; echo second" />
            """);

        var build = await project.BuildAsync(new BuildSetting { Arguments = ["-v:n"], OnLine = SeeFirst });

        build.Succeeded();
        Assert.Equal(["first", "second"], build.Output);

        void SeeFirst(string line)
        {
            if (line.Trim() == "first")
            {
                project.Write("seen", "");
            }
        }
    }

    [EngineFact]
    public async Task Both_streams_are_logged_at_high_importance_as_Exec_does()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="echo out; echo err >&amp;2" />""");

        var build = await project.BuildAsync();

        build.SucceededWithoutWarnings();
        Assert.Contains(new StepMessage(MessageImportance.High, "out"), build.StepMessages);
        Assert.Contains(new StepMessage(MessageImportance.High, "err"), build.StepMessages);
    }

    [EngineFact]
    public async Task A_last_line_without_a_line_end_is_logged_too()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="printf 'first\nlast'" />""");

        var build = await project.BuildAsync();

        Assert.Equal(["first", "last"], build.Succeeded().Output);
    }
}
