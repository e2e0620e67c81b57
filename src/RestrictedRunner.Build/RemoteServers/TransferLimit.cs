using System.Diagnostics;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>
/// Ends a transfer that makes no progress, or so little that nobody should wait for it. One that goes on may take as long as
/// its size needs.
/// </summary>
internal sealed class TransferLimit : IDisposable
{
    // Of what is slower, an ordinary step is done again sooner.
    private const double LeastBytesASecond = 64 * 1024;

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly TimeSpan _silence;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenSource _end;
    private long _bytes;

    /// <param name="silence">Longest time without progress.</param>
    /// <param name="cancellation">Ends the transfer for another reason.</param>
    public TransferLimit(TimeSpan silence, CancellationToken cancellation)
    {
        _silence = silence;
        _cancellation = cancellation;
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    }

    /// <summary>Ends the transfer, for either reason.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>True if it ended because of this limit.</summary>
    public bool IsPassed => _end.IsCancellationRequested && !_cancellation.IsCancellationRequested;

    /// <summary>The other side has to do something now.</summary>
    public void Await()
    {
        var left = _silence + TimeSpan.FromSeconds(_bytes / LeastBytesASecond) - Stopwatch.GetElapsedTime(_start);
        _end.CancelAfter(left < TimeSpan.Zero ? TimeSpan.Zero : left < _silence ? left : _silence);
    }

    /// <summary>It has done it.</summary>
    /// <param name="bytes">What it took or gave.</param>
    public void Advance(long bytes)
    {
        _bytes += bytes;
        _end.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose() => _end.Dispose();
}
