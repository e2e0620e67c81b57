using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace RestrictedRunner;

/// <summary>
/// Where the lines of both streams meet. What the client says of its own before a container has started is held back,
/// because an absent image that is then pulled is no news, and podman's <c>Error: …</c> would be taken for an error of
/// the command.
/// </summary>
internal sealed class OutputSink : IDisposable
{
    // A client that could not start a container ends within milliseconds of saying so; a command whose first words
    // look the same must not wait for its end to be heard.
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(1);

    private readonly object _lock = new();
    private readonly Action<OutputLine> _output;
    private readonly string? _prepareFailedMark;
    private readonly List<string> _held = [];
    private readonly Timer _release;
    private bool _started;
    private ExceptionDispatchInfo? _failure;

    public OutputSink(Action<OutputLine> output, string? prepareFailedMark)
    {
        _output = output;
        _prepareFailedMark = prepareFailedMark;
        _release = new Timer(_ => ReleaseOnTimer());
    }

    /// <summary>True when the script said so.</summary>
    public bool PrepareFailed { get; private set; }

    public void StandardOutput(string line)
    {
        lock (_lock)
        {
            _failure?.Throw();
            Release();
            _output(new OutputLine(OutputStream.StandardOutput, line));
        }
    }

    public void StandardError(string line)
    {
        lock (_lock)
        {
            _failure?.Throw();
            if (!_started && (_held.Count > 0 || EngineMessages.StartsFailure(line)))
            {
                if (_held.Count == 0)
                {
                    _release.Change(LongestHold, Timeout.InfiniteTimeSpan);
                }

                _held.Add(line);
                return;
            }

            if (!_started && !EngineMessages.IsRemark(line))
            {
                Release();
            }

            Deliver(line);
        }
    }

    /// <summary>What is held back once both streams have ended, and stays so until released; null when nothing is.</summary>
    public string? TakeHeld()
    {
        lock (_lock)
        {
            _release.Change(Timeout.Infinite, Timeout.Infinite);
            return _held.Count == 0 ? null : EngineMessages.Report(_held);
        }
    }

    /// <summary>The held lines were the command's: they are delivered.</summary>
    public void CommandHasStarted()
    {
        lock (_lock)
        {
            _failure?.Throw();
            Release();
        }
    }

    public void Dispose() => _release.Dispose();

    // An exception of the caller's on a timer's thread would end the process; it is thrown with the next line.
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Thrown again later.")]
    private void ReleaseOnTimer()
    {
        lock (_lock)
        {
            try
            {
                Release();
            }
            catch (Exception e)
            {
                _failure = ExceptionDispatchInfo.Capture(e);
            }
        }
    }

    private void Release()
    {
        if (_started)
        {
            return;
        }

        _started = true;
        foreach (var line in _held)
        {
            Deliver(line);
        }

        _held.Clear();
    }

    private void Deliver(string line)
    {
        if (_prepareFailedMark is not null && line.EndsWith(_prepareFailedMark, StringComparison.Ordinal))
        {
            PrepareFailed = true;
            line = line[..^_prepareFailedMark.Length];
            if (line.Length == 0)
            {
                return;
            }
        }

        _output(new OutputLine(OutputStream.StandardError, line));
    }
}
