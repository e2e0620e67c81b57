using System.Text.RegularExpressions;
using RestrictedRunner.Build.Text;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary>
/// Go's compiler and vet, and protoc: <c>file:line:column: text</c>, without a word that says how bad it is. A program's
/// own log has no column (<c>log.Lshortfile</c>).
/// </summary>
internal static partial class GoFormat
{
    public static ToolMessage? Read(string line)
    {
        if (!line.Contains(".go:", StringComparison.Ordinal) && !line.Contains(".proto:", StringComparison.Ordinal))
        {
            return null;
        }

        var match = Located().Match(line);
        return match.Success
            ? new(MessageSeverity.Error, match.Text("text"))
            {
                File = match.Text("file"),
                Line = match.Number("line"),
                Column = match.Number("column"),
            }
            : null;
    }

    [GeneratedRegex(@"^(vet: )?(?<file>[^\s:][^:]*\.(go|proto)):(?<line>[0-9]+):(?<column>[0-9]+): (?!note: )(?<text>\S.*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Located();
}
