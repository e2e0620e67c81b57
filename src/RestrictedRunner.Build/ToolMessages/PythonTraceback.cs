using System.Text.RegularExpressions;
using RestrictedRunner.Build.Text;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary>
/// A traceback of Python: frames, the innermost last, then <c>ValueError: text</c>. The place is that of the last frame
/// that is in a file.
/// </summary>
internal sealed partial class PythonTraceback
{
    private string _file = "";
    private int _line;

    /// <summary>True when the next line may be part of a traceback whatever it says.</summary>
    public bool IsInside { get; private set; }

    /// <summary>Gets every line of the stream while <see cref="IsInside"/>, else those with a colon or a blank in front; the message when a traceback ends with this line.</summary>
    public ToolMessage? Read(string line)
    {
        if (!IsInside)
        {
            // Of a mistake in the syntax of the program itself, only the frame is shown.
            IsInside = line.StartsWith("Traceback (most recent call last):", StringComparison.Ordinal) || ReadFrame(line);
            return null;
        }

        if (line.StartsWith(' '))
        {
            ReadFrame(line);
            return null;
        }

        var message = End(line);
        (IsInside, _file, _line) = (false, "", 0);
        return message;
    }

    private bool ReadFrame(string line)
    {
        var match = line.StartsWith("  File \"", StringComparison.Ordinal) ? Frame().Match(line) : Match.Empty;
        if (match.Success && match.Text("file")[0] != '<')
        {
            (_file, _line) = (match.Text("file"), match.Number("line"));
        }

        return match.Success;
    }

    private ToolMessage? End(string line)
    {
        var match = Exception().Match(line);
        var type = match.Text("type");
        return match.Success && _file.Length > 0
            ? new(MessageSeverity.Error, match.Text("text") is { Length: > 0 } text ? text : type) { Code = type, File = _file, Line = _line }
            : null;
    }

    [GeneratedRegex("""^  File "(?<file>.+)", line (?<line>[0-9]+)(, in .*)?$""", RegexOptions.ExplicitCapture)]
    private static partial Regex Frame();

    [GeneratedRegex(@"^(?<type>[\p{L}_][\w.]*)(: (?<text>.+))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Exception();
}
