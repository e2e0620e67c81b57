using Google.Protobuf;
using Grpc.Core;

namespace RestrictedRunner.ServerTests;

/// <summary>Servers that have zstd, which buildbox-casd has not.</summary>
public class CompressionTests
{
    private static readonly ServerCapabilities WithZstd = new()
    {
        CacheCapabilities = new()
        {
            MaxBatchTotalSizeBytes = 1_000_000,
            SupportedCompressors = { Compressor.Types.Value.Zstd },
            SupportedBatchUpdateCompressors = { Compressor.Types.Value.Zstd },
        },
    };

    [Fact]
    public async Task What_is_compressed_on_the_way_is_the_same_at_its_end()
    {
        var service = new Sizes { Capabilities = WithZstd };
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        Blob[] blobs = [.. new[] { 1, 127, 128, 5000, 900_000, 3_000_000, 20_000_000 }.SelectMany(size => new[] { Connected.Random(size), Connected.Regular(size) })];

        await connected.UploadAsync(blobs);
        var received = await connected.DownloadAsync([.. blobs.Select(blob => blob.Digest)]);

        Assert.Equal(blobs.DistinctBy(blob => blob.Digest).Count(), received.Count);
        Assert.All(service.Blobs, blob => Assert.Equal(blob.Key, Digests.Of(blob.Value.Span).Hash));

        // Half of the bytes can be compressed.
        Assert.InRange(connected.Connection.Traffic.Bytes, 1, received.Values.Sum(bytes => bytes.LongLength) * 2 * 6 / 10);
    }

    [Fact]
    public async Task A_compressed_download_that_breaks_goes_on()
    {
        var service = new Breaks { Capabilities = WithZstd };
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        var blob = Connected.Random(10_000_000);
        await connected.UploadAsync(blob);

        await connected.DownloadAsync(blob.Digest);

        Assert.Equal(2, service.Offsets.Count);
        Assert.InRange(service.Offsets[1], 1, 9_999_999);
    }

    // A server keeps a part of what broke off, which nobody can go on with.
    [Fact]
    public async Task A_compressed_upload_that_breaks_begins_again_as_another()
    {
        var service = new BreaksWrites { Capabilities = WithZstd };
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        var blob = Connected.Random(3_000_000);

        await connected.UploadAsync(blob);

        Assert.Equal(blob.Digest.Hash, Digests.Of(service.Blobs.Values.Single().Span).Hash);
        Assert.Equal(2, service.Names.Distinct().Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_bomb_does_not_go_off(bool inStream)
    {
        var service = new FakeService { Capabilities = WithZstd };
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        var digest = Connected.Random(inStream ? 1_000_001 : 100).Digest;
        service.Blobs[digest.Hash] = ByteString.CopyFrom(new byte[100_000_000]);

        // What is received is at most one byte more than what was asked for.
        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.DownloadAsync(digest));

        Assert.Equal(ServerFailure.WrongContent, failure.Failure);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_cannot_be_decompressed_is_wrong(bool inStream)
    {
        var service = new Raw { Capabilities = WithZstd };
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        var blob = Connected.Random(inStream ? 1_000_001 : 100);
        await connected.UploadAsync(blob);

        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.DownloadAsync(blob.Digest));

        Assert.Equal(ServerFailure.WrongContent, failure.Failure);
        Assert.StartsWith("it sent what cannot be decompressed: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_of_nothing_ends()
    {
        await using var host = await FakeHost.StartAsync(new Skippable { Capabilities = WithZstd });
        using var connected = new Connected(host.Url);

        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.DownloadAsync(Connected.Random(1_000_001).Digest));

        Assert.Equal("WrongContent: it sends more than a blob has", $"{failure.Failure}: {failure.Message}");
    }

    // Says that a blob is compressed when it is there already.
    private sealed class Sizes : FakeService
    {
        public override async Task<WriteResponse> WriteAsync(IAsyncStreamReader<WriteRequest> requests, ServerCallContext call)
        {
            await base.WriteAsync(requests, call);
            return new() { CommittedSize = -1 };
        }
    }

    private sealed class Breaks : FakeService
    {
        public List<long> Offsets { get; } = [];

        public override async Task ReadAsync(ReadRequest request, IServerStreamWriter<ReadResponse> responses, ServerCallContext call)
        {
            Offsets.Add(request.ReadOffset);
            await base.ReadAsync(request, Offsets.Count == 1 ? new BreaksAfter(responses, 100) : responses, call);
        }
    }

    private sealed class BreaksWrites : FakeService
    {
        public List<string> Names { get; } = [];

        public override async Task<WriteResponse> WriteAsync(IAsyncStreamReader<WriteRequest> requests, ServerCallContext call)
        {
            await requests.MoveNext(call.CancellationToken);
            Assert.Equal(0, requests.Current.WriteOffset);
            Names.Add(requests.Current.ResourceName);
            if (Names.Count == 1)
            {
                throw Ends(StatusCode.Unavailable, "broken");
            }

            using var content = new MemoryStream();
            do
            {
                requests.Current.Data.WriteTo(content);
            }
            while (await requests.MoveNext(call.CancellationToken));

            Blobs[FakeBlobName.Of(Names[^1]).Hash] = FakeServer.Zstd.Read(ByteString.CopyFrom(content.ToArray()), Compressor.Types.Value.Zstd);
            return new() { CommittedSize = content.Length };
        }

        public override Task<QueryWriteStatusResponse> QueryWriteStatusAsync(QueryWriteStatusRequest request, ServerCallContext call) => Task.FromResult(new QueryWriteStatusResponse { CommittedSize = 1_000_000 });
    }

    private sealed class Raw : FakeService
    {
        public override async Task<BatchReadBlobsResponse> BatchReadBlobsAsync(BatchReadBlobsRequest request, ServerCallContext call) => new()
        {
            Responses = { request.Digests.Select(digest => new BatchReadBlobsResponse.Types.Response { Digest = digest, Data = Blobs[digest.Hash], Compressor = Compressor.Types.Value.Zstd }) },
        };

        public override async Task ReadAsync(ReadRequest request, IServerStreamWriter<ReadResponse> responses, ServerCallContext call) =>
            await responses.WriteAsync(new() { Data = Blobs[FakeBlobName.Of(request.ResourceName).Hash] });
    }

    // Frames that say nothing, for ever: RFC 8878, 3.1.2.
    private sealed class Skippable : FakeService
    {
        private const int Frame = 64 * 1024;

        public override async Task ReadAsync(ReadRequest request, IServerStreamWriter<ReadResponse> responses, ServerCallContext call)
        {
            byte[] frame = [0x50, 0x2A, 0x4D, 0x18, .. BitConverter.GetBytes(Frame), .. new byte[Frame]];
            while (!call.CancellationToken.IsCancellationRequested)
            {
                await responses.WriteAsync(new() { Data = UnsafeByteOperations.UnsafeWrap(frame) });
            }
        }
    }
}
