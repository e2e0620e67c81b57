namespace RestrictedRunner;

/// <summary>Makes sure that a container of ours is gone.</summary>
internal static class ContainerRemoval
{
    // The engine finishes a creation whose client has died. Its container appears within this time, or never.
    private static readonly TimeSpan[] LateCreation =
        [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(150), TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(500)];

    // An engine that hangs must not hang the build's end.
    private static readonly TimeSpan EngineLimit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Removes the container of a client that may still be running. The client is killed only when the engine does
    /// not answer: one that is killed while it creates leaves a container that nobody knows of.
    /// </summary>
    public static async Task StopAsync(EngineProcess engine, Container container, Task client, CancellationTokenSource kill)
    {
        using var limit = new CancellationTokenSource(EngineLimit);
        while (!await RemoveAsync(engine, container, limit.Token).ConfigureAwait(false) && !client.IsCompleted && !limit.IsCancellationRequested)
        {
            await Task.WhenAny(client, Task.Delay(LateCreation[0], CancellationToken.None)).ConfigureAwait(false);
        }

        // With its container gone the client ends by itself.
        await Task.WhenAny(client, Task.Delay(Timeout.Infinite, limit.Token)).ConfigureAwait(false);
        await kill.CancelAsync().ConfigureAwait(false);
        await client.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Removes the container of a client that a signal ended, waiting for a creation under way.</summary>
    public static async Task RemoveLateAsync(EngineProcess engine, Container container)
    {
        using var limit = new CancellationTokenSource(EngineLimit);
        foreach (var pause in LateCreation)
        {
            if (await RemoveAsync(engine, container, limit.Token).ConfigureAwait(false))
            {
                return;
            }

            await Task.Delay(pause, CancellationToken.None).ConfigureAwait(false);
        }

        await RemoveAsync(engine, container, limit.Token).ConfigureAwait(false);
    }

    /// <summary>One <c>rm --force --volumes</c>.</summary>
    /// <returns>True when there was a container. Newer clients exit 0 in both cases, but print the name only then.</returns>
    public static async Task<bool> RemoveAsync(EngineProcess engine, Container container, CancellationToken limit)
    {
        try
        {
            var (_, standardOutput, standardError) = await engine.CallAsync(["rm", "--force", "--volumes", container.Name], limit).ConfigureAwait(false);
            return standardOutput.Trim().Length > 0 || standardError.Contains("already in progress", StringComparison.Ordinal);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
