namespace RestrictedRunner.Build.RemoteServers;

/// <summary>The first bytes of a stream, which is disposed of with them.</summary>
/// <param name="stream">The stream.</param>
/// <param name="most">How many at most.</param>
internal sealed class LimitedStream(Stream stream, long most) : ForwardStream
{
    private long _left = most;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await stream.ReadAsync(buffer[..(int)Math.Clamp(_left, 0, buffer.Length)], cancellationToken).ConfigureAwait(false);
        _left -= count;
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stream.Dispose();
        }

        base.Dispose(disposing);
    }
}
