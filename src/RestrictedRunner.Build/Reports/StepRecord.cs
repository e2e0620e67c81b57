namespace RestrictedRunner.Build.Reports;

/// <summary>What a build writes down of a step while it builds it. Disposed of when the step has ended.</summary>
/// <param name="clock">Microseconds since 1970.</param>
internal sealed class StepRecord(Func<long> clock) : IDisposable
{
    // What takes less is not worth a bar.
    private const long Shortest = 1000;

    private readonly object _lock = new();
    private readonly List<PhaseTime> _phases = [];
    private long _mark;
    private (StepPhase Phase, long Since)? _current = (StepPhase.WaitingForSlot, clock());

    /// <summary>A record that begins now.</summary>
    public static StepRecord Begin() => new(static () => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>What is known of the step so far.</summary>
    public ReportedStep Step { get; private set; } = new();

    /// <summary>The phases that have ended.</summary>
    public IReadOnlyList<PhaseTime> Phases
    {
        get
        {
            lock (_lock)
            {
                return [.. _phases];
            }
        }
    }

    /// <summary>Adds to what is known.</summary>
    public void Add(Func<ReportedStep, ReportedStep> known)
    {
        lock (_lock)
        {
            Step = known(Step);
        }
    }

    /// <summary>Something begins of which only later is known what it is.</summary>
    public void Mark()
    {
        lock (_lock)
        {
            _mark = clock();
        }
    }

    /// <summary>Another phase begins.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="atMark">True when it began at the last <see cref="Mark"/>.</param>
    public void Enter(StepPhase phase, bool atMark = false)
    {
        lock (_lock)
        {
            if (_current is { } current && current.Phase != phase)
            {
                _current = (phase, End(current, atMark ? _mark : clock(), Shortest));
            }
        }
    }

    /// <summary>The step has ended.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_current is { } current)
            {
                // Of a step that has ended there is a phase.
                End(current, clock(), shortest: _phases.Count == 0 ? 0 : 1);
                _current = null;
            }
        }
    }

    // Also a clock that was set back gives no phase that ends before it begins.
    private long End((StepPhase Phase, long Since) current, long at, long shortest)
    {
        var now = Math.Max(at, current.Since);
        if (now - current.Since < shortest)
        {
            return current.Since;
        }

        if (_phases is [.., var last] && last.Phase == current.Phase)
        {
            // What was between was too short.
            _phases[^1] = last with { End = now };
        }
        else
        {
            _phases.Add(new(current.Phase, current.Since, now));
        }

        return now;
    }
}
