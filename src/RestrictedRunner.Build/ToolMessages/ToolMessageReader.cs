using System.Text.RegularExpressions;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary>
/// Finds errors and warnings in one stream of output. Every line comes out once and in order, as a message or as it is;
/// at most one is held, until the next.
/// </summary>
/// <param name="formats">The user's own formats, which are tried first.</param>
/// <param name="knownFormats">False leaves all but the user's formats alone.</param>
/// <param name="folders">Told of every line with a colon or a blank in front; the same for both streams.</param>
/// <param name="possible">Gets what is an error only if the step fails; its line is delivered as it is.</param>
/// <param name="onLine">Gets each line, and the message that it is.</param>
/// <param name="onSlowFormat">Gets a format whose expression took too long; it is not used again.</param>
internal sealed class ToolMessageReader(
    IEnumerable<UserFormat> formats,
    bool knownFormats,
    MakeFolders folders,
    PossibleErrors possible,
    Action<string, ToolMessage?> onLine,
    Action<UserFormat> onSlowFormat)
{
    // A message is for reading. Some expressions take time with the square of the length.
    private const int LongestLine = 4096;

    private readonly List<UserFormat> _formats = [.. formats];
    private readonly CanonicalFormat _canonical = new();
    private readonly EslintFormat _eslint = new();
    private readonly PythonTraceback _python = new();
    private readonly GoTestFormat _goTest = new();

    private (string Line, ToolMessage Message)? _held;
    private ToolMessage? _traceback;

    /// <summary>Gets the next line, without colours.</summary>
    public void Read(string line)
    {
        if (_held is var (heldLine, held))
        {
            _held = null;
            Deliver(heldLine, RustcFormat.Placed(held, line));
        }

        if (IsPlain(line))
        {
            _eslint.Pass(line);
            onLine(line, null);
            return;
        }

        if (line.Length > LongestLine)
        {
            onLine(line, knownFormats && SaysHowBad(line) ? Here(_canonical.Read(line)) : null);
            return;
        }

        folders.Pass(line);
        var message = ReadUserFormats(line);
        if (knownFormats)
        {
            // Its formats see every line that is not plain, to know where they are.
            var known = ReadKnownFormats(line);
            message ??= known;
        }

        message = Here(message);
        if (message is not null && RustcFormat.IsHeader(line))
        {
            _held = (line, message);
        }
        else
        {
            Deliver(line, message);
        }
    }

    /// <summary>At the end of the stream: delivers the line that is held.</summary>
    public void Finish()
    {
        if (_held is var (line, message))
        {
            _held = null;
            Deliver(line, message);
        }
    }

    private void Deliver(string line, ToolMessage? message)
    {
        if (message is { Severity: MessageSeverity.Error, IsCertain: false })
        {
            possible.Add(message);
            message = null;
        }

        onLine(line, message);
    }

    private ToolMessage? Here(ToolMessage? message) => message is null ? null : message with { Folders = folders.Now };

    // Most lines of most output: of millions, each must cost next to nothing. No message begins without a colon or a
    // blank, but eslint's blocks begin with a bare path, and inside a traceback or a failed test every line counts.
    private bool IsPlain(string line) =>
        _formats.Count == 0
        && !_python.IsInside
        && !_goTest.IsInFailed
        && line.Length <= LongestLine
        && (line.Length == 0 || (line[0] != ' ' && !line.Contains(':', StringComparison.Ordinal)));

    private static bool SaysHowBad(string line) =>
        line.Contains("error", StringComparison.OrdinalIgnoreCase) || line.Contains("warning", StringComparison.OrdinalIgnoreCase);

    private ToolMessage? ReadUserFormats(string line)
    {
        foreach (var format in _formats)
        {
            try
            {
                if (format.Read(line) is { } message)
                {
                    return message;
                }
            }
            catch (RegexMatchTimeoutException)
            {
                // The next line would take as long.
                _formats.Remove(format);
                onSlowFormat(format);
                return ReadUserFormats(line);
            }
        }

        return null;
    }

    private ToolMessage? ReadKnownFormats(string line)
    {
        var traceback = Here(_python.Read(line));
        if (traceback is not null)
        {
            // A program that fails ends with the traceback that counts; those before it were caught.
            possible.Remove(_traceback);
            _traceback = traceback;
        }

        var test = _goTest.Read(line);
        var message = ReadSevere(line) ?? traceback ?? test ?? ReadLocated(line);
        _eslint.Pass(line);
        return message;
    }

    private ToolMessage? ReadSevere(string line) =>
        line.Contains(':', StringComparison.Ordinal) && SaysHowBad(line)
            ? _eslint.Read(line) ?? _canonical.Read(line) ?? GnuFormat.Read(line) ?? TscFormat.Read(line) ?? RustcFormat.Read(line)
            : null;

    private static ToolMessage? ReadLocated(string line) =>
        line.Contains(':', StringComparison.Ordinal) ? GoFormat.Read(line) ?? LinkerFormat.Read(line) : null;
}
