namespace RestrictedRunner.Build.SharedCache;

/// <summary>
/// How long a build waits for a server in vain: all its steps together, so that a server that is dead or slow costs them no more
/// than it would cost one. The time runs while somebody waits and nothing comes. A short silence is free, because every way has
/// its length; and a server that brings a result gets all its time back, because that saves more.
/// </summary>
/// <remarks>Times are <see cref="System.Diagnostics.Stopwatch"/>'s, or of a clock of a test.</remarks>
internal sealed class WaitBudget
{
    /// <summary>Silence that is free after each sign of life.</summary>
    public static readonly TimeSpan Free = TimeSpan.FromMilliseconds(250);

    /// <summary>Silence in a build that is borne besides.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(1000);

    /// <summary>Fewer bytes are no sign of life: of a server that sends one a second nobody gets a result.</summary>
    public const long Sign = 16 * 1024;

    private readonly object _lock = new();
    private int _waiting;
    private long _bytes;
    private TimeSpan _left = Limit;
    private TimeSpan _lastSign;
    private TimeSpan _counted;

    /// <summary>Somebody begins to wait.</summary>
    public void Begin(TimeSpan now)
    {
        lock (_lock)
        {
            Count(now);
            if (_waiting++ == 0)
            {
                _lastSign = now;
            }
        }
    }

    /// <summary>Something came.</summary>
    /// <param name="now">The time.</param>
    /// <param name="bytes">How much; a small piece is a sign of life with others only.</param>
    public void Receive(TimeSpan now, long bytes)
    {
        lock (_lock)
        {
            Count(now);
            _bytes += bytes;
            if (_bytes >= Sign)
            {
                (_bytes, _lastSign) = (0, now);
            }
        }
    }

    /// <summary>An answer, or a blob, is complete.</summary>
    public void Complete(TimeSpan now)
    {
        lock (_lock)
        {
            Count(now);
            _lastSign = now;
        }
    }

    /// <summary>Who waited does not any more.</summary>
    /// <param name="now">The time.</param>
    /// <param name="hasResult">True when a step has its result.</param>
    public void End(TimeSpan now, bool hasResult)
    {
        lock (_lock)
        {
            Count(now);
            _waiting--;
            _lastSign = now;
            _left = hasResult ? Limit : _left;
        }
    }

    /// <summary>True when enough was waited for.</summary>
    public bool IsOver(TimeSpan now)
    {
        lock (_lock)
        {
            Count(now);
            return _left <= TimeSpan.Zero;
        }
    }

    private void Count(TimeSpan now)
    {
        var from = _lastSign + Free > _counted ? _lastSign + Free : _counted;
        if (_waiting > 0 && now > from)
        {
            _left -= now - from;
        }

        _counted = now;
    }
}
