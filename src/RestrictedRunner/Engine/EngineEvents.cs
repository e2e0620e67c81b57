using System.Globalization;

namespace RestrictedRunner;

/// <summary>The engine's own record of what became of a container; it is there after the container is gone.</summary>
internal static class EngineEvents
{
    // The clocks of client and engine may differ. The container's name is unique, so an early start costs nothing.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Tells an exit code of the command from one of the engine. Asked only after a failure that looks like the
    /// engine's, which a command may imitate.
    /// </summary>
    /// <returns>False also when the engine does not answer.</returns>
    public static async Task<bool> WasStartedAsync(EngineProcess engine, Container container, TimeSpan age)
    {
        var now = DateTimeOffset.UtcNow;
        string[][] ranges =
        [
            ["--since", Seconds(now - age - ClockDifference), "--until", Seconds(now)],
            // Podman 4.3 shows nothing with --until; docker does not know --stream, and says so at once.
            ["--stream=false"],
        ];
        foreach (var range in ranges)
        {
            var answer = await engine.AskAsync(["events", .. range, "--filter", $"container={container.Name}", "--filter", "event=start", "--format", "{{.Type}}"]).ConfigureAwait(false);
            if (answer is { ExitCode: 0 } && answer.StandardOutput.Trim().Length > 0)
            {
                return true;
            }
        }

        return false;
    }

    private static string Seconds(DateTimeOffset time) => (time.ToUnixTimeMilliseconds() / 1000.0).ToString("F3", CultureInfo.InvariantCulture);
}
