using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build.Logging;

/// <summary>
/// Logs the lines of a step that are no errors or warnings: each as a message of its own, as <c>Exec</c> does, until they
/// are a flood. Then lines that have arrived together are one message with line ends in it. Loggers print the same text,
/// and MSBuild, which takes a microsecond or two for each message, keeps up with what a step prints.
/// </summary>
internal sealed class LineMessages(TaskLoggingHelper log)
{
    /// <summary>So many lines of a step are messages of their own.</summary>
    public const int OneByOne = 10_000;

    // Twice as many bytes, which stay below the 85,000 of .NET's large objects.
    private const int LongestBlock = 40_000;

    private readonly StringBuilder _block = new();
    private MessageImportance _importance;
    private bool _isOpen;
    private int _count;

    /// <summary>Logs a line, or adds it to those that are logged together.</summary>
    public void Add(MessageImportance importance, string line)
    {
        if (_count < OneByOne)
        {
            _count++;
            log.LogMessage(importance, line);
            return;
        }

        if (_isOpen && (importance != _importance || _block.Length + line.Length >= LongestBlock))
        {
            Flush();
        }

        if (_isOpen)
        {
            _block.Append('\n');
        }

        _isOpen = true;
        _importance = importance;
        _block.Append(line);
    }

    /// <summary>Logs what has been added: another event is to follow it, or nothing more has arrived.</summary>
    public void Flush()
    {
        if (!_isOpen)
        {
            return;
        }

        _isOpen = false;
        log.LogMessage(_importance, _block.ToString());
        _block.Clear();
    }
}
