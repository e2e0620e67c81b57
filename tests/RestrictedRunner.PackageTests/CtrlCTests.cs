using System.Diagnostics;

namespace RestrictedRunner.PackageTests;

/// <summary>Ctrl+C while a container is created or runs.</summary>
public class CtrlCTests
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    // A terminal sends the signal to everything that the build has started; "kill" sends it to the build only.
    [EngineTheory]
    [InlineData(true, "echo started; sleep 60")]
    [InlineData(false, "echo started; sleep 60")]
    // A command that does not care.
    [InlineData(true, "trap '' INT TERM; echo started; while true; do sleep 1; done")]
    [InlineData(false, "trap '' INT TERM; echo started; while true; do sleep 1; done")]
    // A command that takes the signal as a reason to end well.
    [InlineData(true, "trap 'exit 0' INT TERM; echo started; while true; do sleep 0.1; done")]
    // One that has printed more than the log file's buffer takes.
    [InlineData(false, "seq 60000; echo started; sleep 60")]
    public async Task It_ends_the_build_at_once_and_leaves_no_container(bool wholeGroup, string command)
    {
        var project = Project(command);

        var interrupted = await Interrupted.RunAsync(project, wholeGroup, line => line == "started");

        Assert.StartsWith("rr-", interrupted.Container, StringComparison.Ordinal);
        Assert.Equal("", await Docker.ContainersAsync($"name={interrupted.Container}"));
        await AssertCancelledAsync(project, interrupted);
        Assert.DoesNotContain("   at ", interrupted.Build.Console, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", interrupted.Build.Console, StringComparison.Ordinal);
    }

    [EngineTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_container_that_is_just_being_created_is_not_left_either(bool wholeGroup)
    {
        var project = Project("sleep 60");

        // The line is logged right before the client is started.
        var interrupted = await Interrupted.RunAsync(project, wholeGroup, line => line.Contains("docker run --rm --name rr-", StringComparison.Ordinal), "-v:d");

        await AssertCancelledAsync(project, interrupted);
        // The engine would finish a creation that was under way.
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("", await Docker.ContainersAsync($"name={Assert.Single(interrupted.Build.Containers)}"));
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    // MSBuild waits thirty seconds for a worker node that the signal ended while it started, and cancels nothing meanwhile.
    [EngineTheory]
    [Trait("Tier", "Long")]
    [InlineData("""<DockerExec Image="busybox:latest" Command="echo started; sleep 60" />""", "")]
    [InlineData("", """<DockerExecStep Include="A;B" Image="busybox:latest" Command="echo started; sleep 60" />""")]
    public async Task It_ends_the_steps_of_a_build_whose_other_nodes_are_starting(string task, string steps)
    {
        var project = TestProject.WithTarget("""<MSBuild Projects="a.proj;b.proj;c.proj" BuildInParallel="true" />""");
        foreach (var name in (string[])["a.proj", "b.proj", "c.proj"])
        {
            project.Write(name, $"""
                <Project>
                  <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
                  <ItemGroup>{steps}</ItemGroup>
                  <Target Name="Build" DependsOnTargets="RunDockerExecSteps">{task}</Target>
                </Project>
                """);
        }

        var watch = new Stopwatch();
        TimeSpan? told = null;
        var interrupted = await Interrupted.RunAsync(project, wholeGroup: true, IsTheMoment, "-v:d", "-m:3");

        await Pace.AssertWithinAsync(AtOnce, Assert.NotNull(told));
        Assert.Equal(1, interrupted.Build.ExitCode);
        Assert.Contains(interrupted.Build.Errors, error => error.Code == "RRB3007");
        foreach (var container in interrupted.Build.Containers)
        {
            Assert.Equal("", await Docker.ContainersAsync($"name={container}"));
        }

        bool IsTheMoment(string line)
        {
            if (line.Contains("error RRB3007", StringComparison.Ordinal))
            {
                told ??= watch.Elapsed;
            }

            var isStart = line.Contains("docker run --rm --name rr-", StringComparison.Ordinal);
            if (isStart)
            {
                watch.Start();
            }

            return isStart;
        }
    }

    private static TestProject Project(string command) => TestProject.WithTarget(
        $"""
        <DockerExec Image="busybox:latest" Command="{command}" />
        <Message Text="went on" />
        """);

    private static async Task AssertCancelledAsync(TestProject project, Interrupted interrupted)
    {
        await Pace.AssertWithinAsync(AtOnce, interrupted.Taken);
        Assert.Equal(
            project.ErrorAtStep("RRB3007", "The step in image 'busybox:latest' was cancelled; no container of it is left."),
            interrupted.Build.FailedWithOneError());
        Assert.Empty(interrupted.Build.Said);
        Assert.Empty(Directory.GetFiles(project.Folder, "*.log", SearchOption.AllDirectories));
    }
}
