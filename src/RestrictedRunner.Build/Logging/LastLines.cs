namespace RestrictedRunner.Build.Logging;

/// <summary>
/// The last lines of a failed step's two streams, as an error has them: each stream's own, because the two pipes arrive in any
/// order, and standard error last, because it has the reason more often.
/// </summary>
internal static class LastLines
{
    /// <summary>So many lines an error has at most.</summary>
    public const int Most = 15;

    /// <summary>So many characters of a line.</summary>
    public const int LongestLine = 300;

    // Where both streams have more than there is room for.
    private const int MostOfOutput = 5;

    /// <summary>The lines, one under the other, with a heading for each stream; empty when there are none.</summary>
    public static string Of(IReadOnlyList<string> standardOutput, IReadOnlyList<string> standardError)
    {
        var ofError = Math.Min(standardError.Count, Math.Max(Most - standardOutput.Count, Most - MostOfOutput));
        return string.Join('\n', [.. Part("standard output", standardOutput.TakeLast(Most - ofError)), .. Part("standard error", standardError.TakeLast(ofError))]);
    }

    private static string[] Part(string stream, IEnumerable<string> lines) => lines.ToArray() is { Length: > 0 } some ? [$"The last lines of {stream}:", .. some] : [];
}
