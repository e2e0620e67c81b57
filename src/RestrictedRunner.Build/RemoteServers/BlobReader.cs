using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>
/// A blob that comes as a stream of messages: what the server sends, and at most one byte more than was asked for. When the
/// connection breaks, the rest is asked for again.
/// </summary>
/// <param name="connection">The server.</param>
/// <param name="digest">The blob.</param>
/// <param name="compressor">How it travels.</param>
/// <param name="cancellation">Ends the transfer.</param>
internal sealed class BlobReader(GrpcConnection connection, Digest digest, Compressor.Types.Value compressor, CancellationToken cancellation) : ForwardStream
{
    private const int MostBreaks = 3;

    // Content that cannot be compressed becomes a little longer, and a message comes as a whole.
    private const long Margin = GrpcConnection.MessageLimit;

    private Stream? _part;
    private long _received;
    private long _receivedAtBreak;
    private int _breaks;

    /// <inheritdoc/>
    /// <exception cref="ServerException">The server could not send it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var most = (int)Math.Clamp(digest.SizeBytes + 1 - _received, 0, buffer.Length);
        while (true)
        {
            try
            {
                _part ??= Open();
                var count = most > 0 ? await _part.ReadAsync(buffer[..most], cancellation).ConfigureAwait(false) : 0;
                _received += count;
                return count;
            }
            catch (ServerException e) when (e.Failure == ServerFailure.Unreachable && _received > _receivedAtBreak && ++_breaks <= MostBreaks)
            {
                _receivedAtBreak = _received;
                await _part!.DisposeAsync().ConfigureAwait(false);
                _part = null;
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _part?.Dispose();
        }

        base.Dispose(disposing);
    }

    private Stream Open()
    {
        var name = BlobName.ToRead(connection.Access.Instance, digest, compressor);
        var messages = new BlobReadStream(connection, new() { ResourceName = name, ReadOffset = _received }, digest.SizeBytes - _received + Margin, cancellation);
        return compressor == Compressor.Types.Value.Zstd ? Zstd.Decompressed(messages) : messages;
    }
}
