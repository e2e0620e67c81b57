using System.Text.RegularExpressions;

namespace RestrictedRunner.Build.Text;

/// <summary>Text without what steers a terminal.</summary>
internal static partial class PlainText
{
    public static string Of(string line) => line.Contains('\e', StringComparison.Ordinal) ? AnsiSequence().Replace(line, "") : line;

    // ECMA-48: control sequences (colours, cursor) and operating system commands (titles, links).
    [GeneratedRegex(@"\e(\[[0-?]*[ -/]*[@-~]|\][^\a\e]*(\a|\e\\)|[@-Z\\-_])", RegexOptions.ExplicitCapture)]
    private static partial Regex AnsiSequence();
}
