using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace RestrictedRunner.PackageTests;

[CollectionDefinition(DisableParallelization = true)]
public sealed class AloneOnTheMachine;

/// <summary>Alone, because they measure time.</summary>
[Collection(typeof(AloneOnTheMachine))]
public class CtrlCTests
{
    private const int Interrupt = 2;

    // A terminal sends the signal to everything that the build has started; "kill" sends it to the build only.
    [EngineTheory]
    [InlineData(true, "echo started; sleep 60")]
    [InlineData(false, "echo started; sleep 60")]
    // A command that does not care.
    [InlineData(true, "trap '' INT TERM; echo started; while true; do sleep 1; done")]
    [InlineData(false, "trap '' INT TERM; echo started; while true; do sleep 1; done")]
    // A command that takes the signal as a reason to end well.
    [InlineData(true, "trap 'exit 0' INT TERM; echo started; while true; do sleep 0.1; done")]
    public async Task It_ends_the_build_at_once_and_leaves_no_container(bool wholeGroup, string command)
    {
        var project = TestProject.WithTarget(
            $"""
            <DockerExec Image="busybox:latest" Command="{command}" />
            <Message Text="went on" />
            """);
        var log = project["ctrl-c.binlog"];
        var lines = new ConcurrentQueue<string>();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // A session, and so a process group, of its own. A signal that this process was told to ignore would be
        // ignored by the build too.
        var dotnet = DotNet.Command(project.Folder, Heard)
            .WithTargetFile("setsid")
            .WithArguments(["env", "--default-signal=INT", "dotnet", .. project.CommandLine(log, [])]);

        var running = dotnet.ExecuteAsync(TestContext.Current.CancellationToken);
        await Task.WhenAny(started.Task, running);
        var container = await Docker.ContainersAsync($"label=restricted-runner.pid={running.ProcessId.ToString(CultureInfo.InvariantCulture)}");
        Assert.Equal(0, Kill(wholeGroup ? -running.ProcessId : running.ProcessId, Interrupt));
        var watch = Stopwatch.StartNew();
        var exitCode = (await running).ExitCode;
        var seconds = watch.Elapsed.TotalSeconds;
        var build = new Build(DotNet.Report(dotnet, exitCode, lines), log);

        Assert.StartsWith("rr-", container, StringComparison.Ordinal);
        Assert.Equal("", await Docker.ContainersAsync($"name={container}"));
        Assert.NotEqual(0, exitCode);
        Assert.InRange(seconds, 0, 5);
        Assert.Empty(build.Said);
        Assert.Equal(project.ErrorAtStep("RRB3007", "The step in image 'busybox:latest' was cancelled; its container is removed."), Assert.Single(build.Errors));
        Assert.DoesNotContain("   at ", build.Console, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", build.Console, StringComparison.Ordinal);

        void Heard(string line)
        {
            lines.Enqueue(line);
            if (line.Trim() == "started")
            {
                started.TrySetResult();
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
