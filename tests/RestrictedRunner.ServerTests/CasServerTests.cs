using System.Diagnostics;

namespace RestrictedRunner.ServerTests;

/// <summary>A server of the Remote Execution API as there are: buildbox-casd.</summary>
public class CasServerTests
{
    private const int LargerThanMessage = 5_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [RemoteFact]
    public async Task Blobs_and_results_come_back_as_they_were_stored()
    {
        await using var cas = await CasServer.StartAsync();
        using var connected = new Connected(cas.Address);
        Blob[] blobs = [.. Enumerable.Range(1, 1200).Select(size => Connected.Random(size * 4)), Connected.Random(0), Connected.Random(LargerThanMessage), Connected.Random(4_128_768), Connected.Random(4_194_304)];
        Digest[] digests = [.. blobs.Select(blob => blob.Digest)];
        var action = Digests.Of("action"u8);

        Assert.Equal(Hashes(digests.Where(digest => digest.SizeBytes > 0)), Hashes(await connected.FindMissingAsync(digests)));
        Assert.Null(await connected.Server.FindResultAsync(action, Cancellation));
        await connected.UploadAsync([.. blobs, .. blobs]);
        await connected.Server.StoreResultAsync(action, new() { OutputFiles = { new OutputFile { Path = "a", Digest = digests[0] } } }, Cancellation);

        Assert.Empty(await connected.FindMissingAsync(digests));
        Assert.Equal(Hashes(digests), Hashes((await connected.DownloadAsync([.. digests, .. digests])).Keys));
        Assert.Equal("a", (await connected.Server.FindResultAsync(action, Cancellation))?.OutputFiles.Single().Path);
    }

    [RemoteFact]
    public async Task What_is_stored_already_can_be_stored_again()
    {
        await using var cas = await CasServer.StartAsync();
        using var connected = new Connected(cas.Address);
        Blob[] blobs = [Connected.Random(10), Connected.Random(20_000_000)];

        await connected.UploadAsync(blobs);
        await connected.UploadAsync(blobs);

        Assert.Equal(2, (await connected.DownloadAsync([.. blobs.Select(blob => blob.Digest)])).Count);
    }

    [RemoteFact]
    public async Task More_digests_than_a_message_holds_are_asked_for()
    {
        await using var cas = await CasServer.StartAsync();
        using var connected = new Connected(cas.Address);

        Assert.Equal(50_000, (await connected.FindMissingAsync([.. Enumerable.Range(0, 50_000).Select(i => Digests.Of(BitConverter.GetBytes(i)))])).Count);
    }

    [RemoteTheory]
    [InlineData(10)]
    [InlineData(LargerThanMessage)]
    public async Task A_blob_that_is_gone_is_missing(int size)
    {
        await using var cas = await CasServer.StartAsync();
        using var connected = new Connected(cas.Address);

        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.DownloadAsync(Connected.Random(size).Digest));

