using System.Text.RegularExpressions;
using RestrictedRunner.Build.Text;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary>
/// GNU ld: <c>file.c:(.text+0x5): undefined reference to `f'</c>, with a line number in place of the section when there
/// is debug information; and <c>ld: cannot find -lx</c>, which has no file.
/// </summary>
internal static partial class LinkerFormat
{
    public static ToolMessage? Read(string line)
    {
        var match = line.Contains(": undefined reference to ", StringComparison.Ordinal) ? Reference().Match(line) : Match.Empty;
        return match.Success
            ? new(MessageSeverity.Error, match.Text("text")) { File = match.Text("file"), Line = match.Number("line") }
            : line.Contains(": cannot ", StringComparison.Ordinal) && Absent().Match(line) is { Success: true } absent ? new(MessageSeverity.Error, absent.Text("text"))
            : null;
    }

    [GeneratedRegex(@"^(\S*ld(\.\w+)?: )?(?<file>[^\s:][^:]*):((?<line>[0-9]+)|\([^)]+\)): (?<text>undefined reference to .+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();

    [GeneratedRegex(@"^(\S*[/-])?ld(\.\w+)?: (?<text>cannot (find|open output file) .+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Absent();
}
