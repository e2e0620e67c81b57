using System.Globalization;

namespace RestrictedRunner.Workers;

/// <summary>What a shared container says after a step.</summary>
/// <param name="ExitCode">The command's exit code.</param>
/// <param name="Kills">How many processes the kernel has killed in the container because memory ran out; null where it does not say.</param>
/// <param name="Verdict">Empty when the container is as it was before the step; otherwise what is not, as the end of a sentence.</param>
internal sealed record WorkerAnswer(int ExitCode, long? Kills, string Verdict)
{
    private const string Clean = "clean";

    /// <summary>Reads the line before a step: the number of the turn, and the step's process.</summary>
    /// <returns>Number of the process in the container.</returns>
    /// <exception cref="WorkerLostException">It is no such line, or one of another turn.</exception>
    public static int ReadProcess(string? line, int turn) =>
        Parts(line, turn, 2) is [_, var process] && int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 1
            ? number
            : throw Unexpected(line);

    /// <summary>Reads the line after a step: the number of the turn, exit code, kills, and the verdict.</summary>
    /// <exception cref="WorkerLostException">It is no such line, or one of another turn.</exception>
    public static WorkerAnswer Read(string? line, int turn) =>
        Parts(line, turn, 4) is [_, var code, var kills, var verdict]
        && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var exitCode)
        && (kills == "-" || long.TryParse(kills, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? new(exitCode, kills == "-" ? null : long.Parse(kills, CultureInfo.InvariantCulture), verdict == Clean ? "" : verdict)
            : throw Unexpected(line);

    private static string[]? Parts(string? line, int turn, int count) =>
        line?.Split(' ', count) is { } parts && parts.Length == count && parts[0] == turn.ToString(CultureInfo.InvariantCulture) ? parts : null;

    private static WorkerLostException Unexpected(string? line) => new(line is null ? "the container has ended" : "the container gave an answer that is none");
}
