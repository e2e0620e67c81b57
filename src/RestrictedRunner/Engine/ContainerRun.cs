namespace RestrictedRunner;

/// <summary>One <c>run</c> of the client, from its start until its container is gone.</summary>
internal static class ContainerRun
{
    private const int Interrupted = 128 + 2;
    private const int Terminated = 128 + 15;

    /// <summary>Waits for the client and returns its exit code.</summary>
    /// <exception cref="OperationCanceledException">Cancelled: whatever the client said of its end, the container is gone.</exception>
    public static async Task<int> WaitAsync(
        EngineProcess engine,
        Container container,
        IReadOnlyList<string> arguments,
        EngineStreams streams,
        CancellationToken cancellation)
    {
        using var kill = new CancellationTokenSource();
        var client = engine.RunAsync(arguments, streams, kill.Token);
        try
        {
            var exitCode = await client.WaitAsync(cancellation).ConfigureAwait(false);
            if (exitCode is not (Interrupted or Terminated) && !cancellation.IsCancellationRequested)
            {
                return exitCode;
            }

            // Ctrl-C in a terminal reaches the client too, perhaps before it has reached us.
            await ContainerRemoval.RemoveLateAsync(engine, container).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            return exitCode;
        }
        catch (Exception) when (!client.IsCompletedSuccessfully)
        {
            await ContainerRemoval.StopAsync(engine, container, client, kill).ConfigureAwait(false);
            throw;
        }
    }
}
