using System.Diagnostics;
using System.Globalization;

namespace RestrictedRunner;

/// <summary>One <c>run</c> of the client, from its start until its container is gone.</summary>
internal static class ContainerRun
{
    private const string InterruptedBefore = "The engine's client was ended by a signal before the command ran.";

    private static readonly TimeSpan RemovalLimit = TimeSpan.FromSeconds(10);

    // The engine keeps its last 256 events. After a longer run the absence of one shows nothing.
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(10);

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
    /// <param name="report">What may be the client's own report of a failure; null when the command was heard.</param>
    /// <param name="age">Time since the client's start.</param>
    /// <param name="cancellation">Ends the question to the engine.</param>
    /// <exception cref="RunnerException">It was never started.</exception>
    public static async Task ThrowIfNotStartedAsync(EngineProcess engine, Container container, string program, ClientEnd end, string? report, TimeSpan age, CancellationToken cancellation)
    {
        var exitCode = end.ExitCode;
        if (end.HasStartedNothing)
        {
            // Podman's client is silent of a signal, docker's is not.
            throw string.IsNullOrEmpty(report) || EngineMessages.IsGivingUp(report)
                ? new RunnerException(RunnerFailure.Interrupted, InterruptedBefore)
                : new RunnerException(EngineMessages.WhyNotStarted(exitCode, report), report);
        }

        if (report is null)
        {
            return;
        }

        if (EngineMessages.IsFailureToExecute(exitCode, report))
        {
            throw new RunnerException(EngineMessages.WhyNotStarted(exitCode, report), EngineMessages.NotExecuted(program, report));
        }

        if (EngineMessages.MayBeOfSetUp(exitCode, report))
        {
            // Such a client cannot ask for this either. Where it can, the code and the words are the command's, or the
            // words are podman's, which goes on after some errors, such as that it can keep no record of events.
            if (await ContainerRemoval.RemoveInTimeAsync(engine, container, cancellation).ConfigureAwait(false) == Removal.Unknown)
            {
                cancellation.ThrowIfCancellationRequested();
                throw new RunnerException(EngineMessages.WhyNotStarted(exitCode, report), report);
            }

            return;
        }

        if ((age < LongestStart || EngineMessages.StartsFailure(report))
            && EngineMessages.MayBeTheEngines(exitCode, report)
            && !await EngineEvents.WasStartedAsync(engine, container, age, cancellation).ConfigureAwait(false))
        {
            cancellation.ThrowIfCancellationRequested();
            var failure = EngineMessages.WhyNotStarted(exitCode, report);
            throw new RunnerException(failure == RunnerFailure.CouldNotStart && UnseenSource.Find(report, Path.Exists) is not null ? RunnerFailure.MountUnseen : failure, report);
        }

        // Ended by a signal before it starts its container, podman says nothing and ends with 0, 1 or 2.
        if (age < LongestStart && EngineFacts.IsPodmanClient(engine.ClientPath))
        {
            await ThrowIfInterruptedAsync(engine, container, age, cancellation).ConfigureAwait(false);
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
            var start = await EngineEvents.StartAsync(engine, container, watch.Elapsed, cancellation).ConfigureAwait(false);
            removal = await RemoveAfterSignalAsync(engine, container, start).ConfigureAwait(false);
            ThrowIfUnknown(removal, container);
            cancellation.ThrowIfCancellationRequested();
            if (removal == Removal.Absent && start == StartRecord.NotStarted && watch.Elapsed < LongestStart)
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
            else if (removal == Removal.Removed && watch.Elapsed < LongestStart
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

    private static async Task ThrowIfInterruptedAsync(EngineProcess engine, Container container, TimeSpan age, CancellationToken cancellation)
    {
        var start = await EngineEvents.StartAsync(engine, container, age, cancellation).ConfigureAwait(false);
        if (start != StartRecord.Started)
        {
            var removal = await ContainerRemoval.RemoveInTimeAsync(engine, container, cancellation).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            if (start == StartRecord.NotStarted || removal == Removal.Removed)
            {
                throw new RunnerException(RunnerFailure.Interrupted, InterruptedBefore);
            }
        }
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
