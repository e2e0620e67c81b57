namespace RestrictedRunner.PackageTests;

public class PrepareCommandTests
{
    [EngineFact]
    public async Task It_runs_first_and_in_the_same_shell()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" PrepareCommand="export PREPARED=yes; cd /tmp" Command="echo $PREPARED; pwd" />""");

        var build = await project.BuildAsync();

        Assert.Equal(["yes", "/tmp"], build.SucceededWithoutWarnings().Output);
    }

    [EngineTheory]
    [InlineData("echo preparing; (exit 4)")]
    [InlineData("echo preparing; exit 4")]
    public async Task When_it_fails_the_command_does_not_run_and_the_step_fails_with_RRB3002(string prepare)
    {
        var project = TestProject.WithTarget($"""<DockerExec Image="busybox:latest" PrepareCommand="{prepare}" Command="echo not reached" />""");

        var build = await project.BuildAsync();

        Assert.Equal(
            project.ErrorAtStep("RRB3002", $"PrepareCommand ended the script with code 4 in image 'busybox:latest', so the command did not run.\nThe last lines of standard output:\npreparing\nThe whole output is in {project.LogFile}."),
            build.FailedWithOneError());
        Assert.Equal(["preparing"], build.Output);
    }

    [EngineFact]
    public async Task It_is_not_forgiven_by_IgnoreExitCode()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" PrepareCommand="false" Command="echo not reached" IgnoreExitCode="true" />""");

        var build = await project.BuildAsync();

        Assert.Equal("RRB3002", build.FailedWithOneError().Code);
    }
}
