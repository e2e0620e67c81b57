using System.Text.RegularExpressions;
using RestrictedRunner.Build.Text;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary>
/// eslint's "stylish" blocks: a line with the file, then <c>  line:column  error  text  rule</c> until a line that is
/// not indented.
/// </summary>
internal sealed partial class EslintFormat
{
    private string _previous = "";
    private string _file = "";

    /// <summary>Gets every line of the stream, so that it knows the file.</summary>
    public void Pass(string line)
    {
        if (_file.Length > 0 && (line.Length == 0 || line[0] != ' '))
        {
            _file = "";
        }

        _previous = line;
    }

    /// <summary>The message of a line that has not been passed yet.</summary>
    public ToolMessage? Read(string line)
    {
        if (!line.StartsWith(' '))
        {
            return null;
        }

        var match = Problem().Match(line);
        if (!match.Success || (_file.Length == 0 && !IsFile(_previous)))
        {
            return null;
        }

        _file = _file.Length == 0 ? _previous : _file;
        return new(match.Severity("severity"), match.Text("text"))
        {
            Code = match.Text("code"),
            File = _file,
            Line = match.Number("line"),
            Column = match.Number("column"),
        };
    }

    // eslint writes absolute paths.
    private static bool IsFile(string line) => line.Length > 3 && (line[0] == '/' || (char.IsAsciiLetter(line[0]) && line.AsSpan(1).StartsWith(@":\")));

    [GeneratedRegex(@"^ +(?<line>[0-9]+):(?<column>[0-9]+) +(?<severity>error|warning) +(?<text>\S.*?)( {2,}(?<code>[^\s]+))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Problem();
}
