using System.Globalization;

namespace RestrictedRunner.Engine;

/// <summary>What the engine's record says of a container's start.</summary>
internal enum StartRecord
{
    /// <summary>It was started.</summary>
    Started,

    /// <summary>It was not.</summary>
    NotStarted,

    /// <summary>The engine did not answer, or keeps no record.</summary>
    Unknown,
}

/// <summary>The engine's own record of what became of a container; it is there after the container is gone.</summary>
internal static class EngineEvents
{
    /// <summary>Format that shows the exit code of a command's end (docker's client).</summary>
    internal const string ExitCodeFormat = "{{.Actor.Attributes.exitCode}}";

    // Of podman: what there is, without waiting for more.
    private const string AtOnce = "--stream=false";

    // The clocks of client and engine may differ. The container's name is unique, so an early start costs nothing.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether the container was started. Asked only after an end that may be the client's, and where nothing else has
    /// shown that the command ran.
    /// </summary>
    public static async Task<StartRecord> StartAsync(EngineProcess engine, Container container, TimeSpan age, CancellationToken cancellation)
    {
        if (EngineFacts.IsPodmanClient(engine.ClientPath))
        {
            var answer = await OfPodmanAsync().ConfigureAwait(false);
            return StartIn(answer)
                ?? (container.WasCreated == false && await KeepsRecordAsync(engine, cancellation).ConfigureAwait(false) ? StartRecord.NotStarted : StartRecord.Unknown);
        }

        var answered = await AnswerAsync(engine, container, Until(age), [], "{{.Action}}", cancellation).ConfigureAwait(false);
        if (answered is null || StartIn(answered) == StartRecord.Started)
        {
            return StartIn(answered) ?? StartRecord.Unknown;
        }

        // Its first answer may end before the start.
        if (await PodmanService.IsBehindAsync(engine, cancellation).ConfigureAwait(false))
        {
            return await PodmanService.StartAsync(engine, container, Since(age), cancellation).ConfigureAwait(false);
        }

        if (StartIn(answered) is { } start)
        {
            return start;
        }

        // Of podman, too, the client may have another name.
        if (answered.ExitCode != 0 && await OfPodmanAsync().ConfigureAwait(false) is { ExitCode: 0 } other)
        {
            return StartIn(other) ?? StartRecord.Unknown;
        }

        // Docker does not start what its client has not seen created. It keeps 256 events, by a clock that may not be ours.
        return container.WasCreated == false ? StartRecord.NotStarted : StartRecord.Unknown;

        // Podman 4.3 shows nothing with --until, and docker does not know --stream.
        Task<EngineAnswer?> OfPodmanAsync() => AnswerAsync(engine, container, [AtOnce], [], "{{.Status}}", cancellation);
    }

    /// <summary>
    /// True when the kernel killed a process of the container because memory ran out, be it one whose parent went on as if
    /// nothing had happened. Podman 4.3 has no such event.
    /// </summary>
    public static async Task<bool> WasOutOfMemoryAsync(EngineProcess engine, Container container, TimeSpan age, CancellationToken cancellation) =>
        Text(await AnswerAsync(engine, container, Until(age), ["--filter", "event=oom"], "{{.Type}}", cancellation).ConfigureAwait(false)).Length > 0;

    /// <summary>True when docker saw the command's end.</summary>
    public static async Task<bool> HasEndedAsync(EngineProcess engine, Container container, TimeSpan age, CancellationToken cancellation) =>
        (await ExitCodeAsync(engine, container, age, cancellation).ConfigureAwait(false)).Length > 0;

    /// <summary>The command's exit code as docker saw it; empty when docker did not, and of podman's client, which writes it in another way.</summary>
    public static async Task<string> ExitCodeAsync(EngineProcess engine, Container container, TimeSpan age, CancellationToken cancellation)
    {
        var code = Text(await AnswerAsync(engine, container, Until(age), ["--filter", "event=die"], ExitCodeFormat, cancellation).ConfigureAwait(false));
        return code.Length == 0 && await PodmanService.IsBehindAsync(engine, cancellation).ConfigureAwait(false)
            ? await PodmanService.ExitCodeAsync(engine, container, Since(age), cancellation).ConfigureAwait(false)
            : code;
    }

    // A container that was created and never started has the one event and not the other.
    private static StartRecord? StartIn(EngineAnswer? answer)
    {
        var events = Text(answer).Split('\n', StringSplitOptions.TrimEntries);
        return events.Contains("start") ? StartRecord.Started
            : events.Contains("create") ? StartRecord.NotStarted
            : null;
    }

    // Podman may have been told to keep none, or be unable to read the system's journal.
    private static async Task<bool> KeepsRecordAsync(EngineProcess engine, CancellationToken cancellation) =>
        Text(await engine.AskAsync(["events", AtOnce, "--since", "1h", "--format", "{{.Type}}"], cancellation).ConfigureAwait(false)).Length > 0;

    private static Task<EngineAnswer?> AnswerAsync(EngineProcess engine, Container container, string[] range, string[] filters, string format, CancellationToken cancellation) =>
        engine.AskAsync(["events", .. range, "--filter", $"container={container.Name}", .. filters, "--format", format], cancellation);

    private static string Text(EngineAnswer? answer) => answer is { ExitCode: 0 } ? answer.StandardOutput.Trim() : "";

    private static string[] Until(TimeSpan age) => ["--since", Seconds(Since(age)), "--until", Seconds(DateTimeOffset.UtcNow)];

    private static DateTimeOffset Since(TimeSpan age) => DateTimeOffset.UtcNow - age - ClockDifference;

    /// <summary>A time as <c>--since</c> and <c>--until</c> take it.</summary>
    internal static string Seconds(DateTimeOffset time) => (time.ToUnixTimeMilliseconds() / 1000.0).ToString("F3", CultureInfo.InvariantCulture);
}
