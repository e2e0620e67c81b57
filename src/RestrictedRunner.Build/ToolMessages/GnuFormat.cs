using System.Text.RegularExpressions;
using RestrictedRunner.Build.Text;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary>
/// <c>file:line: error: text</c> and its relatives, where MSBuild does not read them: no column (javac, gcc without),
/// <c>fatal error</c>, rustc's short <c>error[E0308]</c>, and bison's <c>line.column-column</c>.
/// https://www.gnu.org/prep/standards/html_node/Errors.html
/// </summary>
internal static partial class GnuFormat
{
    public static ToolMessage? Read(string line)
    {
        var match = Located().Match(line);
        return match.Success && IsFileName(match.Text("file")) && !IsLogOfGo(match)
            ? new(match.Severity("severity"), match.Text("text"))
            {
                Subcategory = match.Text("subcategory"),
                Code = Code(match, line),
                File = match.Text("file"),
                Line = match.Number("line"),
                Column = match.Number("column"),
                EndLine = match.Number("endLine"),
                EndColumn = match.Number("endColumn"),
            }
            : null;
    }

    /// <summary>
    /// gcc's and clang's name for a warning, which stands at the line's end: <c>-Wunused-variable</c>, or as an error
    /// <c>-Werror=unused-variable</c> and <c>-Werror,-Wunused-variable</c>.
    /// </summary>
    public static string WarningOption(string line) => line.EndsWith(']') ? OptionAtEnd().Match(line).Text("option") : "";

    private static string Code(Match match, string line) =>
        match.Text("code") is { Length: > 0 } code ? code
        : match.Text("file").EndsWith(".java", StringComparison.Ordinal) ? LintOfJava().Match(match.Text("text")).Text("name")
        : WarningOption(line);

    // "localhost:8080: error: refused" and "10:42: error: …" name no file: its name has a folder, or an extension with a
    // letter that is not the end of a host's name.
    private static bool IsFileName(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal) || name.Contains('\\', StringComparison.Ordinal))
        {
            return !name.Contains("//", StringComparison.Ordinal);
        }

        var extension = name[(name.LastIndexOf('.') + 1)..];
        return extension.Length < name.Length
            && extension.Any(char.IsAsciiLetter)
            && extension.All(char.IsAsciiLetterOrDigit)
            && extension is not ("com" or "org" or "net" or "io" or "dev" or "local" or "internal" or "localhost");
    }

    // Go's tools tell columns; its log package (log.Lshortfile) does not.
    private static bool IsLogOfGo(Match match) => match.Text("file").EndsWith(".go", StringComparison.Ordinal) && match.Text("column").Length == 0;

    [GeneratedRegex(
        """
        ^(?<file>([A-Za-z]:(?=[\\/]))?[^\s:"'(][^:"]*)
        :(?<line>[0-9]+)
        ([:.](?<column>[0-9]+)(-((?<endLine>[0-9]+)\.)?(?<endColumn>[0-9]+))?)?
        :[ ]((?<subcategory>fatal)[ ])?(?<severity>error|warning)(\[(?<code>[\w:-]+)\])?
        :[ ]+(?<text>.*\S)
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Located();

    [GeneratedRegex(@"\[(-Werror,)?(?<option>-W[^\s\[\]]+)\]$", RegexOptions.ExplicitCapture)]
    private static partial Regex OptionAtEnd();

    [GeneratedRegex(@"^\[(?<name>[a-z-]+)\] ", RegexOptions.ExplicitCapture)]
    private static partial Regex LintOfJava();
}
