using Grpc.Core;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>What a server sends of a blob in one call, as it travels.</summary>
internal sealed class BlobReadStream : ForwardStream
{
    private const int LeastMessage = 256;

    private readonly GrpcConnection _connection;
    private readonly CancellationToken _cancellation;
    private readonly TransferLimit _limit;
    private readonly AsyncServerStreamingCall<ReadResponse> _call;
    private ReadOnlyMemory<byte> _message;
    private long _left;

    /// <param name="connection">The server.</param>
    /// <param name="request">What it is asked for.</param>
    /// <param name="most">The most that it may send.</param>
    /// <param name="cancellation">Ends the transfer.</param>
    public BlobReadStream(GrpcConnection connection, ReadRequest request, long most, CancellationToken cancellation)
    {
        _connection = connection;
        _cancellation = cancellation;
        _left = most;
        _limit = new(connection.Traffic, connection.Access.AnswerLimit, cancellation);
        _call = new ByteStream.ByteStreamClient(connection.Calls).Read(request, connection.Options(null, _limit.End));
    }

    /// <inheritdoc/>
    /// <exception cref="ServerException">The server could not send it, or sends more than it may.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_message.IsEmpty)
        {
            if (!await NextAsync().ConfigureAwait(false))
            {
                return 0;
            }
        }

        var count = Math.Min(buffer.Length, _message.Length);
        _message[..count].CopyTo(buffer);
        _message = _message[count..];
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _call.Dispose();
            _limit.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<bool> NextAsync()
    {
        try
        {
            _limit.Await();
            if (!await _call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
            {
                return false;
            }

            _limit.Done();
            _message = _call.ResponseStream.Current.Data.Memory;
        }
        catch (RpcException e)
        {
            _cancellation.ThrowIfCancellationRequested();
            throw _limit.IsPassed ? TransferLimit.TooSlow(e) : _connection.Failure(e);
        }

        // A message with nothing in it counts for something too: there could be any number of them.
        _left -= Math.Max(_message.Length, LeastMessage);
        return _left >= 0 ? true : throw new ServerException(ServerFailure.WrongContent, "it sends more than a blob has");
    }
}
