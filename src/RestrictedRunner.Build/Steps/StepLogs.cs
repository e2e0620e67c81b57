using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build;

/// <summary>
/// Keeps the log of each step together while several run at once: the oldest that runs is logged as it comes, what the
/// others log waits until it is their turn, or until it is too much to be kept in memory.
/// </summary>
internal sealed class StepLogs(IBuildEngine8 engine)
{
    /// <summary>So many characters of a step wait at most.</summary>
    public const int LongestWait = 10_000_000;

    private readonly object _lock = new();
    private readonly List<Log> _open = [];

    /// <summary>Begins a step's log.</summary>
    public Log Open(DeclaredStep step)
    {
        lock (_lock)
        {
            var log = new Log(this, step);
            _open.Add(log);
            return log;
        }
    }

    private void Write(Log log, BuildEventArgs e, Action<IBuildEngine> write)
    {
        lock (_lock)
        {
            if (_open[0] != log && log.TryHold(e, write))
            {
                return;
            }

            log.WriteHeld(engine);
            write(engine);
        }
    }

    private void Close(Log log)
    {
        lock (_lock)
        {
            log.IsClosed = true;
            while (_open.Count > 0 && _open[0].IsClosed)
            {
                _open.RemoveAt(0);
                _open.FirstOrDefault()?.WriteHeld(engine);
            }
        }
    }

    /// <summary>The log of one step, until it is disposed of.</summary>
    internal sealed class Log : IDisposable
    {
        private readonly StepLogs _logs;
        private readonly List<Action<IBuildEngine>> _held = [];
        private long _length;

        public Log(StepLogs logs, DeclaredStep step)
        {
            _logs = logs;
            Engine = new StepEngine(logs.Engine, step.Place, (e, write) => logs.Write(this, e, write));
            Messages = new(Engine, nameof(DockerExec));
            Diagnostics = new(Messages) { IsDeclared = true };
        }

        /// <summary>True when nothing is added any more.</summary>
        public bool IsClosed { get; set; }

        /// <summary>What the step's task logs to.</summary>
        public IBuildEngine8 Engine { get; }

        /// <summary>Messages about the step, and whether it has logged errors of its own.</summary>
        public TaskLoggingHelper Messages { get; }

        /// <summary>Errors and warnings about the step.</summary>
        public Diagnostics Diagnostics { get; }

        /// <summary>Lets an event wait.</summary>
        /// <returns>False when too much waits: from then on the step's part of the log is no longer together.</returns>
        public bool TryHold(BuildEventArgs e, Action<IBuildEngine> write)
        {
            _length += e.Message?.Length ?? 0;
            if (_length > LongestWait)
            {
                return false;
            }

            _held.Add(write);
            return true;
        }

        /// <summary>Logs what has waited.</summary>
        public void WriteHeld(IBuildEngine to)
        {
            _held.ForEach(write => write(to));
            _held.Clear();
        }

        public void Dispose() => _logs.Close(this);
    }

    private IBuildEngine8 Engine => engine;
}
