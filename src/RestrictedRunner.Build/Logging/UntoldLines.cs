using RestrictedRunner.Build.ToolMessages;
using RestrictedRunner.Output;

namespace RestrictedRunner.Build.Logging;

/// <summary>
/// The last lines of one of a step's streams that are worth a second look when it fails. What has become an error or a warning
/// of its own is not told again, nor what a tool says around it; what came before the last error is in the log file.
/// </summary>
internal sealed class UntoldLines
{
    private OutputTail _lines = NewTail();
    private string? _held;
    private bool _isOpen;
    private int _errors;
    private int _warnings;

    /// <summary>Gets a line.</summary>
    /// <param name="line">The line, after it has been read for errors.</param>
    /// <param name="errors">How many errors have come before the next line, with this line's.</param>
    /// <param name="warnings">How many warnings the stream has had.</param>
    public void Add(string line, int errors, int warnings)
    {
        if (Forget(errors))
        {
            return;
        }

        if (warnings > _warnings)
        {
            Keep();
            (_warnings, _isOpen) = (warnings, false);
        }
        else if (_held is not null && Aftermath.IsCaret(line))
        {
            _held = null;
        }
        else if (_isOpen || _held is not null || _errors + _warnings == 0 || !Aftermath.IsOfError(line))
        {
            Keep();
            _held = string.IsNullOrWhiteSpace(line) ? null : line;
        }
    }

    /// <summary>At the end: the line that was held until then may be one more error.</summary>
    public IReadOnlyList<string> End(int errors)
    {
        if (!Forget(errors))
        {
            Keep();
        }

        return _lines.Lines;
    }

    /// <summary>Forgets what came before another error.</summary>
    /// <returns>False when there is none.</returns>
    public bool Forget(int errors)
    {
        if (errors <= _errors)
        {
            return false;
        }

        (_errors, _lines, _held, _isOpen) = (errors, NewTail(), null, false);
        return true;
    }

    private void Keep()
    {
        if (_held is not null)
        {
            _lines.Add(_held);
            (_held, _isOpen) = (null, true);
        }
    }

    private static OutputTail NewTail() => new(LastLines.Most, LastLines.LongestLine);
}
