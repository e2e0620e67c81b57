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

    public OutputSink(Action<OutputLine> output, string? prepareFailedMark)
    {
        _output = output;
        _prepareFailedMark = prepareFailedMark;
        _release = new Timer(_ => CommandHasStarted());
    }

    /// <summary>True when the script said so.</summary>
    public bool PrepareFailed { get; private set; }

    public void StandardOutput(string line)
    {
        lock (_lock)
        {
            Release();
            _output(new OutputLine(OutputStream.StandardOutput, line));
        }
    }

    public void StandardError(string line)
    {
        lock (_lock)
        {
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

    /// <summary>The client's own report of a failure, once both streams have ended; null when the command ran.</summary>
    public string? EngineReport(int exitCode)
    {
        lock (_lock)
        {
            if (_held.Count > 0 && EngineMessages.MayBeTheEngines(exitCode))
            {
                _started = true;
                return string.Join('\n', _held.Where(line => line.Length > 0 && !IsHelp(line)));
            }

            Release();
            return null;
        }
    }

    public void Dispose() => _release.Dispose();

    private static bool IsHelp(string line) => line.StartsWith("See '", StringComparison.Ordinal) || line.StartsWith("Run '", StringComparison.Ordinal);

    private void CommandHasStarted()
    {
        lock (_lock)
        {
            Release();
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
        if (line == _prepareFailedMark)
        {
            PrepareFailed = true;
        }
        else
        {
            _output(new OutputLine(OutputStream.StandardError, line));
        }
    }
}
