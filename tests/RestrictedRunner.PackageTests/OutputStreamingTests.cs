using Microsoft.Build.Framework;

namespace RestrictedRunner.PackageTests;

public class OutputStreamingTests
{
    private static IEnumerable<string> Numbers => Enumerable.Range(1, 30_000).Select(number => $"{number}");

    [EngineFact]
    public async Task A_line_is_on_the_console_while_its_step_still_runs()
    {
        // The command goes on only after this test has read its first line from the build's own output.
        var project = TestProject.WithTarget(
            """
            <DockerExec Image="busybox:latest" Mounts=".:/project:ro" Timeout="60000"
                        Command="echo first; until [ -e /project/seen ]; do sleep 0.1; done; echo second" />
            """);

        var build = await project.BuildAsync(new BuildSetting { Arguments = ["-v:n"], OnLine = SeeFirst(project) });

        build.Succeeded();
        Assert.Equal(["first", "second"], build.Output);
    }

    [EngineFact]
    public async Task A_line_is_on_the_console_while_its_step_still_runs_after_a_flood_too()
    {
        var project = TestProject.WithTarget(
            """
            <DockerExec Image="busybox:latest" Mounts=".:/project:ro" Timeout="60000"
                        Command="seq 30000; echo first; until [ -e /project/seen ]; do sleep 0.1; done; echo second" />
            """);

        var build = await project.BuildAsync(new BuildSetting { Arguments = ["-v:n"], OnLine = SeeFirst(project) });

        Assert.Equal([.. Numbers, "first", "second"], build.Succeeded().Output.SelectMany(message => message.Split('\n')));
        Assert.InRange(build.Output.Count, 10_000, 20_000);
    }

    [EngineFact]
    public async Task A_flood_is_printed_as_Exec_prints_it()
    {
        const string Command = "seq 30000; echo; printf '  a\\n\\n\\n'; echo 'a.c(1): warning W1: careful'; seq 5";
        var ours = await PrintedAsync($"""<DockerExec EchoOff="true" Image="busybox:latest" Command="{Command}" />""");
        var execs = await PrintedAsync($"""<Exec EchoOff="true" Command="{Command}" />""");

        Assert.True(ours.Length > 30_000);
        Assert.Equal(execs, ours);
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

    private static Action<string> SeeFirst(TestProject project) => line =>
    {
        if (line.Trim() == "first")
        {
            project.Write("seen", "");
        }
    };

    // All lines of the step, blank ones and blanks in front too.
    private static async Task<string[]> PrintedAsync(string step)
    {
        var project = TestProject.WithTarget(step);
        var build = await project.BuildAsync("-v:n");
        return [.. build.Console.Replace(project.Folder, "", StringComparison.Ordinal).Split('\n').SkipWhile(line => line.Trim() != "1").TakeWhile(line => !line.Contains("Done Building", StringComparison.Ordinal))];
    }
}
