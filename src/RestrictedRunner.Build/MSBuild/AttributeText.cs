using System.Text.RegularExpressions;
using RestrictedRunner.Build.Text;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>
/// Lines of an attribute's value. MSBuild keeps line ends in it, where XML in general makes spaces of them; more may be
/// written as <c>&amp;#10;</c>, <c>&amp;#xA;</c> or <c>%0A</c>.
/// </summary>
internal static partial class AttributeText
{
    /// <summary>For each line of the value, the line of the file that it is in.</summary>
    /// <param name="file">The file's text.</param>
    /// <param name="line">Line of the attribute's name, from 1.</param>
    /// <param name="column">Column of the attribute's name, from 1.</param>
    public static IReadOnlyList<int> Lines(string file, int line, int column)
    {
        var start = 0;
        for (var i = 1; i < line; i++)
        {
            start = file.IndexOf('\n', start) + 1;
        }

        var attribute = Attribute().Match(file, start + column - 1);
        line += attribute.Text("name").Count(c => c == '\n');
        var lines = new List<int> { line };
        foreach (Match end in LineEnd().Matches(attribute.Text("value")))
        {
            line += end.Value == "\n" ? 1 : 0;
            lines.Add(line);
        }

        return lines;
    }

    [GeneratedRegex("""\G(?<name>[^=]*=\s*)(?<quote>["'])(?<value>.*?)\k<quote>""", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Attribute();

    [GeneratedRegex(@"\n|&#0*10;|&#x0*[aA];|%0[aA]", RegexOptions.ExplicitCapture)]
    private static partial Regex LineEnd();
}
