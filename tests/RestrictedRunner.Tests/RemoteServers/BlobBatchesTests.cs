using CsCheck;
using RestrictedRunner.Build.RemoteServers;

namespace RestrictedRunner.Tests.RemoteServers;

public class BlobBatchesTests
{
    private const long WholeMessage = 4 << 20;

    [Fact]
    public void Blobs_go_together_as_far_as_the_server_takes_them()
    {
        var batches = Of([40, 60, 1, 100, 101, 5], limit: 100);

        Assert.Equal([[40, 60], [1], [100], [5]], batches.Together);
        Assert.Equal([101], batches.Alone);
    }

    [Fact]
    public void A_server_that_tells_no_limit_takes_messages_of_four_mebibytes()
    {
        var batches = Of([BlobBatches<long>.MessageLimit - 128, BlobBatches<long>.MessageLimit, WholeMessage], limit: 0);

        Assert.Equal([[BlobBatches<long>.MessageLimit - 128]], batches.Together);
        Assert.Equal([BlobBatches<long>.MessageLimit, WholeMessage], batches.Alone);
    }

    [Fact]
    public void Many_small_blobs_go_in_several_messages()
    {
        var batches = Of([.. Enumerable.Repeat(1L, 1200)], limit: 0);

        Assert.Equal([500, 500, 200], batches.Together.Select(batch => batch.Count));
    }

    [Fact]
    public void Each_blob_is_in_one_place_and_no_message_is_too_long() => Gen.Select(Gen.OneOf(Gen.Long[0, 6_000_000].Array[0, 40], Gen.Long[0, 20_000].Array[0, 2000]), Gen.Long[0, 8_000_000]).Sample((sizes, limit) =>
    {
        var batches = Of(sizes, limit);

        Assert.Equal(sizes.Order(), batches.Together.SelectMany(batch => batch).Concat(batches.Alone).Order());
        Assert.All(batches.Together, batch =>
        {
            Assert.NotEmpty(batch);
            Assert.True(limit == 0 || batch.Sum() <= limit);
            Assert.True(batch.Sum(size => size + 100) < WholeMessage);
        });
    });

    private static BlobBatches<long> Of(long[] sizes, long limit) => BlobBatches<long>.Of(sizes, size => size, limit);
}
