using RestrictedRunner.Results;

namespace RestrictedRunner.Engine;

/// <summary>What became of a container that was to be removed.</summary>
internal enum Removal
{
    /// <summary>It was there and is gone.</summary>
    Removed,

    /// <summary>There was none.</summary>
    Absent,

    /// <summary>The engine did not answer, or not with either.</summary>
    Unknown,
}

/// <summary>Makes sure that a container of ours is gone.</summary>
internal static class ContainerRemoval
{
    // A question costs a tenth of a second of a processor, which the engine needs to get done with what it was asked for.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // The engine finishes a creation whose client has died. Its container appears within this time, or never; most at once.
    private static readonly TimeSpan[] LateCreation =
        [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(150), TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(500)];

    // An engine that hangs must not hang the build's end.
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    // A creation has taken more than three seconds on two cores that ran several others.
    private static readonly TimeSpan LongestCreation = TimeSpan.FromSeconds(10);

    // Docker says of a container that it cannot get rid of ("Dead") for ever that its removal is under way.
    private static readonly TimeSpan LongestRemoval = TimeSpan.FromSeconds(10);

    // The looks of LateCreation take a second; the answers of an engine under load some more.
    private static readonly TimeSpan LateLimit = TimeSpan.FromSeconds(8);

    // With its container gone a client ends by itself, unless it hangs.
    private static readonly TimeSpan ClientsEnd = TimeSpan.FromSeconds(1.5);

    /// <summary>
    /// Ends and removes the container of a client that may still be running: its processes get SIGTERM and some time,
    /// then they are killed. The client is killed only when it does not end by itself: one that is killed while it
    /// creates leaves a container that nobody knows of.
    /// </summary>
    public static async Task<Removal> StopAsync(EngineProcess engine, Container container, Task<int> client, TimeLimits limits, CancellationTokenSource kill)
    {
        var wasAsked = limits.StopTimeout > TimeSpan.Zero && await AskToEndAsync(engine, container, limits).ConfigureAwait(false);
        if (wasAsked)
        {
            await Task.WhenAny(client, Task.Delay(limits.StopTimeout, limits.StopAtOnce)).ConfigureAwait(false);
        }

        using var longest = new CancellationTokenSource(LongestCreation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(longest.Token);
        limit.CancelAfter(Limit);
        var removal = await RemoveAsync(engine, container, limit.Token).ConfigureAwait(false);
        while (!IsGone() && !client.IsCompleted && !limit.IsCancellationRequested)
        {
            await Task.WhenAny(client, Task.Delay(Pause, CancellationToken.None)).ConfigureAwait(false);
            if (removal == Removal.Absent)
            {
                // The engine answers; it is the creation that takes its time.
                limit.CancelAfter(Limit);
            }

            removal = await RemoveAsync(engine, container, limit.Token).ConfigureAwait(false);
        }

        if (IsGone())
        {
            await Task.WhenAny(client, Task.Delay(ClientsEnd, CancellationToken.None)).ConfigureAwait(false);
        }

        var hasEnded = client.IsCompleted;
        await kill.CancelAsync().ConfigureAwait(false);
        await ((Task)client).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (IsGone())
        {
            return Removal.Removed;
        }

        // What a client has asked for that was killed, the engine may still do, however late.
        using var late = new CancellationTokenSource(LateLimit);
        return !hasEnded || limit.IsCancellationRequested ? Removal.Unknown
            : client.IsCompletedSuccessfully && ClientExitCode.IsOfItsOwnEnd(await client.ConfigureAwait(false)) ? await RemoveAsync(engine, container, late.Token).ConfigureAwait(false)
            : await RemoveLateAsync(engine, container, late.Token).ConfigureAwait(false);

        // A container that was there and is not any more does not come again.
        bool IsGone() => removal == Removal.Removed || (removal == Removal.Absent && wasAsked);
    }

    /// <summary>Removes the container of a client that has ended, waiting for a creation under way.</summary>
    public static async Task<Removal> RemoveLateAsync(EngineProcess engine, Container container, CancellationToken cancellation)
    {
        var removal = await RemoveAsync(engine, container, cancellation).ConfigureAwait(false);
        foreach (var pause in LateCreation)
        {
            if (removal == Removal.Absent)
            {
                await Task.Delay(pause, CancellationToken.None).ConfigureAwait(false);
                removal = await RemoveAsync(engine, container, cancellation).ConfigureAwait(false);
            }
        }

        return removal;
    }

    /// <summary>Sends SIGTERM; an init program (<c>--init</c>) hands it on to the command.</summary>
    /// <returns>False when the container does not run, or not yet.</returns>
    private static async Task<bool> AskToEndAsync(EngineProcess engine, Container container, TimeLimits limits)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(limits.StopAtOnce);
        limit.CancelAfter(limits.StopTimeout < AskLimit ? limits.StopTimeout : AskLimit);
        return await engine.AskAsync(["kill", "--signal", "TERM", container.Name], limit.Token).ConfigureAwait(false) is { ExitCode: 0 };
    }

    /// <summary>Removes the container of a client that has ended, in ten seconds or not at all.</summary>
    /// <param name="engine">The client.</param>
    /// <param name="container">The container.</param>
    /// <param name="cancellation">Shortens the wait; an engine that works is through with it all the same.</param>
    public static async Task<Removal> RemoveInTimeAsync(EngineProcess engine, Container container, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(LongestRemoval);
        using var sooner = cancellation.Register(() => limit.CancelAfter(Limit));
        return await RemoveAsync(engine, container, limit.Token).ConfigureAwait(false);
    }

    /// <summary>One <c>rm --force --volumes</c>, or waiting for the engine's own: it lists the container until that is through.</summary>
    /// <param name="engine">The client.</param>
    /// <param name="container">The container.</param>
    /// <param name="limit">Ends the wait, which an engine may never do.</param>
    public static async Task<Removal> RemoveAsync(EngineProcess engine, Container container, CancellationToken limit)
    {
        var answer = await AskToRemoveAsync().ConfigureAwait(false);
        var wasUnderWay = IsUnderWay(answer);
        while (IsUnderWay(answer) && !limit.IsCancellationRequested)
        {
            await Task.Delay(Pause, CancellationToken.None).ConfigureAwait(false);
            answer = await AskToRemoveAsync().ConfigureAwait(false);
        }

        return answer switch
        {
            null => Removal.Unknown,

            // Clients differ in the exit code for a container that is not there, but all print a name only for one that was.
            _ when answer.StandardOutput.Trim().Length > 0 => Removal.Removed,
            _ when answer.ExitCode == 0 || EngineMessages.IsNoSuchContainer(answer.StandardError) => wasUnderWay ? Removal.Removed : Removal.Absent,
            _ => Removal.Unknown,
        };

        Task<EngineAnswer?> AskToRemoveAsync() => engine.AskAsync(["rm", "--force", "--volumes", container.Name], limit);
    }

    private static bool IsUnderWay(EngineAnswer? answer) =>
        answer is { ExitCode: not 0 } && EngineMessages.IsRemovalUnderWay(answer.StandardError);
}
