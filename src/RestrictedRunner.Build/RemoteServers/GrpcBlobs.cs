using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>The blobs that a server of the Remote Execution API keeps.</summary>
/// <param name="connection">The server.</param>
internal sealed class GrpcBlobs(GrpcConnection connection)
{
    // As many digests as fit into a message.
    private const int MostQuestions = 40_000;
    private const int MostCalls = 4;

    // A batch that takes longer than this and the time of an answer is not worth waiting for.
    private const double LeastBatchBytesASecond = 1 << 20;

    private readonly ContentAddressableStorage.ContentAddressableStorageClient _storage = new(connection.Calls);

    /// <inheritdoc cref="ICacheServer.FindMissingAsync"/>
    public async Task<IReadOnlyCollection<Digest>> FindMissingAsync(IReadOnlyCollection<Digest> blobs, CancellationToken cancellation)
    {
        HashSet<Digest> missing = [];
        foreach (var some in blobs.Distinct().Where(IsNotEmpty).Chunk(MostQuestions))
        {
            var request = new FindMissingBlobsRequest { InstanceName = connection.Access.Instance };
            request.BlobDigests.Add(some);
            var response = await connection.AskAsync(
                options => _storage.FindMissingBlobsAsync(request, options),
                connection.Options(BatchLimit(connection.Access.AnswerLimit, request.CalculateSize()), cancellation)).ConfigureAwait(false);
            missing.UnionWith(response.MissingBlobDigests);
        }

        return missing;
    }

