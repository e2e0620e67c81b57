using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>A cancelled build does not wait until a file of many gigabytes is read: these would take minutes.</summary>
public sealed class CancelledCopyTests : IDisposable
{
    private readonly TemporaryCache _cache = new();
    private readonly CancellationTokenSource _soon = new(TimeSpan.FromMilliseconds(50));
    private readonly string _large;

    public CancelledCopyTests()
    {
        _large = _cache.At("large");
        using var file = File.Create(_large);

        // Takes no room on the disk.
        file.SetLength(200L << 30);
    }

    public void Dispose()
    {
        _cache.Dispose();
        _soon.Dispose();
    }

    [Fact]
    public void A_file_is_hashed_until_then() => Assert.Throws<OperationCanceledException>(() => Digests.OfFile(_large, _soon.Token));

    [Fact]
    public void A_file_is_stored_until_then_and_nothing_of_it_is_left()
    {
        Assert.Throws<OperationCanceledException>(() => new ContentStore(_cache.Folder).PutFile(_large, _soon.Token));
        Assert.Empty(_cache.Files);
    }

    [Fact]
    public void A_file_is_copied_until_then()
    {
        using var source = File.OpenRead(_large);
        Assert.Throws<OperationCanceledException>(() => HashingCopy.Copy(source, Stream.Null, _soon.Token));
    }
}
