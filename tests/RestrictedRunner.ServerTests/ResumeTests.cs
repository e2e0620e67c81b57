using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace RestrictedRunner.ServerTests;

/// <summary>Transfers that break and go on, and calls that a server wants to have again.</summary>
public class ResumeTests
{
    [Fact]
    public async Task A_download_that_breaks_goes_on_where_it_was()
    {
        var service = new BreakingReads(breaks: 3);
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        var blob = Connected.Random(10_000_000);
        await connected.UploadAsync(blob);

        await connected.DownloadAsync(blob.Digest);

        Assert.Equal([0, 640 * 1024, 1280 * 1024, 1920 * 1024], service.Offsets);
    }

    [Fact]
    public async Task A_download_that_breaks_again_and_again_ends()
    {
        var service = new BreakingReads(breaks: 100);
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        var blob = Connected.Random(10_000_000);
        await connected.UploadAsync(blob);

        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.DownloadAsync(blob.Digest));

        Assert.Equal(ServerFailure.Unreachable, failure.Failure);
        Assert.Equal(4, service.Offsets.Count);
    }

    [Theory]
    [InlineData(3_000_000, new long[] { 0, 3_000_000 })]
    [InlineData(0, new long[] { 0, 0 })]
    [InlineData(null, new long[] { 0, 0 })]
    [InlineData(10_000_000, new long[] { 0 })]
    public async Task An_upload_that_breaks_goes_on_where_the_server_says(int? committed, long[] offsets)
    {
        var service = new BreakingWrites(committed);
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        var blob = Connected.Random(10_000_000);

        await connected.UploadAsync(blob);

        Assert.Equal(offsets, service.Offsets);
    }

    [Fact]
    public async Task An_upload_of_which_the_server_keeps_a_part_has_failed()
    {
        await using var host = await FakeHost.StartAsync(new Forgets());
        using var connected = new Connected(host.Url);

        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.UploadAsync(Connected.Random(10_000_000)));

        Assert.Equal("Refused: it has stored 5 of 10000000 bytes of a blob", $"{failure.Failure}: {failure.Message}");
    }

    [Theory]
    [InlineData(50, 2)]
    [InlineData(10_000, 1)]
    [InlineData(null, 1)]
    [InlineData(-5, 1)]
    public async Task A_server_that_soon_can_is_asked_once_more(int? milliseconds, int calls)
    {
        var service = new Busy(milliseconds);
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);

        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.FindMissingAsync(Connected.Random(1).Digest));

        Assert.Equal("Unreachable: it cannot be reached: busy", $"{failure.Failure}: {failure.Message}");
        Assert.Equal(calls, service.Calls.Count);
    }

    private sealed class BreakingReads(int breaks) : FakeService
    {
        public List<long> Offsets { get; } = [];

        public override Task ReadAsync(ReadRequest request, IServerStreamWriter<ReadResponse> responses, ServerCallContext call)
        {
            Offsets.Add(request.ReadOffset);
            return base.ReadAsync(request, Offsets.Count <= breaks ? new BreaksAfter(responses, 10) : responses, call);
        }
    }

    // The first write breaks; of what was written the server says how much it has, or that it cannot say.
    private sealed class BreakingWrites(int? committed) : FakeService
    {
        public List<long> Offsets { get; } = [];

        public override async Task<WriteResponse> WriteAsync(IAsyncStreamReader<WriteRequest> requests, ServerCallContext call)
        {
            await requests.MoveNext(call.CancellationToken);
            Offsets.Add(requests.Current.WriteOffset);
            if (Offsets.Count == 1)
            {
                throw Ends(StatusCode.Unavailable, "broken");
            }

            var end = requests.Current.WriteOffset + requests.Current.Data.Length;
            while (await requests.MoveNext(call.CancellationToken))
            {
                end = requests.Current.WriteOffset + requests.Current.Data.Length;
            }

            return new() { CommittedSize = end };
        }

        public override Task<QueryWriteStatusResponse> QueryWriteStatusAsync(QueryWriteStatusRequest request, ServerCallContext call) =>
            committed is { } size ? Task.FromResult(new QueryWriteStatusResponse { CommittedSize = size, Complete = size == 10_000_000 }) : base.QueryWriteStatusAsync(request, call);
    }

    private sealed class Forgets : FakeService
    {
        public override Task<WriteResponse> WriteAsync(IAsyncStreamReader<WriteRequest> requests, ServerCallContext call) => Task.FromResult(new WriteResponse { CommittedSize = 5 });
    }

    private sealed class Busy(int? milliseconds) : FakeService
    {
        public override Task<FindMissingBlobsResponse> FindMissingBlobsAsync(FindMissingBlobsRequest request, ServerCallContext call)
        {
            Note(call);
            var status = new Build.RemoteExecution.Status { Code = (int)StatusCode.Unavailable };
            if (milliseconds is { } delay)
            {
                status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = TimeSpan.FromMilliseconds(delay).ToDuration() }));
            }

            throw new RpcException(new(StatusCode.Unavailable, "busy"), new Metadata { { "grpc-status-details-bin", status.ToByteArray() } });
        }
    }
}
