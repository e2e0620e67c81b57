using Grpc.Core;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>
/// A blob that comes as a stream of messages: what the server sends, and no more than one byte beyond what was asked for. When
/// the connection breaks, the rest is asked for again. It can be read once and asynchronously.
/// </summary>
/// <param name="connection">The server.</param>
/// <param name="digest">The blob.</param>
/// <param name="cancellation">Ends the transfer.</param>
internal sealed class BlobReader(GrpcConnection connection, Digest digest, CancellationToken cancellation) : Stream
{
    private const int MostBreaks = 3;

    private readonly TransferLimit _limit = new(connection.Access.AnswerLimit, cancellation);
    private AsyncServerStreamingCall<ReadResponse>? _call;
    private ReadOnlyMemory<byte> _message;
    private long _received;
    private long _receivedAtBreak = -1;
    private int _breaks;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    /// <exception cref="ServerException">The server could not send it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var most = (int)Math.Min(buffer.Length, digest.SizeBytes + 1 - _received);
        if (most <= 0)
        {
            return 0;
        }

        while (_message.IsEmpty)
        {
            if (!await NextAsync().ConfigureAwait(false))
            {
                return 0;
            }
        }

        var count = Math.Min(most, _message.Length);
        _message[..count].CopyTo(buffer);
        _message = _message[count..];
        _received += count;
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _call?.Dispose();
            _limit.Dispose();
        }

        base.Dispose(disposing);
    }

    // False at the end of what the server sends.
    private async Task<bool> NextAsync()
    {
        _limit.Await();
        try
        {
            _call ??= Open();
            if (!await _call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
            {
                return false;
            }

            _message = _call.ResponseStream.Current.Data.Memory;
            _limit.Advance(_message.Length);
            return true;
        }
        catch (RpcException e)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_limit.IsPassed)
            {
                throw new ServerException(ServerFailure.TimedOut, $"it has stopped sending a blob, or sends it too slowly, after {_received} of {digest.SizeBytes} bytes", e);
            }

            var failure = connection.Failure(e);
            if (failure.Failure != ServerFailure.Unreachable || _received == _receivedAtBreak || _received == 0 || ++_breaks > MostBreaks)
            {
                throw failure;
            }

            _receivedAtBreak = _received;
            _call?.Dispose();
            _call = null;
            return true;
        }
    }

    private AsyncServerStreamingCall<ReadResponse> Open() => new ByteStream.ByteStreamClient(connection.Calls).Read(
        new() { ResourceName = BlobName.ToRead(connection.Access.Instance, digest), ReadOffset = _received },
        connection.Options(null, _limit.End));
}
