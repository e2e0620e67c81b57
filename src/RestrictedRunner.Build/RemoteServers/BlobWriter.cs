using Google.Protobuf;
using Grpc.Core;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>Stores a blob by a stream of messages. When the connection breaks, it goes on where the server says that it was, or begins again.</summary>
/// <param name="connection">The server.</param>
/// <param name="blob">The blob.</param>
/// <param name="cancellation">Ends the transfer.</param>
internal sealed class BlobWriter(GrpcConnection connection, Blob blob, CancellationToken cancellation)
{
    private const int Chunk = 1 << 20;
    private const int MostBreaks = 2;

    private readonly string _name = BlobName.ToWrite(connection.Access.Instance, blob.Digest);
    private readonly ByteStream.ByteStreamClient _client = new(connection.Calls);

    /// <summary>Stores it.</summary>
    /// <exception cref="ServerException">It could not be stored.</exception>
    /// <exception cref="IOException">It could not be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task StoreAsync()
    {
        long offset = 0;
        for (var breaks = 0; ; breaks++)
        {
            try
            {
                await StoreFromAsync(offset).ConfigureAwait(false);
                return;
            }
            catch (ServerException e) when (e.Failure == ServerFailure.Unreachable && breaks < MostBreaks)
            {
                if (await CommittedAsync().ConfigureAwait(false) is not { } committed)
                {
                    throw;
                }

                if (committed == blob.Digest.SizeBytes)
                {
                    return;
                }

                offset = committed;
            }
        }
    }

    private async Task StoreFromAsync(long offset)
    {
        using var limit = new TransferLimit(connection.Access.StoreLimit, cancellation);
        using var content = blob.Open();
        content.Seek(offset, SeekOrigin.Begin);
        using var call = _client.Write(connection.Options(null, limit.End));
        try
        {
            await WriteAsync(call.RequestStream, content, offset, limit).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or HttpIOException or HttpRequestException)
        {
            // How the call ended says why nothing could be written, or that nothing needed to be: the server has the blob.
        }

        try
        {
            limit.Await();
            var response = await call.ResponseAsync.ConfigureAwait(false);
            if (response.CommittedSize != blob.Digest.SizeBytes)
            {
                throw new ServerException(ServerFailure.Refused, $"it has stored {response.CommittedSize} of {blob.Digest.SizeBytes} bytes of a blob");
            }
        }
        catch (RpcException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw limit.IsPassed ? new ServerException(ServerFailure.TimedOut, "it has stopped taking a blob, or takes it too slowly", e) : connection.Failure(e);
        }
    }

    private async Task WriteAsync(IClientStreamWriter<WriteRequest> requests, Stream content, long offset, TransferLimit limit)
    {
        var buffer = new byte[Math.Min(Chunk, blob.Digest.SizeBytes - offset)];
        for (var position = offset; position < blob.Digest.SizeBytes;)
        {
            var count = await content.ReadAtLeastAsync(buffer, (int)Math.Min(buffer.Length, blob.Digest.SizeBytes - position), throwOnEndOfStream: true, cancellation).ConfigureAwait(false);
            count = (int)Math.Min(count, blob.Digest.SizeBytes - position);
            var request = new WriteRequest
            {
                ResourceName = position == offset ? _name : "",
                WriteOffset = position,
                Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, count)),
                FinishWrite = position + count == blob.Digest.SizeBytes,
            };
            limit.Await();
            await requests.WriteAsync(request, limit.End).ConfigureAwait(false);
            limit.Advance(count);
            position += count;
        }

        await requests.CompleteAsync().ConfigureAwait(false);
    }

    // Null when the server cannot be asked; 0 when it does not know.
    private async Task<long?> CommittedAsync()
    {
        try
        {
            var status = await connection.AskAsync(
                options => _client.QueryWriteStatusAsync(new() { ResourceName = _name }, options),
                connection.Options(connection.Access.AnswerLimit, cancellation)).ConfigureAwait(false);
            return Math.Clamp(status.CommittedSize, 0, blob.Digest.SizeBytes);
        }
        catch (ServerException e)
        {
            return e.Failure is ServerFailure.WrongProtocol or ServerFailure.BlobMissing ? 0 : null;
        }
    }
}
