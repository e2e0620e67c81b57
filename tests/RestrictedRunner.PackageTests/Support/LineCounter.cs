using System.Globalization;
using Microsoft.Build.Framework;

namespace RestrictedRunner.PackageTests;

/// <summary>
/// A logger that builds load. It counts the lines of steps while the build runs, so that a gigabyte of them need not be
/// kept, and writes what it saw into the file that its parameter names.
/// </summary>
public sealed class LineCounter : ILogger
{
    private readonly Dictionary<char, int> _last = [];
    private long _characters;
    private int _longest;
    private string _disorder = "";

    public LoggerVerbosity Verbosity { get; set; }

    public string? Parameters { get; set; }

    public void Initialize(IEventSource eventSource)
    {
        eventSource.MessageRaised += (_, message) => See(message);
        eventSource.BuildFinished += (_, _) => File.WriteAllLines(Parameters!, Report());
    }

    public void Shutdown()
    {
    }

    // Lines are "<stream> <number from 1><anything>", each stream's in order.
    private void See(BuildMessageEventArgs message)
    {
        if (message.SenderName != "DockerExec" || message.Importance != MessageImportance.High)
        {
            return;
        }

        foreach (var line in message.Message!.Split('\n'))
        {
            See(line);
        }
    }

    private void See(string text)
    {
        _characters += text.Length;
        _longest = Math.Max(_longest, text.Length);
        var stream = text[0];
        var expected = _last.GetValueOrDefault(stream) + 1;
        var words = text.Split(' ', 3);
        if (words.Length < 2 || words[1] != expected.ToString(CultureInfo.InvariantCulture))
        {
            _disorder = _disorder.Length > 0 ? _disorder : $"after line {expected - 1} of {stream}: {text[..Math.Min(100, text.Length)]}";
        }

        _last[stream] = expected;
    }

    private IEnumerable<string> Report() =>
        [
            .. _last.OrderBy(stream => stream.Key).Select(stream => $"{stream.Key} {stream.Value}"),
            string.Create(CultureInfo.InvariantCulture, $"characters {_characters}"),
            string.Create(CultureInfo.InvariantCulture, $"longest {_longest}"),
            $"disorder {_disorder}",
            // The most memory that this process, which also runs the task, has had so far, in KiB.
            .. File.ReadLines("/proc/self/status").Where(line => line.StartsWith("VmHWM", StringComparison.Ordinal)),
        ];
}
