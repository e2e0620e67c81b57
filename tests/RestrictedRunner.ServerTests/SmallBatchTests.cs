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

        Assert.Equal("Full: it takes no blob of more than 100 bytes, and one has 101", $"{failure.Failure}: {failure.Message}");
        Assert.Single(service.Blobs);
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
}
