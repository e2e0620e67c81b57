using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class ManyProcessesTests : IDisposable
{
    private readonly TemporaryCache _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task Processes_that_store_and_restore_the_same_at_once_get_what_is_right()
    {
        var children = Enumerable.Range(0, 2).Select(_ => Child.RunAsync(nameof(Child.StoreAndRestore), _cache.Folder.Path)).ToList();
        var tasks = Enumerable.Range(0, 2).Select(_ => Task.Run(() => Steps.StoreAndRestore(_cache.Cache, rounds: 20))).ToList();

        await Task.WhenAll(children);
        Assert.True((await Task.WhenAll(tasks)).Sum() > 0);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_cache.Folder.Unfinished));
        AssertIntact();
    }

    [Fact]
    public async Task What_is_removed_meanwhile_is_a_miss_and_no_error()
    {
        var tasks = Enumerable.Range(0, 2).Select(_ => Task.Run(() => Steps.StoreAndRestore(_cache.Cache, rounds: 20))).ToList();
        var end = Task.WhenAll(tasks);
        while (!end.IsCompleted)
        {
            foreach (var file in _cache.Files.Where(file => !file.StartsWith(_cache.Folder.Unfinished, StringComparison.Ordinal)))
            {
                File.Delete(file);
            }

            Eviction.Trim(_cache.Folder, limit: 0);
        }

        Assert.InRange((await end).Sum(), 0, 39);
        AssertIntact(allHits: false);
    }

    [Fact]
    public async Task What_is_found_after_a_killed_build_is_intact()
    {
        for (var lines = 1; lines <= 5; lines++)
        {
            using var child = Child.Start(nameof(Child.StoreForever), _cache.Folder.Path);
            for (var line = 0; line < lines; line++)
            {
                Assert.NotNull(await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            }

            child.Kill();
            await child.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(0, child.ExitCode);
        }

        AssertIntact();

        foreach (var left in Directory.EnumerateFiles(_cache.Folder.Unfinished))
        {
            File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddHours(-2));
        }

        Eviction.Trim(_cache.Folder, long.MaxValue);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_cache.Folder.Unfinished));
        AssertIntact();
    }

    // Of every blob the content, of every result that all is there.
    private void AssertIntact(bool allHits = true)
    {
        var blobs = Directory.EnumerateFiles(_cache.Folder.Blobs, "*", SearchOption.AllDirectories).ToList();
        Assert.All(blobs, blob => Assert.Equal(Path.GetFileName(blob), Digests.OfFile(blob, TestContext.Current.CancellationToken).Hash));

        var results = Directory.EnumerateFiles(_cache.Folder.Results, "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)!).ToList();
        var steps = Enumerable.Range(0, 100).ToDictionary(Steps.Key);
        Assert.All(results, key => Assert.True(Steps.Restore(steps[key], _cache.Cache, _cache.Project) || !allHits));
        Assert.True(results.Count > 0 || !allHits);
    }
}
