using System.Globalization;

namespace RestrictedRunner;

/// <summary>The engine's own record of what became of a container; it is there after the container is gone.</summary>
internal static class EngineEvents
{
    // The clocks of client and engine may differ. The container's name is unique, so an early start costs nothing.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan EngineLimit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Tells an exit code 125, 126 or 127 of the command from one of the engine. Asked only when the client's words
    /// look like the engine's, which a command may imitate.
    /// </summary>
    /// <returns>False also when the engine does not answer.</returns>
    public static async Task<bool> WasStartedAsync(EngineProcess engine, Container container, TimeSpan age)
    {
        using var limit = new CancellationTokenSource(EngineLimit);
        try
        {
            var (exitCode, starts, _) = await engine.CallAsync(["events", .. Range(engine, age), "--filter", $"container={container.Name}", "--filter", "event=start", "--format", "{{.Type}}"], limit.Token).ConfigureAwait(false);
            return exitCode == 0 && starts.Trim().Length > 0;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // Podman 4.3 shows nothing with --until, and docker does not know --stream.
    private static string[] Range(EngineProcess engine, TimeSpan age) =>
        Path.GetFileName(engine.ClientPath).Contains("podman", StringComparison.OrdinalIgnoreCase)
            ? ["--stream=false"]
            : ["--since", Seconds(DateTimeOffset.UtcNow - age - ClockDifference), "--until", Seconds(DateTimeOffset.UtcNow)];

    private static string Seconds(DateTimeOffset time) => (time.ToUnixTimeMilliseconds() / 1000.0).ToString("F3", CultureInfo.InvariantCulture);
}
