using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;

namespace RestrictedRunner.ServerTests;

/// <summary>Servers that lie, and that would keep a build waiting for ever.</summary>
public class HostileServerTests
{
    private const int Large = 5_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(100)]
    [InlineData(Large)]
    public async Task Other_content_is_never_taken_for_the_blob(int size)
    {
        var service = new FakeService();
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        Digest[] digests = [Connected.Random(size).Digest, Connected.Random(size).Digest, Connected.Random(size).Digest, Connected.Random(size).Digest];
        service.Blobs[digests[0].Hash] = ByteString.CopyFrom(new byte[size]);
        service.Blobs[digests[1].Hash] = ByteString.CopyFrom(new byte[size + 10_000]);
        service.Blobs[digests[2].Hash] = ByteString.CopyFrom(new byte[size - 1]);
        service.Blobs[digests[3].Hash] = ByteString.Empty;

        foreach (var digest in digests)
        {
            var failure = await Assert.ThrowsAsync<ServerException>(() => connected.DownloadAsync(digest));
            Assert.Equal($"WrongContent: it sent something else than the blob {digest.Hash}: it has another digest", $"{failure.Failure}: {failure.Message}");
        }
    }

    [Fact]
    public async Task Digests_that_no_blob_has_are_wrong_content_or_missing()
    {
        await using var host = await FakeHost.StartAsync(new());
        using var connected = new Connected(host.Url);

        Assert.Equal(ServerFailure.WrongContent, (await Assert.ThrowsAsync<ServerException>(() => connected.DownloadAsync(new Digest { Hash = "../../etc", SizeBytes = -7 }))).Failure);
        Assert.Equal(ServerFailure.WrongContent, (await Assert.ThrowsAsync<ServerException>(() => connected.DownloadAsync(new Digest { Hash = "x" }))).Failure);
        Assert.Equal(ServerFailure.BlobMissing, (await Assert.ThrowsAsync<ServerException>(() => connected.DownloadAsync(new Digest { Hash = "x", SizeBytes = 1L << 60 }))).Failure);
    }

    [Fact]
    public async Task Answers_to_other_questions_are_wrong_content()
    {
        var service = new OtherAnswers();
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        var blob = Connected.Random(10);
        await connected.UploadAsync(blob);

        foreach (var (answers, text) in new[]
        {
            (new[] { Connected.Random(10).Digest }, "it sent a blob that nobody asked for, or one twice"),
            ([blob.Digest, blob.Digest], "it sent a blob that nobody asked for, or one twice"),
            ([], "it did not send 1 of 1 blobs"),
        })
        {
            service.Answers = answers;
            var failure = await Assert.ThrowsAsync<ServerException>(() => connected.DownloadAsync(blob.Digest));
            Assert.Equal($"WrongContent: {text}", $"{failure.Failure}: {failure.Message}");
        }
    }

    [Fact]
    public async Task A_message_longer_than_four_mebibytes_is_not_taken()
    {
        var service = new FakeService();
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        var digest = Connected.Random(10).Digest;
        service.Blobs[digest.Hash] = ByteString.CopyFrom(new byte[50_000_000]);

        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.DownloadAsync(digest));

        Assert.Equal("WrongContent: it sent a message of more than 4194304 bytes", $"{failure.Failure}: {failure.Message}");
    }

    [Theory]
    [InlineData(Large)]
    [InlineData(100)]
    public async Task A_server_that_drips_is_not_waited_for(int size)
    {
        await using var host = await FakeHost.StartAsync(new Drips { Capabilities = new() { CacheCapabilities = new() { MaxBatchTotalSizeBytes = 10 } } });
        using var connected = new Connected(Connected.Access(host.Address));
        await connected.Connection.CapabilitiesAsync(Cancellation);
        var watch = Stopwatch.StartNew();

        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.DownloadAsync(Connected.Random(size).Digest));

        Assert.Equal("TimedOut: nothing comes from it any more, or too little to be waited for", $"{failure.Failure}: {failure.Message}");
        Assert.True(await Pace.IsWithinAsync(TimeSpan.FromSeconds(2), watch.Elapsed), $"it took {watch.Elapsed}");
    }

    [Fact]
    public async Task A_stream_without_end_ends()
    {
        await using var host = await FakeHost.StartAsync(new Endless());
        using var connected = new Connected(host.Url);
        long received = 0;

        await connected.Server.DownloadAsync(
            [new() { Hash = "x", SizeBytes = Large }],
            async (_, content, cancellation) =>
            {
                var buffer = new byte[100_000];
                while (await content.ReadAsync(buffer, cancellation) is > 0 and var count)
                {
                    received += count;
                }
            },
            Cancellation);

        Assert.Equal(Large + 1, received);
    }

    [Fact]
    public async Task Messages_without_content_end()
    {
        await using var host = await FakeHost.StartAsync(new Empty());
        using var connected = new Connected(Connected.Access(host.Address) with { AnswerLimit = TimeSpan.FromSeconds(0.5) });

        // As many as there may be for so large a blob; they take longer than is waited for.
        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.DownloadAsync(Connected.Random(Large).Digest));

        Assert.Equal(ServerFailure.WrongContent, failure.Failure);
    }

    private sealed class OtherAnswers : FakeService
    {
        public IReadOnlyList<Digest> Answers { get; set; } = [];

        public override Task<BatchReadBlobsResponse> BatchReadBlobsAsync(BatchReadBlobsRequest request, ServerCallContext call) => Task.FromResult(new BatchReadBlobsResponse
        {
            Responses = { Answers.Select(digest => new BatchReadBlobsResponse.Types.Response { Digest = digest, Data = Blobs.GetValueOrDefault(digest.Hash, ByteString.Empty) }) },
        });
    }

    private sealed class Drips : FakeService
    {
        public override async Task ReadAsync(ReadRequest request, IServerStreamWriter<ReadResponse> responses, ServerCallContext call)
        {
            while (!call.CancellationToken.IsCancellationRequested)
            {
                await responses.WriteAsync(new() { Data = ByteString.CopyFrom(1) });
                await Task.Delay(100, call.CancellationToken);
            }
        }
    }

    private sealed class Endless : FakeService
    {
        public override async Task ReadAsync(ReadRequest request, IServerStreamWriter<ReadResponse> responses, ServerCallContext call)
        {
            while (!call.CancellationToken.IsCancellationRequested)
            {
                await responses.WriteAsync(new() { Data = UnsafeByteOperations.UnsafeWrap(new byte[60_000]) });
            }
        }
    }

    private sealed class Empty : FakeService
    {
        public override async Task ReadAsync(ReadRequest request, IServerStreamWriter<ReadResponse> responses, ServerCallContext call)
        {
            while (!call.CancellationToken.IsCancellationRequested)
            {
                await responses.WriteAsync(new());
            }
        }
    }
}
