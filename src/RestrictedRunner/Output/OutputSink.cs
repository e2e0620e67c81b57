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
    // A client that could not start a container ends soon after saying so; a command whose first words look the same
    // must not wait for its end to be heard.
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(1);

    // A client's report has a few lines. What has more is a command's output.
    private const int LongestReport = 100;

    private readonly object _lock = new();
    private readonly RunObserver _observer;
    private readonly string? _prepareFailedMark;
    private readonly CancellationTokenSource _failed = new();
    private readonly List<string> _report = [];
    private readonly Timer _timer;
    private int _delivered;
    private bool _started;
    private bool _ended;
    private ExceptionDispatchInfo? _failure;

    public OutputSink(RunObserver observer, string? prepareFailedMark)
    {
        _observer = observer;
        _prepareFailedMark = prepareFailedMark;
        _timer = new Timer(_ => DeliverOnTimer());
    }

    /// <summary>Cancelled when the observer threw where nobody could catch it; <see cref="ThrowIfFailed"/> tells what.</summary>
    public CancellationToken Failed => _failed.Token;

    /// <summary>True when the script said so.</summary>
    public bool PrepareFailed { get; private set; }

    public void StandardOutput(string line)
    {
        lock (_lock)
        {
            ThrowIfFailed();
            TakeForCommands();
            _observer.Output(new OutputLine(OutputStream.StandardOutput, line));
        }
    }

    public void StandardError(string line)
    {
        lock (_lock)
        {
            ThrowIfFailed();
            if (_started)
            {
                Deliver(line);
            }
            else if (_report.Count == 0 && EngineMessages.IsRemark(line))
            {
                _observer.EngineRemark(line);
            }
            else if (_report.Count == 0 ? EngineMessages.StartsFailure(line) : _report.Count < LongestReport)
            {
                AddToReport(line);
            }
            else
            {
                TakeForCommands();
                Deliver(line);
            }
        }
    }

    /// <summary>After both streams' end: what may be the client's own report of a failure, or null.</summary>
    public string? TakeReport()
    {
        lock (_lock)
        {
            _ended = true;
            ThrowIfFailed();
            return _started || _report.Count == 0 ? null : EngineMessages.Report(_report);
        }
    }

    /// <summary>What is still held back was the command's, and is delivered.</summary>
    public void DeliverHeld()
    {
        lock (_lock)
        {
            TakeForCommands();
        }
    }

    /// <summary>Throws what the observer threw on the timer's thread.</summary>
    public void ThrowIfFailed() => _failure?.Throw();

    public void Dispose()
    {
        lock (_lock)
        {
            _ended = true;
        }

        _timer.Dispose();
        _failed.Dispose();
    }

    private void AddToReport(string line)
    {
        _report.Add(line);
        if (_report.Count == 1)
        {
            _timer.Change(LongestHold, Timeout.InfiniteTimeSpan);
        }
        else if (_delivered > 0)
        {
            DeliverReport();
        }
    }

    // An exception of the caller's on a timer's thread would end the process.
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Thrown again by ThrowIfFailed.")]
    private void DeliverOnTimer()
    {
        lock (_lock)
        {
            try
            {
                if (!_ended)
                {
                    DeliverReport();
                }
            }
            catch (Exception e)
            {
                _failure = ExceptionDispatchInfo.Capture(e);
                _ = _failed.CancelAsync();
            }
        }
    }

    private void TakeForCommands()
    {
        if (!_started)
        {
            _started = true;
            DeliverReport();
        }
    }

    private void DeliverReport()
    {
        while (_delivered < _report.Count)
        {
            Deliver(_report[_delivered++]);
        }
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

        _observer.Output(new OutputLine(OutputStream.StandardError, line));
    }
}
