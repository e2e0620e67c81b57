using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.FakeServer;

/// <summary>
/// A server of the Remote Execution API that keeps all in memory, and believes what it is told. A test overrides what real
/// servers do not do when one wants them to; whatever they do, is tested with them.
/// </summary>
internal class FakeService
{
    private const int Chunk = 64 * 1024;

    private readonly ConcurrentQueue<string> _calls = new();

    /// <summary>The blobs, by the hash.</summary>
    public ConcurrentDictionary<string, ByteString> Blobs { get; } = new();

    /// <summary>The results, by the hash of their action.</summary>
    public ConcurrentDictionary<string, ActionResult> Results { get; } = new();

    /// <summary>The methods that were called, in their order.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>What it says of itself.</summary>
    public ServerCapabilities Capabilities { get; init; } = new()
    {
        CacheCapabilities = new() { DigestFunctions = { DigestFunction.Types.Value.Sha256 } },
        LowApiVersion = new() { Major = 2 },
        HighApiVersion = new() { Major = 2, Minor = 3 },
    };

    /// <summary>Stores a blob.</summary>
    public Digest Store(ReadOnlySpan<byte> content)
    {
        var digest = Digests.Of(content);
        Blobs[digest.Hash] = ByteString.CopyFrom(content);
        return digest;
    }

    public virtual Task<ServerCapabilities> GetCapabilitiesAsync(GetCapabilitiesRequest request, ServerCallContext call)
    {
        Note(call);
        return Task.FromResult(Capabilities);
    }

    public virtual Task<ActionResult> GetActionResultAsync(GetActionResultRequest request, ServerCallContext call)
    {
        Note(call);
        return Task.FromResult(Results.TryGetValue(request.ActionDigest.Hash, out var result) ? result : throw Ends(StatusCode.NotFound, "no result"));
    }

    public virtual Task<ActionResult> UpdateActionResultAsync(UpdateActionResultRequest request, ServerCallContext call)
    {
        Note(call);
        return Task.FromResult(Results[request.ActionDigest.Hash] = request.ActionResult);
    }

    public virtual Task<FindMissingBlobsResponse> FindMissingBlobsAsync(FindMissingBlobsRequest request, ServerCallContext call)
    {
        Note(call);
        return Task.FromResult(new FindMissingBlobsResponse { MissingBlobDigests = { request.BlobDigests.Where(digest => !Blobs.ContainsKey(digest.Hash)) } });
    }

    public virtual Task<BatchUpdateBlobsResponse> BatchUpdateBlobsAsync(BatchUpdateBlobsRequest request, ServerCallContext call)
    {
        Note(call);
        return Task.FromResult(new BatchUpdateBlobsResponse
        {
            Responses =
            {
                request.Requests.Select(blob =>
                {
                    Blobs[blob.Digest.Hash] = Zstd.Read(blob.Data, blob.Compressor);
                    return new BatchUpdateBlobsResponse.Types.Response { Digest = blob.Digest };
                }),
            },
        });
    }

    public virtual Task<BatchReadBlobsResponse> BatchReadBlobsAsync(BatchReadBlobsRequest request, ServerCallContext call)
    {
        Note(call);
        var compressor = request.AcceptableCompressors.Contains(Compressor.Types.Value.Zstd) ? Compressor.Types.Value.Zstd : Compressor.Types.Value.Identity;
        return Task.FromResult(new BatchReadBlobsResponse
        {
            Responses =
            {
                request.Digests.Select(digest => Blobs.TryGetValue(digest.Hash, out var content)
                    ? new BatchReadBlobsResponse.Types.Response { Digest = digest, Data = Zstd.Write(content, compressor), Compressor = compressor }
                    : new BatchReadBlobsResponse.Types.Response { Digest = digest, Status = new() { Code = (int)StatusCode.NotFound, Message = "no blob" } }),
            },
        });
    }

    public virtual async Task ReadAsync(ReadRequest request, IServerStreamWriter<ReadResponse> responses, ServerCallContext call)
    {
        Note(call);
        var name = FakeBlobName.Of(request.ResourceName);
        var content = Zstd.Write((Blobs.TryGetValue(name.Hash, out var blob) ? blob : throw Ends(StatusCode.NotFound, "no blob")).Memory[(int)request.ReadOffset..], name.Form);
        for (var offset = 0; offset < content.Length; offset += Chunk)
        {
            await responses.WriteAsync(new() { Data = UnsafeByteOperations.UnsafeWrap(content.Memory[offset..Math.Min(offset + Chunk, content.Length)]) }, call.CancellationToken);
        }
    }

    public virtual async Task<WriteResponse> WriteAsync(IAsyncStreamReader<WriteRequest> requests, ServerCallContext call)
    {
        Note(call);
        using var content = new MemoryStream();
        var resource = "";
        await foreach (var request in requests.ReadAllAsync(call.CancellationToken))
        {
            resource = resource.Length == 0 ? request.ResourceName : resource;
            request.Data.WriteTo(content);
        }

        var name = FakeBlobName.Of(resource);
        Blobs[name.Hash] = Zstd.Read(ByteString.CopyFrom(content.ToArray()), name.Form);
        return new() { CommittedSize = content.Length };
    }

    public virtual Task<QueryWriteStatusResponse> QueryWriteStatusAsync(QueryWriteStatusRequest request, ServerCallContext call) => throw Ends(StatusCode.Unimplemented, "");

    public virtual Task ExecuteAsync(ExecuteRequest request, IServerStreamWriter<Operation> responses, ServerCallContext call) => throw Ends(StatusCode.Unimplemented, "");

    public virtual Task WaitExecutionAsync(WaitExecutionRequest request, IServerStreamWriter<Operation> responses, ServerCallContext call) => throw Ends(StatusCode.Unimplemented, "");

    public virtual Task<Operation> GetOperationAsync(GetOperationRequest request, ServerCallContext call) => throw Ends(StatusCode.Unimplemented, "");

    public virtual Task<Google.Protobuf.WellKnownTypes.Empty> CancelOperationAsync(CancelOperationRequest request, ServerCallContext call) => throw Ends(StatusCode.Unimplemented, "");

    /// <summary>How a call ends that does not succeed.</summary>
    protected static RpcException Ends(StatusCode code, string message) => new(new Grpc.Core.Status(code, message));

    /// <summary>Notes a call, for <see cref="Calls"/>.</summary>
    protected void Note(ServerCallContext call) => _calls.Enqueue(call.Method.Split('/')[^1]);
}
