using System.Diagnostics;
using System.Security.Cryptography;
using Grpc.Core;

namespace RestrictedRunner.ServerTests;

/// <summary>Results that go to a shared cache: whole, and beside a build that waits for no server in vain.</summary>
public class SharedUploadsTests
{
    private const int LargerThanMessage = 5_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // The server has a result only if it has all that the result names.
    [RemoteFact]
    public async Task An_output_that_fits_into_no_message_is_stored()
    {
        await using var cas = await CasServer.StartAsync();
        using var pushing = new Pushing(Connected.Access(cas.Address));
        var large = RandomNumberGenerator.GetBytes(LargerThanMessage);

        var action = pushing.Begin(large, [1, 2, 3]);
        await pushing.FinishAsync();

        Assert.Empty(pushing.Told);
        using var connected = new Connected(cas.Address);
        Assert.Equal(2, (await connected.Server.FindResultAsync(action.Digest, Cancellation))?.OutputFiles.Count);
        Assert.Single(await connected.DownloadAsync(Digests.Of(large)));
    }

    [Fact]
    public async Task An_output_whose_way_breaks_goes_on_where_it_was()
    {
        var service = new BreaksOnce();
        await using var host = await FakeHost.StartAsync(service);
        using var pushing = new Pushing(Connected.Access(host.Address));

        var action = pushing.Begin(RandomNumberGenerator.GetBytes(LargerThanMessage));
        await pushing.FinishAsync();

        Assert.Empty(pushing.Told);
        Assert.Equal([0, 3_000_000], service.Offsets);
        Assert.Contains(action.Digest.Hash, service.Results.Keys);
    }

    [Fact]
    public async Task A_server_that_needs_three_seconds_to_keep_a_blob_and_answers_meanwhile_is_not_dead()
    {
        var service = new KeepsSlowly();
        await using var host = await FakeHost.StartAsync(service);
        using var pushing = new Pushing(Connected.Access(host.Address));

        var action = pushing.Begin([1, 2, 3]);
        await pushing.FinishAsync();

        Assert.Empty(pushing.Told);
        Assert.Contains(action.Digest.Hash, service.Results.Keys);
    }

    // Eight megabits a second, and a whole batch of blobs.
    [Fact]
    public async Task A_slow_way_is_not_a_dead_server()
    {
        var service = new FakeService();
        await using var host = await FakeHost.StartAsync(service);
        await using var way = new SlowWay(host.Url, 1_000_000);
        using var pushing = new Pushing(new(way.Url, IsGrpc: true));

        var action = pushing.Begin([.. Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetBytes(1_000_000))]);
        await pushing.FinishAsync();

