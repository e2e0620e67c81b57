using System.Text.RegularExpressions;

namespace RestrictedRunner.PackageTests;

public partial class DefaultsTests
{
    private const string Start = "X/docker run --rm --name X --label restricted-runner.host=X --label restricted-runner.pid=X --label restricted-runner.owner=X --pull never --log-driver none --stop-timeout 0 --init";

    [EngineFact]
    public async Task A_step_with_image_and_command_asks_the_engine_for_nothing_else()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="echo hello" />""");

        var build = await project.BuildAsync();

        Assert.Equal(
            $"{Start} --mount type=bind,src=X/script.sh,dst=/.restricted-runner.sh,readonly --mount type=bind,src=X/output,dst=/.restricted-runner.output,readonly busybox:latest sh /.restricted-runner.output/connect.sh sh /.restricted-runner.sh",
            Neutral(Assert.Single(build.SucceededWithoutWarnings().CommandLines).Text));
    }

    [EngineFact]
    public async Task A_command_that_is_one_program_runs_without_a_shell()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="uname" />""");

        var build = await project.BuildAsync();

        Assert.Equal($"{Start} busybox:latest uname", Neutral(Assert.Single(build.SucceededWithoutWarnings().CommandLines).Text));
    }

    // What is different in each run.
    private static string Neutral(string commandLine) => Random().Replace(commandLine, "X");

    [GeneratedRegex(@"^\S+(?=/docker run)|(?<=--name )rr-[0-9a-f]{32}|(?<=restricted-runner\.(host|pid|owner)=)\S+|(?<=src=)\S+(?=/(script\.sh|output))", RegexOptions.ExplicitCapture)]
    private static partial Regex Random();
}
