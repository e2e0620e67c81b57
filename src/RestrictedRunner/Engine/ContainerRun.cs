using System.Diagnostics;
using System.Globalization;
using RestrictedRunner.Results;

namespace RestrictedRunner.Engine;

/// <summary>One <c>run</c> of the client, from its start until its container is gone.</summary>
internal static class ContainerRun
{
    private const string InterruptedBefore = "The engine's client was ended by a signal before the command ran.";

    private static readonly TimeSpan RemovalLimit = TimeSpan.FromSeconds(10);

    /// <summary>Starts the client and waits for its end.</summary>
    /// <param name="engine">The client.</param>
    /// <param name="reaper">Watches over the container that the arguments name.</param>
    /// <param name="arguments">Arguments of the client.</param>
    /// <param name="streams">Its streams.</param>
    /// <param name="watch">Started with the client, stopped at its end.</param>
    /// <param name="limits">Longest time that the client may run, and that the command may take to end after SIGTERM.</param>
    /// <param name="cancellation">Stops and removes the container.</param>
    /// <exception cref="OperationCanceledException">Cancelled: whatever the client said of its end, the container is gone.</exception>
    /// <exception cref="TimeoutException">The timeout ran out; the container is gone.</exception>
    /// <exception cref="RunnerException">The client was interrupted, or it is not known whether the container is gone.</exception>
    public static async Task<ClientEnd> RunAsync(
        EngineProcess engine,
        Reaper reaper,
        IReadOnlyList<string> arguments,
        EngineStreams streams,
        Stopwatch watch,
        TimeLimits limits,
        CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var releasing = stop.Token.Register(() => streams.Release?.Invoke());
        stop.CancelAfter(limits.Timeout);
        try
        {
            return await RunUntilAsync(engine, reaper, arguments, streams, watch, limits, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"The command ran longer than {limits.Timeout}; its container is removed.");
        }
    }

    /// <summary>Tells a command that failed from one that was never started.</summary>
    /// <param name="engine">The client.</param>
    /// <param name="container">The container that has ended.</param>
    /// <param name="program">The program that it was to run.</param>
    /// <param name="end">How the client ended.</param>
    /// <param name="report">What the client may have said of a failure; null when the command is known to have run.</param>
    /// <param name="age">Time since the client's start.</param>
    /// <param name="cancellation">Ends the question to the engine.</param>
    /// <exception cref="RunnerException">It was never started.</exception>
    public static async Task ThrowIfNotStartedAsync(EngineProcess engine, Container container, string program, ClientEnd end, string? report, TimeSpan age, CancellationToken cancellation)
    {
        if (end.HasStartedNothing)
        {
            throw NotStarted(end.ExitCode, report ?? "");
        }

        if (report is null)
        {
            return;
        }

        if (EngineMessages.IsFailureToExecute(end.ExitCode, report))
        {
            throw new RunnerException(EngineMessages.WhyNotStarted(end.ExitCode, report), EngineMessages.NotExecuted(program, report));
        }

        if (!ClientExitCode.MayBeOfNoStart(end.ExitCode, EngineFacts.IsPodmanClient(engine.ClientPath), container.WasCreated))
        {
            return;
        }

        var start = await EngineEvents.StartAsync(engine, container, age, cancellation).ConfigureAwait(false);
        if (start == StartRecord.Started)
        {
            return;
        }

        // A client that fails removes what it has created; one that was ended by a signal does not.
        var removal = start == StartRecord.NotStarted && report.Length > 0
            ? Removal.Absent
            : await ContainerRemoval.RemoveInTimeAsync(engine, container, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (start == StartRecord.NotStarted || removal == Removal.Removed || HasNoRecordOf(container, end.ExitCode, report, removal))
        {
            throw NotStarted(end.ExitCode, report);
        }
    }

    /// <summary>Tells a command's exit code from that of a client whose engine went away.</summary>
    /// <param name="engine">The client.</param>
    /// <param name="container">The container that may still run.</param>
    /// <param name="exitCode">The client's exit code.</param>
    /// <param name="lastLine">Last line of standard error.</param>
    /// <param name="age">Time since the client's start.</param>
    /// <param name="cancellation">Ends the question to the engine.</param>
    /// <exception cref="RunnerException">The engine was lost.</exception>
    public static async Task ThrowIfEngineLostAsync(EngineProcess engine, Container container, int exitCode, string lastLine, TimeSpan age, CancellationToken cancellation)
    {
        if (EngineMessages.IsEngineLost(exitCode, lastLine) && !await EngineEvents.HasEndedAsync(engine, container, age, cancellation).ConfigureAwait(false))
        {
            await ContainerRemoval.RemoveInTimeAsync(engine, container, cancellation).ConfigureAwait(false);
            throw new RunnerException(RunnerFailure.EngineLost, lastLine);
        }

        // A command may say the same, but leaves no container.
        if (EngineMessages.IsMonitorLost(exitCode, lastLine)
            && await ContainerRemoval.RemoveInTimeAsync(engine, container, cancellation).ConfigureAwait(false) != Removal.Absent)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new RunnerException(RunnerFailure.EngineLost, lastLine);
        }
    }

