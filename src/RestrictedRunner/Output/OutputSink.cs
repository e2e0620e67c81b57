using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using RestrictedRunner.Results;

namespace RestrictedRunner.Output;

/// <summary>
/// Where the lines of both streams meet. What the client says before it has created a container is its own: a reason why
/// there is none, or a remark. What looks like such a reason after that is held back for a moment, because podman's
/// <c>Error: …</c> would be taken for an error of the command.
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
    private readonly Queue<string> _ofClient = [];
    private readonly Queue<string> _held = [];
    private readonly Func<bool> _mayBeCreated;
    private readonly bool _hasPipes;
    private readonly Timer _timer;
    private bool _holds = true;
    private bool _created;
    private bool _connected;
    private volatile bool _started;
    private bool _ended;
    private ExceptionDispatchInfo? _failure;

    /// <summary>A sink for one run.</summary>
    /// <param name="observer">Gets the lines.</param>
    /// <param name="mayBeCreated">False as long as it is sure that there is no container.</param>
    /// <param name="hasPipes">True when the command's output is to come by <see cref="OutputPipes"/>.</param>
    public OutputSink(RunObserver observer, Func<bool> mayBeCreated, bool hasPipes)
    {
        _observer = observer;
        _mayBeCreated = mayBeCreated;
        _hasPipes = hasPipes;
        _timer = new Timer(_ => DeliverOnTimer());
    }

    /// <summary>The newest line of standard error that is not blank, or empty.</summary>
    public string LastErrorLine { get; private set; } = "";

    /// <summary>True once something has come that only the command can have written.</summary>
    public bool HasStarted => _started;

    /// <summary>Cancelled when the observer threw where nobody could catch it; <see cref="ThrowIfFailed"/> tells what.</summary>
    public CancellationToken Failed => _failed.Token;

    public void StandardOutput(string line)
    {
        lock (_lock)
        {
            ThrowIfFailed();
            Start();
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

            AddToReport(line);
            _created = _created || _started || _mayBeCreated();
            if (!_created || (!_started && EngineMessages.IsWarningOfCreation(line)))
            {
                HearClient(line);
            }
            else if (_holds && (_held.Count > 0 || EngineMessages.StartsFailure(line) || (_hasPipes && EngineMessages.IsRemark(line))) && _held.Count < LongestReport)
            {
                Hold(line);
            }
            else
            {
                StopHolding();
                Deliver(line);
            }
        }
    }

    /// <summary>The command was started, and none of its lines comes as one of the client's.</summary>
    public void Connected()
    {
        lock (_lock)
        {
            _connected = true;
            Start();
        }
    }

    /// <summary>A line of standard error that cannot be the client's.</summary>
    public void CommandError(string line)
    {
        lock (_lock)
        {
            ThrowIfFailed();
            Start();
            _observer.Output(new OutputLine(OutputStream.StandardError, line));
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
            return _started ? null : EngineMessages.Report(_report);
        }
    }

    /// <summary>The command was started: what is still held back is its own, and is delivered.</summary>
    public void DeliverHeld()
    {
        lock (_lock)
        {
            Start();
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

    private void Start()
    {
        _started = true;
        while (_ofClient.TryDequeue(out var line))
        {
            _observer.EngineRemark(line);
        }

        StopHolding();
    }

    // A reason why there is no container, unless one is started all the same.
    private void HearClient(string line)
    {
        if (EngineMessages.IsRemark(line))
        {
            _observer.EngineRemark(line);
        }
        else if (_ofClient.Count < LongestReport)
        {
            _ofClient.Enqueue(line);
        }
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

    private void Deliver(string line)
    {
        if (_connected && EngineMessages.IsRemark(line))
        {
            _observer.EngineRemark(line);
        }
        else
        {
            _observer.Output(new OutputLine(OutputStream.StandardError, line));
        }
    }
}