    /// <inheritdoc cref="ICacheServer.DownloadAsync"/>
    public async Task DownloadAsync(IReadOnlyCollection<Digest> blobs, ReceiveBlob receive, CancellationToken cancellation)
    {
        var wanted = blobs.Distinct().ToList();
        foreach (var empty in wanted.Where(static digest => !IsNotEmpty(digest)))
        {
            await ReceiveAsync(empty, Stream.Null, receive, cancellation).ConfigureAwait(false);
        }

        wanted.RemoveAll(static digest => !IsNotEmpty(digest));
        if (wanted.Count > 0)
        {
            var batches = BlobBatches<Digest>.Of(wanted, static digest => digest.SizeBytes, await BatchLimitAsync(cancellation).ConfigureAwait(false));
            await AllAsync(
                [
                    .. batches.Alone.Select<Digest, Func<CancellationToken, Task>>(digest => end => ReadAsync(digest, receive, end)),
                    .. batches.Together.Select<IReadOnlyList<Digest>, Func<CancellationToken, Task>>(batch => end => ReadAsync(batch, receive, end)),
                ],
                cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="ICacheServer.UploadAsync"/>
    public async Task UploadAsync(IReadOnlyCollection<Blob> blobs, CancellationToken cancellation)
    {
        // Each server has the empty blob.
        var given = blobs.DistinctBy(static blob => blob.Digest).Where(static blob => IsNotEmpty(blob.Digest)).ToList();
        if (given.Count > 0)
        {
            var batches = BlobBatches<Blob>.Of(given, static blob => blob.Digest.SizeBytes, await BatchLimitAsync(cancellation).ConfigureAwait(false));
            await AllAsync(
                [
                    .. batches.Alone.Select<Blob, Func<CancellationToken, Task>>(blob => end => new BlobWriter(connection, blob, end).StoreAsync()),
                    .. batches.Together.Select<IReadOnlyList<Blob>, Func<CancellationToken, Task>>(batch => end => StoreAsync(batch, end)),
                ],
                cancellation).ConfigureAwait(false);
        }
    }

    private static Task AllAsync(IReadOnlyList<Func<CancellationToken, Task>> transfers, CancellationToken cancellation) => Parallel.ForEachAsync(
        transfers,
        new ParallelOptions { MaxDegreeOfParallelism = MostCalls, CancellationToken = cancellation },
        static async (transfer, end) => await transfer(end).ConfigureAwait(false));

    private async Task ReadAsync(IReadOnlyList<Digest> batch, ReceiveBlob receive, CancellationToken cancellation)
    {
        var request = new BatchReadBlobsRequest { InstanceName = connection.Access.Instance };
        request.Digests.Add(batch);
        var response = await connection.AskAsync(
            options => _storage.BatchReadBlobsAsync(request, options),
            connection.Options(BatchLimit(connection.Access.AnswerLimit, batch.Sum(static digest => digest.SizeBytes)), cancellation)).ConfigureAwait(false);
        var missing = batch.ToHashSet();
        foreach (var blob in response.Responses)
        {
            if (!missing.Remove(blob.Digest))
            {
                throw new ServerException(ServerFailure.WrongContent, "it sent a blob that nobody asked for, or one twice");
            }

            ThrowUnlessOk(blob.Status, blob.Digest);
            await ReceiveAsync(blob.Digest, Content(blob.Data), receive, cancellation).ConfigureAwait(false);
        }

        if (missing.Count > 0)
        {
            throw new ServerException(ServerFailure.WrongContent, $"it did not send {missing.Count} of {batch.Count} blobs");
        }
    }

    private async Task ReadAsync(Digest digest, ReceiveBlob receive, CancellationToken cancellation)
    {
        using var content = new BlobReader(connection, digest, cancellation);
        await ReceiveAsync(digest, content, receive, cancellation).ConfigureAwait(false);
    }

    private async Task StoreAsync(IReadOnlyList<Blob> batch, CancellationToken cancellation)
    {
        var request = new BatchUpdateBlobsRequest { InstanceName = connection.Access.Instance };
        foreach (var blob in batch)
        {
            var bytes = new byte[blob.Digest.SizeBytes];
            using var content = blob.Open();
            await content.ReadExactlyAsync(bytes, cancellation).ConfigureAwait(false);
            request.Requests.Add(new BatchUpdateBlobsRequest.Types.Request { Digest = blob.Digest, Data = UnsafeByteOperations.UnsafeWrap(bytes) });
        }

        var response = await connection.AskAsync(
            options => _storage.BatchUpdateBlobsAsync(request, options),
            connection.Options(BatchLimit(connection.Access.StoreLimit, request.CalculateSize()), cancellation)).ConfigureAwait(false);
        foreach (var blob in response.Responses)
        {
            ThrowUnlessOk(blob.Status, blob.Digest);
        }
    }

    // What the receiver says of the content is what is wrong with the server.
    private static async Task ReceiveAsync(Digest digest, Stream content, ReceiveBlob receive, CancellationToken cancellation)
    {
        try
        {
            await receive(digest, content, cancellation).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new ServerException(ServerFailure.WrongContent, $"it sent something else than the blob {digest.Hash}: {e.Message}", e);
        }
    }

    private void ThrowUnlessOk(RemoteExecution.Status? status, Digest digest)
    {
        if (status is { Code: not 0 })
        {
            throw connection.Failure(new RpcException(new((StatusCode)status.Code, $"{status.Message} (blob {digest.Hash})")));
        }
    }

    private async Task<long> BatchLimitAsync(CancellationToken cancellation) =>
        (await connection.CapabilitiesAsync(cancellation).ConfigureAwait(false)).CacheCapabilities?.MaxBatchTotalSizeBytes ?? 0;

    private static TimeSpan BatchLimit(TimeSpan answer, long bytes) => answer + TimeSpan.FromSeconds(bytes / LeastBatchBytesASecond);

    private static MemoryStream Content(ByteString data) =>
        MemoryMarshal.TryGetArray(data.Memory, out var bytes) ? new(bytes.Array!, bytes.Offset, bytes.Count, writable: false) : new(data.ToByteArray(), writable: false);

    private static bool IsNotEmpty(Digest digest) => digest.SizeBytes != 0;
}
