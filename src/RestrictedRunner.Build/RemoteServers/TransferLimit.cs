using System.Diagnostics;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>
/// Ends a transfer when nothing comes any more, or so little that nobody should wait for it. One that goes on may take as long as its
/// size needs. Only the time counts in which the server has to do something.
/// </summary>
internal sealed class TransferLimit : IDisposable
{
    // What comes more slowly than this is sooner made than fetched.
    private const double LeastBytesASecond = 64 * 1024;

    // On a busy machine, what has come may be waiting for this process to get on.
    private static readonly TimeSpan SecondLook = TimeSpan.FromMilliseconds(50);

    private readonly object _lock = new();
    private readonly Traffic _traffic;
    private readonly TimeSpan _silence;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenSource _end;
    private readonly Timer _timer;
    private readonly long _bytesBefore;
    private TimeSpan _waited;
    private long? _since;
    private bool _isOver;

    /// <param name="traffic">What goes to the server and comes from it.</param>
    /// <param name="silence">Longest time in which nothing comes.</param>
    /// <param name="cancellation">Ends the transfer for another reason.</param>
    public TransferLimit(Traffic traffic, TimeSpan silence, CancellationToken cancellation)
    {
        _traffic = traffic;
        _silence = silence;
        _cancellation = cancellation;
        _bytesBefore = traffic.Bytes;
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _timer = new(_ => Look());
    }

    /// <summary>Ends the transfer, for either reason.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>True if it ended because of this limit.</summary>
    public bool IsPassed => _end.IsCancellationRequested && !_cancellation.IsCancellationRequested;

    /// <summary>What the end of a transfer by this limit means.</summary>
    public static ServerException TooSlow(Exception end) => new(ServerFailure.TimedOut, "nothing comes from it any more, or too little to be waited for", end);

    /// <summary>The server has to do something now.</summary>
    public void Await()
    {
        lock (_lock)
        {
            _since = Stopwatch.GetTimestamp();
            _timer.Change(Positive(Left(_since.Value)), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>It has done it.</summary>
    public void Done()
    {
        lock (_lock)
        {
            _waited += _since is { } since ? Stopwatch.GetElapsedTime(since) : TimeSpan.Zero;
            _since = null;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _since = null;
            _timer.Dispose();
        }

        // Waits for whoever is just being told, and must not have the lock then.
        _end.Dispose();
    }

    private void Look()
    {
        lock (_lock)
        {
            if (_since is not { } since)
            {
                return;
            }

            var left = Left(since);
            if (left > TimeSpan.Zero)
            {
                _isOver = false;
                _timer.Change(Positive(left), Timeout.InfiniteTimeSpan);
                return;
            }

            if (!_isOver)
            {
                _isOver = true;
                _timer.Change(SecondLook, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        // Whoever waits goes on here, and takes the lock.
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at the same moment.
        }
    }

    // Until nothing has come for too long, or too little has.
    private TimeSpan Left(long since)
    {
        var untilSilent = _silence - Stopwatch.GetElapsedTime(Math.Max(since, _traffic.Heard));
        var untilTooSlow = _silence + TimeSpan.FromSeconds((_traffic.Bytes - _bytesBefore) / LeastBytesASecond) - _waited - Stopwatch.GetElapsedTime(since);
        return untilSilent < untilTooSlow ? untilSilent : untilTooSlow;
    }

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero;
}
