using System.Diagnostics;

namespace RestrictedRunner.PackageTests;

public class TimeoutTests
{
    [EngineFact]
    public async Task A_step_that_takes_too_long_fails_with_RRB3006_and_its_container_is_gone()
    {
        var project = TestProject.WithTarget(
            """
            <DockerExec Image="busybox:latest" Command="echo started; sleep 60" Timeout="4000" ContinueOnError="ErrorAndContinue">
              <Output TaskParameter="ExitCode" PropertyName="Code" />
            </DockerExec>
            <Message Text="exit code $(Code)" />
            """);
        var watch = Stopwatch.StartNew();

        var build = await project.BuildAsync();

        Assert.InRange(watch.Elapsed.TotalSeconds, 4, 20);
        Assert.Equal(
            project.ErrorAtStep(
                "RRB3006",
                $"The step ran longer than its Timeout of 4000 ms in image 'busybox:latest' and was stopped; its container is removed. Raise Timeout, or find out what the command waits for.\nThe last lines of standard output:\nstarted\nThe whole output is in {project.LogFile}."),
            build.FailedWithOneError());
        Assert.Equal(["exit code -1"], build.Said);
        Assert.Equal("", await Docker.ContainersAsync($"name={Assert.Single(build.Containers)}"));
    }
}