    private static async Task<ClientEnd> RunUntilAsync(
        EngineProcess engine,
        Reaper reaper,
        IReadOnlyList<string> arguments,
        EngineStreams streams,
        Stopwatch watch,
        TimeLimits limits,
        CancellationToken cancellation)
    {
        var container = reaper.Container;
        using var kill = new CancellationTokenSource();
        watch.Start();
        var client = engine.RunAsync(arguments, streams, kill.Token);
        int exitCode;
        try
        {
            exitCode = await client.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not RunnerException)
        {
            ThrowIfUnknown(await EndAsync(engine, reaper, client, limits, kill).ConfigureAwait(false), container);
            throw;
        }

        watch.Stop();
        var removal = Removal.Absent;
        if (ClientExitCode.MayBeOfSignal(exitCode) || cancellation.IsCancellationRequested)
        {
            // Such a code is the command's own, or that of a client which a signal ended: Ctrl-C in a terminal reaches it
            // too, perhaps before it reaches us. Only in the second case is there still a container, or about to be one.
            var start = streams.IsHeard?.Invoke() == true
                ? StartRecord.Started
                : await EngineEvents.StartAsync(engine, container, watch.Elapsed, cancellation).ConfigureAwait(false);
            removal = await RemoveAfterSignalAsync(engine, container, start).ConfigureAwait(false);
            ThrowIfUnknown(removal, container);
            cancellation.ThrowIfCancellationRequested();
            if (removal == Removal.Absent && start == StartRecord.NotStarted)
            {
                throw new RunnerException(RunnerFailure.Interrupted, InterruptedBefore);
            }

            await ThrowIfNotTheCommandsAsync(engine, container, exitCode, watch.Elapsed, cancellation).ConfigureAwait(false);
        }
        else if (ClientExitCode.MayBeOfGivingUp(exitCode))
        {
            removal = await ContainerRemoval.RemoveInTimeAsync(engine, container, cancellation).ConfigureAwait(false);
            if (removal == Removal.Unknown)
            {
                // Nothing but the engine's record can tell the code from the command's own.
                await ThrowIfNotTheCommandsAsync(engine, container, exitCode, watch.Elapsed, cancellation).ConfigureAwait(false);
                if (cancellation.IsCancellationRequested)
                {
                    ThrowIfUnknown(removal, container);
                }
            }
            else if (removal == Removal.Removed
                && await EngineEvents.StartAsync(engine, container, watch.Elapsed, cancellation).ConfigureAwait(false) == StartRecord.NotStarted)
            {
                // Podman's service refuses so what it cannot start.
                return new(exitCode, HasStartedNothing: true);
            }
        }

        return removal == Removal.Removed
            ? throw new RunnerException(RunnerFailure.Interrupted, "The engine's client was ended by a signal while the command ran; its container is removed.")
            : new(exitCode);
    }

    private static async Task<Removal> EndAsync(EngineProcess engine, Reaper reaper, Task<int> client, TimeLimits limits, CancellationTokenSource kill)
    {
        var removal = limits.StopAtOnce.IsCancellationRequested ? await reaper.ReapAsync().ConfigureAwait(false) : Removal.Unknown;
        if (removal == Removal.Unknown)
        {
            return await ContainerRemoval.StopAsync(engine, reaper.Container, client, limits, kill).ConfigureAwait(false);
        }

        // The client has ended, but a process of its own may still hold its output.
        await kill.CancelAsync().ConfigureAwait(false);
        await ((Task)client).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return removal == Removal.Absent
            ? await ContainerRemoval.RemoveInTimeAsync(engine, reaper.Container, limits.StopAtOnce).ConfigureAwait(false)
            : removal;
    }

    private static async Task<Removal> RemoveAfterSignalAsync(EngineProcess engine, Container container, StartRecord start)
    {
        using var limit = new CancellationTokenSource(RemovalLimit);
        return start == StartRecord.Started
            ? await ContainerRemoval.RemoveAsync(engine, container, limit.Token).ConfigureAwait(false)
            : await ContainerRemoval.RemoveLateAsync(engine, container, limit.Token).ConfigureAwait(false);
    }

    // An engine that keeps no record leaves its client's words; one that cannot even be asked has created nothing.
    private static bool HasNoRecordOf(Container container, int exitCode, string report, Removal removal) =>
        (exitCode is 125 or 126 or 127 && EngineMessages.StartsFailure(report)) || (removal == Removal.Unknown && container.WasCreated != true);

    // Podman's client is silent of a signal that ends it, docker's is not.
    private static RunnerException NotStarted(int exitCode, string report)
    {
        if (report.Length == 0 || EngineMessages.IsGivingUp(report))
        {
            return new(RunnerFailure.Interrupted, InterruptedBefore);
        }

        var failure = EngineMessages.WhyNotStarted(exitCode, report);
        return new(failure == RunnerFailure.CouldNotStart && UnseenSource.Find(report, Path.Exists) is not null ? RunnerFailure.MountUnseen : failure, report);
    }

    // The client was killed, and the command came to its end meanwhile.
    private static async Task ThrowIfNotTheCommandsAsync(EngineProcess engine, Container container, int exitCode, TimeSpan age, CancellationToken cancellation)
    {
        var seen = await EngineEvents.ExitCodeAsync(engine, container, age, cancellation).ConfigureAwait(false);
        if (seen.Length > 0 && seen != exitCode.ToString(CultureInfo.InvariantCulture))
        {
            throw new RunnerException(RunnerFailure.Interrupted, "The engine's client was ended by a signal while the command ran.");
        }
    }

    private static void ThrowIfUnknown(Removal removal, Container container)
    {
        if (removal == Removal.Unknown)
        {
            throw new RunnerException(RunnerFailure.NotRemoved, $"It is not known whether the container {container.Name} is gone.");
        }
    }
}
