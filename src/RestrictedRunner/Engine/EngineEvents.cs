using System.Globalization;

namespace RestrictedRunner;

/// <summary>The engine's own record of what became of a container; it is there after the container is gone.</summary>
internal static class EngineEvents
{
    // The clocks of client and engine may differ. The container's name is unique, so an early start costs nothing.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Tells an exit code of the command from one of the engine. Asked only after a failure that looks like the
    /// engine's, which a command may imitate, and after a code above 128, which may be a client's that a signal ended.
    /// </summary>
    /// <returns>False also when the engine does not answer.</returns>
    public static async Task<bool> WasStartedAsync(EngineProcess engine, Container container, TimeSpan age, CancellationToken cancellation) =>
        await HadAsync("start", engine, container, Until(age), cancellation).ConfigureAwait(false)
        // Podman 4.3 shows nothing with --until; docker does not know --stream, and says so at once.
        || await HadAsync("start", engine, container, ["--stream=false"], cancellation).ConfigureAwait(false);

    /// <summary>
    /// True when the kernel killed a process of the container for want of memory, be it one whose parent went on as if
    /// nothing had happened. Podman 4.3 has no such event.
    /// </summary>
    public static Task<bool> WasOutOfMemoryAsync(EngineProcess engine, Container container, TimeSpan age, CancellationToken cancellation) =>
        HadAsync("oom", engine, container, Until(age), cancellation);

    /// <summary>True when docker saw the command's end.</summary>
    public static Task<bool> HasEndedAsync(EngineProcess engine, Container container, TimeSpan age, CancellationToken cancellation) =>
        HadAsync("die", engine, container, Until(age), cancellation);

    /// <summary>The command's exit code as docker saw it; empty when docker did not, and of podman, which writes it in another way.</summary>
    public static async Task<string> ExitCodeAsync(EngineProcess engine, Container container, TimeSpan age, CancellationToken cancellation) =>
        await AskAsync("die", engine, container, Until(age), "{{.Actor.Attributes.exitCode}}", cancellation).ConfigureAwait(false);

    private static async Task<bool> HadAsync(string name, EngineProcess engine, Container container, string[] range, CancellationToken cancellation) =>
        (await AskAsync(name, engine, container, range, "{{.Type}}", cancellation).ConfigureAwait(false)).Length > 0;

    private static async Task<string> AskAsync(string name, EngineProcess engine, Container container, string[] range, string format, CancellationToken cancellation)
    {
        var answer = await engine.AskAsync(["events", .. range, "--filter", $"container={container.Name}", "--filter", $"event={name}", "--format", format], cancellation).ConfigureAwait(false);
        return answer is { ExitCode: 0 } ? answer.StandardOutput.Trim() : "";
    }

    private static string[] Until(TimeSpan age)
    {
        var now = DateTimeOffset.UtcNow;
        return ["--since", Seconds(now - age - ClockDifference), "--until", Seconds(now)];
    }

    private static string Seconds(DateTimeOffset time) => (time.ToUnixTimeMilliseconds() / 1000.0).ToString("F3", CultureInfo.InvariantCulture);
}
