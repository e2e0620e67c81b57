using Grpc.Core;

namespace RestrictedRunner.ServerTests;

/// <summary>Servers that tell limits, which buildbox-casd does not.</summary>
public class SmallBatchTests
{
    [Fact]
    public async Task What_is_too_large_for_a_batch_goes_in_a_stream()
    {
        var service = new FakeService { Capabilities = new() { CacheCapabilities = new() { MaxBatchTotalSizeBytes = 100 } } };
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        Blob[] blobs = [Connected.Random(60), Connected.Random(41), Connected.Random(40), Connected.Random(101)];

        await connected.UploadAsync(blobs);
        await connected.DownloadAsync([.. blobs.Select(blob => blob.Digest)]);

        Assert.Equal(
            ["BatchReadBlobs", "BatchReadBlobs", "BatchUpdateBlobs", "BatchUpdateBlobs", "GetCapabilities", "Read", "Write"],
            service.Calls.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_larger_than_the_server_takes_is_not_sent()
    {
        var service = new FakeService { Capabilities = new() { CacheCapabilities = new() { MaxCasBlobSizeBytes = 100 } } };
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);

        await connected.UploadAsync(Connected.Random(100));
        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.UploadAsync(Connected.Random(101)));

        Assert.Equal("TooLarge: it takes no blob of more than 100 bytes, and one has 101", $"{failure.Failure}: {failure.Message}");
        Assert.Single(service.Blobs);
    }

    // A batch may have four megabytes, and is in memory as a whole.
    [Fact]
    public async Task However_many_steps_there_are_no_more_than_eight_batches_travel_at_once_in_each_direction()
    {
        var service = new Crowded { Capabilities = new() { CacheCapabilities = new() { MaxBatchTotalSizeBytes = 10 } } };
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        Blob[][] steps = [.. Enumerable.Range(0, 20).Select(_ => Enumerable.Range(0, 4).Select(_ => Connected.Random(10)).ToArray())];

        await Task.WhenAll(steps.Select(step => connected.UploadAsync(step)));
        await Task.WhenAll(steps.Select(step => connected.DownloadAsync([.. step.Select(blob => blob.Digest)])));

        Assert.Equal(80, service.Blobs.Count);
        Assert.InRange(service.Most, 1, 8);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public async Task Limits_that_no_server_should_tell_stop_nothing(long limit)
    {
        var service = new FakeService { Capabilities = new() { CacheCapabilities = new() { MaxBatchTotalSizeBytes = limit, MaxCasBlobSizeBytes = limit == 1 ? 0 : limit } } };
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        Blob[] blobs = [Connected.Random(1), Connected.Random(1000), Connected.Random(5_000_000), Connected.Random(3_000_000), Connected.Random(3_000_000)];

        await connected.UploadAsync(blobs);

        Assert.Equal(5, (await connected.DownloadAsync([.. blobs.Select(blob => blob.Digest)])).Count);
    }

    [Theory]
    [InlineData(1, 9, false)]
    [InlineData(1, 2, true)]
    [InlineData(2, 2, true)]
    [InlineData(2, 9, true)]
    [InlineData(3, 4, false)]
    public async Task Any_server_that_has_version_2_is_taken(int low, int high, bool isTaken)
    {
        var service = new FakeService { Capabilities = new() { LowApiVersion = new() { Major = low }, HighApiVersion = new() { Major = isTaken || low > 2 ? high : 1, Minor = 7 } } };
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);

        var failure = await Record.ExceptionAsync(() => connected.Server.FindResultAsync(Connected.Random(1).Digest, TestContext.Current.CancellationToken));

        Assert.Equal(
            isTaken ? null : $"it speaks the versions {low}.0 to {(low > 2 ? high : 1)}.7 of the Remote Execution API, and version 2 is needed",
            failure?.Message);
    }

    [Fact]
    public async Task A_server_that_has_no_SHA256_is_not_taken()
    {
        await using var host = await FakeHost.StartAsync(new() { Capabilities = new() { CacheCapabilities = new() { DigestFunctions = { DigestFunction.Types.Value.Blake3, DigestFunction.Types.Value.Md5 } } } });
        using var connected = new Connected(host.Url);

        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.DownloadAsync(Connected.Random(1).Digest));

        Assert.Equal("WrongProtocol: it has blobs under other digests (Blake3, Md5), and SHA256 is needed", $"{failure.Failure}: {failure.Message}");
    }

    private sealed class Crowded : FakeService
    {
        private readonly object _lock = new();
        private int _now;

        public int Most { get; private set; }

        public override Task<BatchUpdateBlobsResponse> BatchUpdateBlobsAsync(BatchUpdateBlobsRequest request, ServerCallContext call) => CountAsync(() => base.BatchUpdateBlobsAsync(request, call));

        public override Task<BatchReadBlobsResponse> BatchReadBlobsAsync(BatchReadBlobsRequest request, ServerCallContext call) => CountAsync(() => base.BatchReadBlobsAsync(request, call));

        private async Task<T> CountAsync<T>(Func<Task<T>> answer)
        {
            lock (_lock)
            {
                Most = Math.Max(Most, ++_now);
            }

            // So that others come meanwhile.
            await Task.Delay(50);
            var answered = await answer();
            lock (_lock)
            {
                _now--;
            }

            return answered;
        }
    }
}
