namespace RestrictedRunner.Engine;

/// <summary>
/// Podman's service behind docker's client. Of its record it tells what it has read when the time of <c>--until</c> comes:
/// nothing of a time that has passed, where docker tells all. So it is asked for a time ahead, until the record is seen to
/// be whole: a container's removal is the last of it.
/// </summary>
internal static class PodmanService
{
    // A client is started and the record read meanwhile, which takes longer on a busy machine.
    private static readonly TimeSpan[] Ahead = [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)];

    /// <summary>True when the engine is podman's service, and its client docker's.</summary>
    public static async Task<bool> IsBehindAsync(EngineProcess engine, CancellationToken cancellation) =>
        !EngineFacts.IsPodmanClient(engine.ClientPath)
        && await engine.AskAsync(["version", "--format", "{{range .Server.Components}}{{.Name}},{{end}}"], cancellation).ConfigureAwait(false) is { ExitCode: 0 } answer
        && answer.StandardOutput.Contains("Podman Engine", StringComparison.Ordinal);

    /// <summary>Whether a container that is gone was started.</summary>
    public static async Task<StartRecord> StartAsync(EngineProcess engine, Container container, DateTimeOffset since, CancellationToken cancellation)
    {
        IReadOnlyList<string> seen = [];
        foreach (var ahead in Ahead)
        {
            seen = await EventsAsync(engine, since, ahead, ["--filter", OfContainer(container)], "{{.Action}}", cancellation).ConfigureAwait(false);
            if (seen.Contains("start"))
            {
                return StartRecord.Started;
            }

            if (seen.Contains("remove"))
            {
                return StartRecord.NotStarted;
            }
        }

        // It may have been told to keep none.
        return seen.Count == 0 && (await EventsAsync(engine, DateTimeOffset.UtcNow.AddHours(-1), Ahead[0], [], "{{.Type}}", cancellation).ConfigureAwait(false)).Count > 0
            ? StartRecord.NotStarted
            : StartRecord.Unknown;
    }

    /// <summary>The command's exit code; empty when there is none.</summary>
    public static async Task<string> ExitCodeAsync(EngineProcess engine, Container container, DateTimeOffset since, CancellationToken cancellation)
    {
        foreach (var ahead in Ahead)
        {
            if (await EventsAsync(engine, since, ahead, ["--filter", OfContainer(container), "--filter", "event=die"], EngineEvents.ExitCodeFormat, cancellation).ConfigureAwait(false) is [var code, ..])
            {
                return code;
            }
        }

        return "";
    }

    private static string OfContainer(Container container) => $"container={container.Name}";

    private static async Task<IReadOnlyList<string>> EventsAsync(EngineProcess engine, DateTimeOffset since, TimeSpan ahead, string[] filters, string format, CancellationToken cancellation)
    {
        string[] range = ["--since", EngineEvents.Seconds(since), "--until", EngineEvents.Seconds(DateTimeOffset.UtcNow + ahead)];
        var answer = await engine.AskAsync(["events", .. range, .. filters, "--format", format], cancellation).ConfigureAwait(false);
        return answer is { ExitCode: 0 } ? answer.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
    }
}
