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

    // No command begins with the words of an init program that fails, and podman takes seconds to end on a busy machine.
    private static readonly TimeSpan LongestHoldOfInit = TimeSpan.FromSeconds(10);

    // A client's report has a few lines.
    private const int LongestReport = 100;

    private readonly object _lock = new();
    private readonly RunObserver _observer;
    private readonly CancellationTokenSource _failed = new();
    private readonly List<string> _report = [];
    private readonly Queue<string> _held = [];
    private readonly List<string> _errorRemarks = [];
    private readonly Timer _timer;
    private bool _holds = true;
    private bool _started;
    private bool _ended;
    private ExceptionDispatchInfo? _failure;

    public OutputSink(RunObserver observer)
    {
        _observer = observer;
        _timer = new Timer(_ => DeliverOnTimer());
    }

    /// <summary>The newest line of standard error that is not blank, or empty.</summary>
    public string LastErrorLine { get; private set; } = "";

    /// <summary>Cancelled when the observer threw where nobody could catch it; <see cref="ThrowIfFailed"/> tells what.</summary>
    public CancellationToken Failed => _failed.Token;

    public void StandardOutput(string line)
    {
        lock (_lock)
        {
            ThrowIfFailed();
            _started = true;
            StopHolding();
            _observer.Output(new OutputLine(OutputStream.StandardOutput, line));
        }
    }

    public void StandardError(string line)
    {
        lock (_lock)
        {
            ThrowIfFailed();
            if (line.Length > 0)
            {
                LastErrorLine = line;
            }

            if (!_started && _report.Count == 0 && EngineMessages.IsRemark(line))
            {
                if (EngineMessages.IsErrorOfPodman(line) && _errorRemarks.Count < LongestReport)
                {
                    _errorRemarks.Add(line);
                }

                _observer.EngineRemark(line);
                return;
            }

            AddToReport(line);
            if (_holds && (_held.Count > 0 || EngineMessages.StartsFailure(line)) && _held.Count < LongestReport)
            {
                Hold(line);
                return;
            }

            StopHolding();
            Deliver(line);
        }
    }

    /// <summary>A line of standard error that cannot be the client's.</summary>
    public void CommandError(string line)
    {
        lock (_lock)
        {
            ThrowIfFailed();
            _started = true;
            StopHolding();
            Deliver(line);
        }
    }

    /// <summary>All lines that have arrived on one of the streams are passed on.</summary>
    public void CaughtUp()
    {
        lock (_lock)
        {
            ThrowIfFailed();
            _observer.CaughtUp();
        }
    }

    /// <summary>Keeps an exception of the observer's that was thrown where nobody could catch it, and stops the run.</summary>
    public void Fail(Exception exception)
    {
        lock (_lock)
        {
            _failure ??= ExceptionDispatchInfo.Capture(exception);
            if (!_ended)
            {
                _ = _failed.CancelAsync();
            }
        }
    }

    /// <summary>
    /// After both streams' end: what may be the client's own report of a failure, or null when a line that
    /// only the command can have written has shown that it ran.
    /// </summary>
    public string? TakeReport()
    {
        lock (_lock)
        {
            _ended = true;
            ThrowIfFailed();
            return _started ? null : EngineMessages.Report(_report.Count > 0 ? _report : _errorRemarks);
        }
    }

    /// <summary>What is still held back was the command's, and is delivered.</summary>
    public void DeliverHeld()
    {
        lock (_lock)
        {
            StopHolding();
        }
    }

    /// <summary>Throws what the observer threw where nobody could catch it: on the timer's thread, or on one that reads a pipe.</summary>
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
        if (!_started && _report.Count < LongestReport)
        {
            _report.Add(line);
        }
    }

    private void Hold(string line)
    {
        if (_held.Count == 0)
        {
            _timer.Change(EngineMessages.IsOfInit(line) ? LongestHoldOfInit : LongestHold, Timeout.InfiniteTimeSpan);
        }

        _held.Enqueue(line);
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
                    StopHolding();
                }
            }
            catch (Exception e)
            {
                Fail(e);
            }
        }
    }

    private void StopHolding()
    {
        if (!_holds)
        {
            return;
        }

        _holds = false;
        while (_held.TryDequeue(out var line))
        {
            Deliver(line);
        }
    }

    private void Deliver(string line) => _observer.Output(new OutputLine(OutputStream.StandardError, line));
}
