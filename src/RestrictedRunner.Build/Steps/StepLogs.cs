using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build;

/// <summary>
/// Keeps the log of each step together while several run at once: the oldest that runs is logged as it comes, what the
/// others log waits until it is their turn.
/// </summary>
internal sealed class StepLogs(IBuildEngine8 engine)
{
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

    private void Write(Log log, Action<IBuildEngine> write)
    {
        lock (_lock)
        {
            if (_open[0] == log)
            {
                write(engine);
            }
            else
            {
                log.Held.Add(write);
            }
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

        public Log(StepLogs logs, DeclaredStep step)
        {
            _logs = logs;
            Engine = new StepEngine(logs.Engine, step.Place, write => logs.Write(this, write));
            Messages = new(Engine, nameof(DockerExec));
            Diagnostics = new(Messages);
        }

        /// <summary>What has to wait.</summary>
        public List<Action<IBuildEngine>> Held { get; } = [];

        /// <summary>True when nothing is added any more.</summary>
        public bool IsClosed { get; set; }

        /// <summary>What the step's task logs to.</summary>
        public IBuildEngine8 Engine { get; }

        /// <summary>Messages about the step, and whether it has logged errors of its own.</summary>
        public TaskLoggingHelper Messages { get; }

        /// <summary>Errors and warnings about the step.</summary>
        public Diagnostics Diagnostics { get; }

        public void WriteHeld(IBuildEngine to)
        {
            Held.ForEach(write => write(to));
            Held.Clear();
        }

        public void Dispose() => _logs.Close(this);
    }

    private IBuildEngine8 Engine => engine;
}
