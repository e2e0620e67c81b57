using Google.Protobuf;
using Grpc.Core;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>Stores a blob by a stream of messages. When the connection breaks, it goes on where the server says that it was, or begins again.</summary>
/// <param name="connection">The server.</param>
/// <param name="blob">The blob.</param>
/// <param name="compressor">How it travels.</param>
/// <param name="cancellation">Ends the transfer.</param>
internal sealed class BlobWriter(GrpcConnection connection, Blob blob, Compressor.Types.Value compressor, CancellationToken cancellation)
{
    private const int Chunk = 1 << 20;
    private const int MostBreaks = 2;

    private readonly ByteStream.ByteStreamClient _client = new(connection.Calls);

    private string _name = "";

    private bool IsCompressed => compressor == Compressor.Types.Value.Zstd;

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
                if (await StatusAsync().ConfigureAwait(false) is not { } status)
                {
                    throw;
                }

                if (status.Complete)
                {
                    return;
                }

                // Where a compressed blob goes on is known by nobody but its compressor.
                offset = IsCompressed ? 0 : Math.Clamp(status.CommittedSize, 0, blob.Digest.SizeBytes);
            }
        }
    }

    private async Task StoreFromAsync(long offset)
    {
        // A server may have kept a part, and what begins again is no part of the same upload.
        _name = offset == 0 ? BlobName.ToWrite(connection.Access.Instance, blob.Digest, compressor) : _name;
        using var limit = new TransferLimit(connection.Traffic, connection.Access.StoreLimit, cancellation);
        using var content = blob.Open();
        content.Seek(offset, SeekOrigin.Begin);
        using var call = _client.Write(connection.Options(null, limit.End));
        await WriteAsync(call.RequestStream, content, offset, limit).ConfigureAwait(false);
        try
        {
            limit.Await();
            var response = await call.ResponseAsync.ConfigureAwait(false);
            if (!IsCompressed && response.CommittedSize != blob.Digest.SizeBytes)
            {
                throw new ServerException(ServerFailure.Refused, $"it has stored {response.CommittedSize} of {blob.Digest.SizeBytes} bytes of a blob");
            }
        }
        catch (RpcException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw limit.IsPassed ? TransferLimit.TooSlow(e) : connection.Failure(e, stores: true);
        }
    }

    private async Task WriteAsync(IClientStreamWriter<WriteRequest> requests, Stream content, long offset, TransferLimit limit)
    {
        var position = offset;
        await foreach (var (data, isLast) in PartsAsync(content, blob.Digest.SizeBytes - offset).ConfigureAwait(false))
        {
            var request = new WriteRequest
            {
                ResourceName = position == offset ? _name : "",
                WriteOffset = position,
                Data = UnsafeByteOperations.UnsafeWrap(data),
                FinishWrite = isLast,
            };
            if (!await TryAsync(() => requests.WriteAsync(request, limit.End), limit).ConfigureAwait(false))
            {
                return;
            }

            position += data.Length;
        }

        await TryAsync(requests.CompleteAsync, limit).ConfigureAwait(false);
    }

    // False when the call has ended. How it did says why nothing could be written, or that nothing needed to be: the server
    // has the blob.
    private async Task<bool> TryAsync(Func<Task> write, TransferLimit limit)
    {
        try
        {
            limit.Await();
            await write().ConfigureAwait(false);
            limit.Done();
            return true;
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or IOException or HttpRequestException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
    }

    private IAsyncEnumerable<(ReadOnlyMemory<byte> Data, bool IsLast)> PartsAsync(Stream content, long size) => IsCompressed ? CompressedAsync(content, size) : AsTheyAreAsync(content, size);

    // Each part is sent before the next one is read.
    private async IAsyncEnumerable<(ReadOnlyMemory<byte> Data, bool IsLast)> AsTheyAreAsync(Stream content, long size)
    {
        var buffer = new byte[Math.Min(Chunk, size)];
        for (var left = size; left > 0;)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, left));
            await content.ReadExactlyAsync(part, cancellation).ConfigureAwait(false);
            left -= part.Length;
            yield return (part, left == 0);
        }
    }

    private async IAsyncEnumerable<(ReadOnlyMemory<byte> Data, bool IsLast)> CompressedAsync(Stream content, long size)
    {
        using var compressed = new MemoryStream();
        var compressing = Zstd.Compressing(compressed);
        await using (compressing.ConfigureAwait(false))
        {
            await foreach (var (data, isLast) in AsTheyAreAsync(content, size).ConfigureAwait(false))
            {
                await compressing.WriteAsync(data, cancellation).ConfigureAwait(false);
                if (!isLast && compressed.Length > 0)
                {
                    yield return (compressed.GetBuffer().AsMemory(0, (int)compressed.Length), false);
                    compressed.SetLength(0);
                }
            }
        }

        yield return (compressed.GetBuffer().AsMemory(0, (int)compressed.Length), true);
    }

    // Null when the server cannot be asked. One that does not know has nothing.
    private async Task<QueryWriteStatusResponse?> StatusAsync()
    {
        try
        {
            return await connection.AskAsync(
                options => _client.QueryWriteStatusAsync(new() { ResourceName = _name }, options),
                connection.Access.AnswerLimit,
                cancellation).ConfigureAwait(false);
        }
        catch (ServerException e)
        {
            return e.Failure is ServerFailure.WrongProtocol or ServerFailure.BlobMissing ? new() : null;
        }
    }
}