        Assert.Equal(ServerFailure.BlobMissing, failure.Failure);
    }

    [RemoteTheory]
    [InlineData(10)]
    [InlineData(LargerThanMessage)]
    public async Task What_changes_while_it_is_stored_is_refused(int size)
    {
        await using var cas = await CasServer.StartAsync();
        using var connected = new Connected(cas.Address);

        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.UploadAsync(Connected.Random(size) with { Digest = Connected.Random(size).Digest }));

        Assert.Equal(ServerFailure.Refused, failure.Failure);
        Assert.Contains("INVALID_ARGUMENT", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<EndOfStreamException>(() => connected.UploadAsync(Connected.Random(size) with { Digest = Connected.Random(size + 1).Digest }));
    }

    [RemoteFact]
    public async Task A_full_server_says_so()
    {
        await using var cas = await CasServer.StartAsync(new() { Quota = "30M" });
        using var connected = new Connected(cas.Address);

        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.UploadAsync(Connected.Random(40_000_000)));

        Assert.Equal(ServerFailure.Full, failure.Failure);
        Assert.StartsWith("it has no room, or takes no blob of that size: ", failure.Message, StringComparison.Ordinal);
    }

    [RemoteFact]
    public async Task What_was_evicted_is_missing()
    {
        await using var cas = await CasServer.StartAsync(new() { Quota = "30M" });
        using var connected = new Connected(cas.Address);
        Blob[] blobs = [.. Enumerable.Range(0, 12).Select(_ => Connected.Random(LargerThanMessage))];
        foreach (var blob in blobs)
        {
            await connected.UploadAsync(blob);
        }

        await Until.IsSoAsync(TimeSpan.FromSeconds(10), async () => (await connected.FindMissingAsync(blobs[0].Digest)).Count == 1);
        Assert.Equal(ServerFailure.BlobMissing, (await Assert.ThrowsAsync<ServerException>(() => connected.DownloadAsync([.. blobs.Select(blob => blob.Digest)]))).Failure);
    }

    [RemoteFact]
    public async Task A_server_that_was_killed_cannot_be_reached_and_one_that_is_there_again_can()
    {
        await using var cas = await CasServer.StartAsync();
        using var connected = new Connected(cas.Address);
        var blob = Connected.Random(100);
        await connected.UploadAsync(blob);

        await cas.KillAsync();
        var watch = Stopwatch.StartNew();
        Func<Task>[] calls =
        [
            () => connected.FindMissingAsync(blob.Digest), () => connected.DownloadAsync(blob.Digest), () => connected.UploadAsync(blob),
            () => connected.DownloadAsync(Connected.Random(LargerThanMessage).Digest), () => connected.UploadAsync(Connected.Random(LargerThanMessage)),
            () => connected.Server.FindResultAsync(blob.Digest, Cancellation), () => connected.Server.StoreResultAsync(blob.Digest, new(), Cancellation),
        ];
        foreach (var call in calls)
        {
            var failure = await Assert.ThrowsAsync<ServerException>(call);
            Assert.Equal(ServerFailure.Unreachable, failure.Failure);
        }

        Assert.True(await Pace.IsWithinAsync(TimeSpan.FromSeconds(2), watch.Elapsed), $"it took {watch.Elapsed}");
        await cas.StartAgainAsync();
        await connected.DownloadAsync(blob.Digest);
    }

    [RemoteFact]
    public async Task Of_a_server_that_says_nothing_one_knows_soon()
    {
        await using var cas = await CasServer.StartAsync();
        using var connected = new Connected(Connected.Access(cas.Address) with { StoreLimit = TimeSpan.FromSeconds(1.5) });
        Blob[] small = [Connected.Random(100)];
        await connected.UploadAsync(small);

        await cas.SignalAsync("STOP");
        var watch = Stopwatch.StartNew();
        Func<Task>[] calls =
        [
            () => connected.FindMissingAsync(small[0].Digest), () => connected.DownloadAsync(small[0].Digest), () => connected.UploadAsync(small),
            () => connected.DownloadAsync(Connected.Random(LargerThanMessage).Digest), () => connected.UploadAsync(Connected.Random(LargerThanMessage)),
            () => connected.Server.FindResultAsync(small[0].Digest, Cancellation), () => connected.Server.StoreResultAsync(small[0].Digest, new(), Cancellation),
        ];
        var failures = await Task.WhenAll(calls.Select(Assert.ThrowsAsync<ServerException>));

        Assert.All(failures, failure => Assert.Equal(ServerFailure.TimedOut, failure.Failure));
        Assert.True(await Pace.IsWithinAsync(TimeSpan.FromSeconds(2), watch.Elapsed), $"it took {watch.Elapsed}");
        await cas.SignalAsync("CONT");
        await connected.DownloadAsync(small[0].Digest);
    }

    [RemoteFact]
    public async Task A_server_that_dies_in_the_middle_of_a_blob_does_not_take_the_build_with_it()
    {
        await using var cas = await CasServer.StartAsync();
        using var connected = new Connected(cas.Address);
        var blob = Connected.Random(50_000_000);
        await connected.UploadAsync(blob);

        var down = await Assert.ThrowsAsync<ServerException>(() => connected.Server.DownloadAsync(
            [blob.Digest],
            async (_, content, cancellation) =>
            {
                await content.ReadExactlyAsync(new byte[1000], cancellation);
                await cas.KillAsync();
                await content.CopyToAsync(Stream.Null, cancellation);
            },
            Cancellation));
        await cas.StartAgainAsync();
        var up = await Assert.ThrowsAsync<ServerException>(() => connected.UploadAsync(new Blob(Connected.Random(50_000_000).Digest, () => new KillsAfter(cas, 20_000_000))));

        Assert.Equal(ServerFailure.Unreachable, down.Failure);
        Assert.Equal(ServerFailure.Unreachable, up.Failure);
    }

    [RemoteFact]
    public async Task A_transfer_that_is_cancelled_ends()
    {
        await using var cas = await CasServer.StartAsync();
        using var connected = new Connected(cas.Address);
        var blob = Connected.Random(LargerThanMessage);
        await connected.UploadAsync(blob);
        await cas.SignalAsync("STOP");
        using var cancel = new CancellationTokenSource();
        Task[] calls =
        [
            connected.Server.UploadAsync([Connected.Random(LargerThanMessage)], cancel.Token), connected.Server.UploadAsync([Connected.Random(10)], cancel.Token),
            connected.Server.DownloadAsync([blob.Digest], (_, content, end) => content.CopyToAsync(Stream.Null, end), cancel.Token),
            connected.Server.FindResultAsync(blob.Digest, cancel.Token), connected.Server.FindMissingAsync([blob.Digest], cancel.Token),
        ];

        await cancel.CancelAsync();

        Assert.All(calls, call => Assert.True(Assert.ThrowsAnyAsync<OperationCanceledException>(() => call).Wait(TimeSpan.FromSeconds(10), CancellationToken.None)));
    }

    private static IEnumerable<string> Hashes(IEnumerable<Digest> digests) => digests.Select(digest => digest.Hash).Order(StringComparer.Ordinal);

    // Reads zeros, and kills the server on the way.
    private sealed class KillsAfter(CasServer cas, long bytes) : MemoryStream(new byte[50_000_000])
    {
        private bool _isDead;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_isDead && Position >= bytes)
            {
                _isDead = true;
                await cas.KillAsync();
            }

            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
