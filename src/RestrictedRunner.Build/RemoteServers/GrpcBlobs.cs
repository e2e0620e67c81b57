using System.Diagnostics.CodeAnalysis;
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

    // Of what is shorter, zstd's own frame takes more than it saves.
    private const int LeastCompressed = 128;

    private readonly ContentAddressableStorage.ContentAddressableStorageClient _storage = new(connection.Calls);

    /// <inheritdoc cref="ICacheServer.FindMissingAsync"/>
    public async Task<IReadOnlyCollection<Digest>> FindMissingAsync(IReadOnlyCollection<Digest> blobs, CancellationToken cancellation)
    {
        HashSet<Digest> missing = [];
        foreach (var some in blobs.Distinct().Where(IsNotEmpty).Chunk(MostQuestions))
        {
            var request = new FindMissingBlobsRequest { InstanceName = connection.Access.Instance };
            request.BlobDigests.Add(some);
            var response = await connection.TransferAsync(
                options => _storage.FindMissingBlobsAsync(request, options),
                connection.Access.AnswerLimit,
                cancellation).ConfigureAwait(false);
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
            var able = await AbilitiesAsync(cancellation).ConfigureAwait(false);
            var compressor = Best(able.SupportedCompressors);
            var batches = BlobBatches<Digest>.Of(wanted, static digest => digest.SizeBytes, able.MaxBatchTotalSizeBytes);
            await AllAsync(
                connection.Downloads,
                [
                    .. batches.Alone.Select<Digest, Func<CancellationToken, Task>>(digest => end => ReadAsync(digest, compressor, receive, end)),
                    .. batches.Together.Select<IReadOnlyList<Digest>, Func<CancellationToken, Task>>(batch => end => ReadAsync(batch, compressor, receive, end)),
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
            var able = await AbilitiesAsync(cancellation).ConfigureAwait(false);
            if (able.MaxCasBlobSizeBytes > 0 && given.Max(static blob => blob.Digest.SizeBytes) is var largest && largest > able.MaxCasBlobSizeBytes)
            {
                throw new ServerException(ServerFailure.TooLarge, $"it takes no blob of more than {able.MaxCasBlobSizeBytes} bytes, and one has {largest}");
            }

            var batches = BlobBatches<Blob>.Of(given, static blob => blob.Digest.SizeBytes, able.MaxBatchTotalSizeBytes);
            await AllAsync(
                connection.Uploads,
                [
                    .. batches.Alone.Select<Blob, Func<CancellationToken, Task>>(blob => end => new BlobWriter(connection, blob, Best(able.SupportedCompressors), end).StoreAsync()),
                    .. batches.Together.Select<IReadOnlyList<Blob>, Func<CancellationToken, Task>>(batch => end => StoreAsync(batch, Best(able.SupportedBatchUpdateCompressors), end)),
                ],
                cancellation).ConfigureAwait(false);
        }
    }

    private static Task AllAsync(SemaphoreSlim places, IReadOnlyList<Func<CancellationToken, Task>> transfers, CancellationToken cancellation) => Parallel.ForEachAsync(
        transfers,
        new ParallelOptions { MaxDegreeOfParallelism = MostCalls, CancellationToken = cancellation },
        async (transfer, end) =>
        {
            await places.WaitAsync(end).ConfigureAwait(false);
            try
            {
                await transfer(end).ConfigureAwait(false);
            }
            finally
            {
                places.Release();
            }
        });

    private async Task ReadAsync(IReadOnlyList<Digest> batch, Compressor.Types.Value compressor, ReceiveBlob receive, CancellationToken cancellation)
    {
        var request = new BatchReadBlobsRequest { InstanceName = connection.Access.Instance };
        request.Digests.Add(batch);
        if (compressor != Compressor.Types.Value.Identity)
        {
            request.AcceptableCompressors.Add(compressor);
        }

        var response = await connection.TransferAsync(
            options => _storage.BatchReadBlobsAsync(request, options),
            connection.Access.AnswerLimit,
            cancellation).ConfigureAwait(false);
        var missing = batch.ToHashSet();
        foreach (var blob in response.Responses)
        {
            if (!missing.Remove(blob.Digest))
            {
                throw new ServerException(ServerFailure.WrongContent, "it sent a blob that nobody asked for, or one twice");
            }

            ThrowUnlessOk(blob.Status, blob.Digest);
            using var content = Content(blob);
            await ReceiveAsync(blob.Digest, content, receive, cancellation).ConfigureAwait(false);
        }

        if (missing.Count > 0)
        {
            throw new ServerException(ServerFailure.WrongContent, $"it did not send {missing.Count} of {batch.Count} blobs");
        }
    }

    private async Task ReadAsync(Digest digest, Compressor.Types.Value compressor, ReceiveBlob receive, CancellationToken cancellation)
    {
        using var content = new BlobReader(connection, digest, compressor, cancellation);
        await ReceiveAsync(digest, content, receive, cancellation).ConfigureAwait(false);
    }

    private async Task StoreAsync(IReadOnlyList<Blob> batch, Compressor.Types.Value compressor, CancellationToken cancellation)
    {
        var request = new BatchUpdateBlobsRequest { InstanceName = connection.Access.Instance };
        foreach (var blob in batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var bytes = GC.AllocateUninitializedArray<byte>((int)blob.Digest.SizeBytes);
            using var content = blob.Open();

            // A file's own asynchronous reads are such ones on another thread, whose turn comes late on a busy machine.
            content.ReadExactly(bytes);
            var compressed = compressor == Compressor.Types.Value.Zstd && bytes.Length >= LeastCompressed ? Zstd.Compressed(bytes) : null;
            request.Requests.Add(new BatchUpdateBlobsRequest.Types.Request
            {
                Digest = blob.Digest,
                Data = UnsafeByteOperations.UnsafeWrap(compressed ?? bytes),
                Compressor = compressed is null ? Compressor.Types.Value.Identity : compressor,
            });
        }

        var response = await connection.TransferAsync(
            options => _storage.BatchUpdateBlobsAsync(request, options),
            connection.Access.StoreLimit,
            cancellation,
            stores: true).ConfigureAwait(false);
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

    private async Task<CacheCapabilities> AbilitiesAsync(CancellationToken cancellation) =>
        (await connection.CapabilitiesAsync(cancellation).ConfigureAwait(false)).CacheCapabilities ?? new();

    private static Compressor.Types.Value Best(IEnumerable<Compressor.Types.Value> compressors) =>
        compressors.Contains(Compressor.Types.Value.Zstd) ? Compressor.Types.Value.Zstd : Compressor.Types.Value.Identity;

    // At most one byte more than was asked for.
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "It is returned.")]
    private static LimitedStream Content(BatchReadBlobsResponse.Types.Response blob)
    {
        var data = MemoryMarshal.TryGetArray(blob.Data.Memory, out var bytes) ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false) : new(blob.Data.ToByteArray(), writable: false);
        return new LimitedStream(blob.Compressor == Compressor.Types.Value.Zstd ? Zstd.Decompressed(data) : data, blob.Digest.SizeBytes + 1);
    }

    private static bool IsNotEmpty(Digest digest) => digest.SizeBytes != 0;
}
