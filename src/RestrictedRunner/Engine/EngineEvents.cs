using System.Globalization;

namespace RestrictedRunner;

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
    /// Tells an exit code of the command from one of the engine. Asked only after a failure that looks like the
    /// engine's, which a command may imitate, and after a code above 128, which may be a client's that a signal ended.
    /// </summary>
    /// <returns>False also when the engine does not answer.</returns>
    public static async Task<bool> WasStartedAsync(EngineProcess engine, Container container, TimeSpan age, CancellationToken cancellation) =>
        HasText(await StartAnswersAsync(engine, container, age, cancellation).ConfigureAwait(false))
        || (await PodmanService.IsBehindAsync(engine, cancellation).ConfigureAwait(false)
            && await PodmanService.StartAsync(engine, container, Since(age), cancellation).ConfigureAwait(false) == StartRecord.Started);

    /// <summary>The same, and whether an engine that shows no start would show one.</summary>
    public static async Task<StartRecord> StartAsync(EngineProcess engine, Container container, TimeSpan age, CancellationToken cancellation)
    {
        var answers = await StartAnswersAsync(engine, container, age, cancellation).ConfigureAwait(false);
        if (HasText(answers))
        {
            return StartRecord.Started;
        }

        if (await PodmanService.IsBehindAsync(engine, cancellation).ConfigureAwait(false))
        {
            return await PodmanService.StartAsync(engine, container, Since(age), cancellation).ConfigureAwait(false);
        }

        var wouldShow = answers.Count(answer => answer is { ExitCode: 0 }) switch
        {
            0 => false,
            1 => await HasOurTimeAsync(engine, cancellation).ConfigureAwait(false),
            _ => await KeepsRecordAsync(engine, cancellation).ConfigureAwait(false),
        };
        return wouldShow ? StartRecord.NotStarted : StartRecord.Unknown;
    }

    /// <summary>
    /// True when the kernel killed a process of the container for want of memory, be it one whose parent went on as if
    /// nothing had happened. Podman 4.3 has no such event.
    /// </summary>
    public static async Task<bool> WasOutOfMemoryAsync(EngineProcess engine, Container container, TimeSpan age, CancellationToken cancellation) =>
        Text(await AnswerAsync("oom", engine, container, Until(age), "{{.Type}}", cancellation).ConfigureAwait(false)).Length > 0;

    /// <summary>True when docker saw the command's end.</summary>
    public static async Task<bool> HasEndedAsync(EngineProcess engine, Container container, TimeSpan age, CancellationToken cancellation) =>
        (await ExitCodeAsync(engine, container, age, cancellation).ConfigureAwait(false)).Length > 0;

    /// <summary>The command's exit code as docker saw it; empty when docker did not, and of podman's client, which writes it in another way.</summary>
    public static async Task<string> ExitCodeAsync(EngineProcess engine, Container container, TimeSpan age, CancellationToken cancellation)
    {
        var code = Text(await AnswerAsync("die", engine, container, Until(age), ExitCodeFormat, cancellation).ConfigureAwait(false));
        return code.Length == 0 && await PodmanService.IsBehindAsync(engine, cancellation).ConfigureAwait(false)
            ? await PodmanService.ExitCodeAsync(engine, container, Since(age), cancellation).ConfigureAwait(false)
            : code;
    }

    // Podman 4.3 shows nothing with --until; docker does not know --stream, and says so at once: it answers only one.
    private static async Task<IReadOnlyList<EngineAnswer?>> StartAnswersAsync(EngineProcess engine, Container container, TimeSpan age, CancellationToken cancellation)
    {
        string[][] ranges = EngineFacts.IsPodmanClient(engine.ClientPath) ? [[AtOnce], Until(age)] : [Until(age), [AtOnce]];
        var answers = new List<EngineAnswer?>();
        foreach (var range in ranges)
        {
            answers.Add(await AnswerAsync("start", engine, container, range, "{{.Type}}", cancellation).ConfigureAwait(false));
            if (HasText(answers))
            {
                break;
            }
        }

        return answers;
    }

    private static bool HasText(IReadOnlyList<EngineAnswer?> answers) => answers.Any(answer => Text(answer).Length > 0);

    // Docker looks for events of a time, and its clock may be that of a virtual machine, or of another one.
    private static async Task<bool> HasOurTimeAsync(EngineProcess engine, CancellationToken cancellation)
    {
        var text = Text(await engine.AskAsync(["info", "--format", "{{.SystemTime}}"], cancellation).ConfigureAwait(false));
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time) && time <= DateTimeOffset.UtcNow && DateTimeOffset.UtcNow - time < ClockDifference;
    }

    // Podman may have been told to keep none, or be unable to read the system's journal.
    private static async Task<bool> KeepsRecordAsync(EngineProcess engine, CancellationToken cancellation) =>
        Text(await engine.AskAsync(["events", AtOnce, "--since", "1h", "--format", "{{.Type}}"], cancellation).ConfigureAwait(false)).Length > 0;

    private static Task<EngineAnswer?> AnswerAsync(string name, EngineProcess engine, Container container, string[] range, string format, CancellationToken cancellation) =>
        engine.AskAsync(["events", .. range, "--filter", $"container={container.Name}", "--filter", $"event={name}", "--format", format], cancellation);

    private static string Text(EngineAnswer? answer) => answer is { ExitCode: 0 } ? answer.StandardOutput.Trim() : "";

    private static string[] Until(TimeSpan age) => ["--since", Seconds(Since(age)), "--until", Seconds(DateTimeOffset.UtcNow)];

    private static DateTimeOffset Since(TimeSpan age) => DateTimeOffset.UtcNow - age - ClockDifference;

    /// <summary>A time as <c>--since</c> and <c>--until</c> take it.</summary>
    internal static string Seconds(DateTimeOffset time) => (time.ToUnixTimeMilliseconds() / 1000.0).ToString("F3", CultureInfo.InvariantCulture);
}