        Assert.Empty(pushing.Told);
        Assert.Contains(action.Digest.Hash, service.Results.Keys);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1_000_000)]
    [InlineData(LargerThanMessage)]
    public async Task A_server_that_dies_in_the_middle_costs_less_than_two_seconds(int size)
    {
        var service = new Dies();
        await using var host = await FakeHost.StartAsync(service);
        using var pushing = new Pushing(Connected.Access(host.Address));

        pushing.Begin(RandomNumberGenerator.GetBytes(size), [1]);
        await service.Dead.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        var watch = Stopwatch.StartNew();
        await pushing.FinishAsync();

        Assert.True(await Pace.IsWithinAsync(TimeSpan.FromSeconds(2), watch.Elapsed), $"it took {watch.Elapsed}");
        Assert.Equal(["Server TimedOut: it takes no more of what is sent"], pushing.Told);
    }

    [Fact]
    public async Task A_way_that_drops_everything_costs_less_than_two_seconds()
    {
        var service = new Notes();
        await using var host = await FakeHost.StartAsync(service);
        await using var way = new SlowWay(host.Url, 1_000_000);
        using var pushing = new Pushing(new(way.Url, IsGrpc: true));

        pushing.Begin(RandomNumberGenerator.GetBytes(LargerThanMessage));
        await service.Writes.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        way.Drops = true;
        var watch = Stopwatch.StartNew();
        await pushing.FinishAsync();

        Assert.True(await Pace.IsWithinAsync(TimeSpan.FromSeconds(2), watch.Elapsed), $"it took {watch.Elapsed}");
        Assert.Equal(["Server TimedOut: it takes no more of what is sent"], pushing.Told);
    }

    [RemoteTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_result_that_is_too_large_for_the_server_is_left_out_and_others_are_stored(bool isGrpc)
    {
        var service = new FakeService { Capabilities = new() { CacheCapabilities = new() { MaxCasBlobSizeBytes = 1_000_000 } } };
        await using var host = await FakeHost.StartAsync(service);
        await using var nginx = await NginxCache.StartAsync(new() { SizeLimit = "1m" });
        using var pushing = new Pushing(isGrpc ? Connected.Access(host.Address) : new(new(nginx.Address), IsGrpc: false));

        var large = new[] { pushing.Begin(RandomNumberGenerator.GetBytes(2_000_000)), pushing.Begin(RandomNumberGenerator.GetBytes(2_000_000)) };
        await pushing.FinishAsync();
        var small = pushing.Begin([1, 2, 3]);
        await pushing.FinishAsync();

        Assert.Equal([$"Result TooLarge: {(isGrpc ? "it takes no blob of more than 1000000 bytes, and one has 2000000" : "it takes no blob of that size (413 Request Entity Too Large)")}"], pushing.Told);
        string[] stored = isGrpc ? [.. service.Results.Keys] : [.. System.IO.Directory.EnumerateFiles(Path.Combine(nginx.Store, "ac")).Select(path => Path.GetFileName(path))];
        Assert.Equal([small.Digest.Hash], stored);
        Assert.DoesNotContain(large, action => stored.Contains(action.Digest.Hash));
    }

    // A large blob may be too large for it; when there is no room for small ones either, there is none.
    [Theory]
    [InlineData(3, "Storing Full: it has no room, or takes no blob of that size: quota", 1)]
    [InlineData(2_000_000, "Result TooLarge: it has no room, or takes no blob of that size: quota", 3)]
    public async Task A_server_that_is_full_is_sent_no_more(int size, string told, int tries)
    {
        var service = new IsFull();
        await using var host = await FakeHost.StartAsync(service);
        using var pushing = new Pushing(Connected.Access(host.Address));

        for (var i = 0; i < 5; i++)
        {
            pushing.Begin(RandomNumberGenerator.GetBytes(size));
            await pushing.FinishAsync();
        }

        Assert.Equal(told, pushing.Told[0]);
        Assert.Equal(tries, service.Calls.Count(call => call == "BatchUpdateBlobs"));
    }

    private sealed class BreaksOnce : FakeService
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

            while (await requests.MoveNext(call.CancellationToken))
            {
            }

            return new() { CommittedSize = LargerThanMessage };
        }

        public override Task<QueryWriteStatusResponse> QueryWriteStatusAsync(QueryWriteStatusRequest request, ServerCallContext call) => Task.FromResult(new QueryWriteStatusResponse { CommittedSize = 3_000_000 });
    }

    private sealed class KeepsSlowly : FakeService
    {
        public override async Task<BatchUpdateBlobsResponse> BatchUpdateBlobsAsync(BatchUpdateBlobsRequest request, ServerCallContext call)
        {
            await Task.Delay(TimeSpan.FromSeconds(3), call.CancellationToken);
            return await base.BatchUpdateBlobsAsync(request, call);
        }
    }

    // Answers which blobs it lacks, and nothing more as soon as one comes.
    private sealed class Dies : FakeService
    {
        private readonly TaskCompletionSource _dead = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Dead => _dead.Task;

        public override async Task<FindMissingBlobsResponse> FindMissingBlobsAsync(FindMissingBlobsRequest request, ServerCallContext call)
        {
            if (Dead.IsCompleted)
            {
                await DieAsync(call);
            }

            return await base.FindMissingBlobsAsync(request, call);
        }

        public override async Task<BatchUpdateBlobsResponse> BatchUpdateBlobsAsync(BatchUpdateBlobsRequest request, ServerCallContext call)
        {
            await DieAsync(call);
            return new();
        }

        public override async Task<WriteResponse> WriteAsync(IAsyncStreamReader<WriteRequest> requests, ServerCallContext call)
        {
            await requests.MoveNext(call.CancellationToken);
            await DieAsync(call);
            return new();
        }

        private Task DieAsync(ServerCallContext call)
        {
            _dead.TrySetResult();
            return Task.Delay(Timeout.Infinite, call.CancellationToken);
        }
    }

    private sealed class Notes : FakeService
    {
        private readonly TaskCompletionSource _writes = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Writes => _writes.Task;

        public override async Task<WriteResponse> WriteAsync(IAsyncStreamReader<WriteRequest> requests, ServerCallContext call)
        {
            await requests.MoveNext(call.CancellationToken);
            _writes.TrySetResult();
            return await base.WriteAsync(requests, call);
        }
    }

    private sealed class IsFull : FakeService
    {
        public override Task<BatchUpdateBlobsResponse> BatchUpdateBlobsAsync(BatchUpdateBlobsRequest request, ServerCallContext call)
        {
            Note(call);
            throw Ends(StatusCode.ResourceExhausted, "quota");
        }
    }
}
