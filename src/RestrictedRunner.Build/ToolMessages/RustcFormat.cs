using System.Text.RegularExpressions;
using RestrictedRunner.Build.Text;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary>
/// rustc and cargo: <c>error[E0308]: text</c>, whose place is in the next line, <c>  --> file:line:column</c>. Without
/// a code MSBuild reads the first line as an error without a place.
/// </summary>
internal static partial class RustcFormat
{
    /// <summary>True when the next line may tell the place of this one.</summary>
    public static bool IsHeader(string line) => Header().IsMatch(line);

    /// <summary>The message of a header with a code.</summary>
    public static ToolMessage? Read(string line)
    {
        var match = Header().Match(line);
        return match.Text("code").Length > 0
            ? new(match.Severity("severity"), match.Text("text")) { Code = match.Text("code") }
            : null;
    }

    /// <summary>The message with the place that the next line tells.</summary>
    public static ToolMessage Placed(ToolMessage message, string nextLine)
    {
        var match = nextLine.Contains("--> ", StringComparison.Ordinal) ? Place().Match(nextLine) : Match.Empty;
        return match.Success
            ? message with { File = match.Text("file"), Line = match.Number("line"), Column = match.Number("column") }
            : message;
    }

    [GeneratedRegex(@"^(?<severity>error|warning)(\[(?<code>\w+)\])?: (?<text>.+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Header();

    [GeneratedRegex(@"^ *--> (?<file>.+):(?<line>[0-9]+):(?<column>[0-9]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Place();
}
