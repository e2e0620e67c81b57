using System.Text.RegularExpressions;
using RestrictedRunner.Build.Text;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary><c>file:line:column - error TS2322: text</c>, as <c>tsc --pretty</c> writes it; its plain form MSBuild reads itself.</summary>
internal static partial class TscFormat
{
    public static ToolMessage? Read(string line)
    {
        var match = Pretty().Match(line);
        return match.Success
            ? new(match.Severity("severity"), match.Text("text"))
            {
                Code = match.Text("code"),
                File = match.Text("file"),
                Line = match.Number("line"),
                Column = match.Number("column"),
            }
            : null;
    }

    [GeneratedRegex(@"^(?<file>\S.*):(?<line>[0-9]+):(?<column>[0-9]+) - (?<severity>error|warning) (?<code>TS[0-9]+): (?<text>.+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Pretty();
}
