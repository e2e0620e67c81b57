using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Reports;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Logging;

/// <summary>
/// Keeps the log of each step together while several run at once: the oldest that runs is logged as it comes, what the
/// others log waits until it is their turn, or until it is too much to be kept in memory.
/// </summary>
/// <param name="engine">The build.</param>
/// <param name="host">The machine that builds.</param>
internal sealed class StepLogs(IBuildEngine8 engine, Host host)
{
    /// <summary>The task that messages of a step are said to be of: it does what a step declares.</summary>
    public const string Sender = "DockerExec";

    /// <summary>So many characters of a step wait at most.</summary>
    public const int LongestWait = 10_000_000;

    /// <summary>So many characters of a step's warnings are remembered; a step that has more is not up to date in the next build.</summary>
    public const int LongestWarnings = 1_000_000;

    // Of a warning's file, code and numbers, about.
    private const int LengthOfPlace = 100;

    private readonly object _lock = new();
    private readonly List<Log> _open = [];

    /// <summary>The command that opens a shell where a step runs, by the step's name; null where there is none.</summary>
    public Func<string, string>? ShellCommand { get; init; }

    /// <summary>What the build writes down of each step, by its name; null where nobody wants a report.</summary>
    public IReadOnlyDictionary<string, StepRecord>? Records { get; set; }

    /// <summary>True when an error was logged for one of the steps.</summary>
    public bool HaveErrors { get; private set; }

    /// <summary>True when a warning was logged for one of the steps.</summary>
    public bool HaveWarnings { get; private set; }

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
            log.Note(e);
            HaveErrors |= log.HasErrors;
            HaveWarnings |= e is BuildWarningEventArgs;
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
        private readonly List<BuildWarningEventArgs> _warnings = [];
        private long _length;
        private long _lengthOfWarnings;

        public Log(StepLogs logs, DeclaredStep step)
        {
            _logs = logs;
            Engine = new StepEngine(logs.Engine, step.Place, (e, write) => logs.Write(this, e, write));
            Messages = new(Engine, Sender);
            Record = logs.Records?.GetValueOrDefault(step.Name);
            Diagnostics = new(Messages, logs.Host) { Step = step.Name, ShellCommand = logs.ShellCommand };
        }

        /// <summary>True when nothing is added any more.</summary>
        public bool IsClosed { get; set; }

        /// <summary>What the step logs to.</summary>
        public IBuildEngine8 Engine { get; }

        /// <summary>What the build writes down of the step; null where nobody wants a report.</summary>
        public StepRecord? Record { get; }

        /// <summary>Messages about the step.</summary>
        public TaskLoggingHelper Messages { get; }

        /// <summary>
        /// True when an error was logged for the step, by whatever part of it. A warning that the build counts as an error
        /// is one: MSBuild hands it to the task as such.
        /// </summary>
        public bool HasErrors { get; private set; }

        /// <summary>The warnings since the last <see cref="ForgetWarnings"/>; null when they were too many to be remembered.</summary>
        public IReadOnlyList<BuildWarningEventArgs>? Warnings => _lengthOfWarnings > LongestWarnings ? null : _warnings;

        /// <summary>Errors and warnings about the step.</summary>
        public Diagnostics Diagnostics { get; }

        /// <summary>Begins anew to collect warnings: what is told of a step in every build, before it is decided what to do, need not be remembered.</summary>
        public void ForgetWarnings()
        {
            _warnings.Clear();
            _lengthOfWarnings = 0;
        }

        /// <summary>Sees every event.</summary>
        public void Note(BuildEventArgs e)
        {
            HasErrors |= e is BuildErrorEventArgs;
            if (e is BuildWarningEventArgs warning)
            {
                _lengthOfWarnings += LengthOfPlace + (warning.Message?.Length ?? 0);
                if (_lengthOfWarnings <= LongestWarnings)
                {
                    _warnings.Add(warning);
                }
            }
        }

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

    /// <summary>The machine that builds.</summary>
    private Host Host => host;

    private IBuildEngine8 Engine => engine;
}
