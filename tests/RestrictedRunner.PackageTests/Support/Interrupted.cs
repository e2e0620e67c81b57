using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace RestrictedRunner.PackageTests;

/// <summary>How a build ended that got the signal of Ctrl+C, how long after it, and the container that it had at that time.</summary>
internal sealed record Interrupted(Build Build, TimeSpan Taken, string Container)
{
    private const int InterruptSignal = 2;

    /// <summary>Builds, and sends the signal when a line of output says so.</summary>
    /// <param name="project">What is built.</param>
    /// <param name="wholeGroup">A terminal sends it to everything that the build has started, <c>kill</c> to the build only.</param>
    /// <param name="isTheMoment">True for the line.</param>
    /// <param name="arguments">More arguments of the build.</param>
    public static async Task<Interrupted> RunAsync(TestProject project, bool wholeGroup, Func<string, bool> isTheMoment, params string[] arguments)
    {
        var log = project["ctrl-c.binlog"];
        var lines = new ConcurrentQueue<string>();
        var moment = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // A session, and so a process group, of its own. A signal that this process was told to ignore would be
        // ignored by the build too.
        var dotnet = DotNet.Command(project.Folder, Heard)
            .WithTargetFile("setsid")
            .WithArguments(["env", "--default-signal=INT", $"XDG_CACHE_HOME={project["cache"]}", "dotnet", .. project.CommandLine(log, arguments)]);

        var running = dotnet.ExecuteAsync(TestContext.Current.CancellationToken);
        await Task.WhenAny(moment.Task, running);
        var container = await Docker.ContainersAsync($"label=restricted-runner.pid={running.ProcessId.ToString(CultureInfo.InvariantCulture)}");
        var watch = Stopwatch.StartNew();
        Assert.Equal(0, Unix.Kill(wholeGroup ? -running.ProcessId : running.ProcessId, InterruptSignal));
        var exitCode = (await running).ExitCode;
        var taken = watch.Elapsed;
        return new(new Build(DotNet.Report(dotnet, exitCode, lines), log), taken, container);

        void Heard(string line)
        {
            lines.Enqueue(line);
            if (isTheMoment(line.Trim()))
            {
                moment.TrySetResult();
            }
        }
    }
}
