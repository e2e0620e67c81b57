using CsCheck;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class DigestCacheTests
{
    private static readonly Gen<DigestCache.Entry> Entry =
        Gen.Select(Gen.Long, Gen.Long, Gen.Long, Gen.ULong, Gen.UInt, Gen.Int).Select((size, written, changed, inode, mode, day) =>
            new DigestCache.Entry(new FileStamp(size, written, changed, inode, mode), new string('a', 64), day));

    private static readonly Gen<DigestCache> Cache =
        Gen.Dictionary(Gen.String[Gen.Char["/ab .\n\u00e9\uff5e"], 0, 20], Entry)[0, 5].Select(entries => new DigestCache(entries));

    [Fact]
    public void It_comes_back_from_its_bytes() =>
        Cache.Sample(cache => Assert.Equal(cache.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal), DigestCache.Parse(cache.ToBytes()).Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal)));

    [Fact]
    public void A_part_of_it_is_nothing() =>
        Cache.Sample(
            cache =>
            {
                var bytes = cache.ToBytes();
                Assert.All(Enumerable.Range(0, bytes.Length), length => Assert.Same(DigestCache.Empty, DigestCache.Parse(bytes[..length])));
            },
            iter: 20);

    [Fact]
    public void A_changed_byte_makes_it_nothing() =>
        Gen.Select(Cache, Gen.Int[0, int.MaxValue], Gen.Byte[1, 255]).Sample((cache, at, change) =>
        {
            var bytes = cache.ToBytes();
            bytes[at % bytes.Length] ^= change;

            Assert.Same(DigestCache.Empty, DigestCache.Parse(bytes));
        });

    [Fact]
    public void What_is_something_else_is_nothing() =>
        Gen.Byte.Array[0, 200].Sample(bytes => Assert.Same(DigestCache.Empty, DigestCache.Parse(bytes)));
}
