using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class EvictionTests : IDisposable
{
    private const long Block = 4096;

    private readonly TemporaryCache _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public void What_was_used_the_longest_time_ago_goes_first()
    {
        string[] steps = ["third", "first", "fourth", "second"];
        string[] byAge = ["first", "second", "third", "fourth"];
        foreach (var step in steps)
        {
            StoreStep(step, age: TimeSpan.FromDays(10 - Array.IndexOf(byAge, step)));
        }

        // Each has a result and a file.
        Assert.Equal(new TrimReport(0, 8 * Block, 8 * Block), Eviction.Trim(_cache.Folder, 8 * Block));
        Assert.All(steps, step => Assert.NotNull(Find(step)));

        Age();
        Assert.Equal(new TrimReport(3, 8 * Block, 5 * Block), Eviction.Trim(_cache.Folder, (6 * Block) - 1));
        Assert.Equal([false, false, true, true], byAge.Select(step => Find(step) is not null));

        void Age()
        {
            foreach (var step in steps)
            {
                SetAge(step, TimeSpan.FromDays(10 - Array.IndexOf(byAge, step)));
            }
        }
    }

    [Fact]
    public void What_is_found_or_restored_or_stored_again_counts_as_used()
    {
        string[] steps = ["found", "restored", "stored", "forgotten"];
        foreach (var step in steps)
        {
            StoreStep(step, TimeSpan.FromDays(1));
        }

        Assert.NotNull(Find("found"));
        Assert.NotNull(_cache.Cache.Restore(TemporaryCache.KeyOf("restored"), new(_cache.Project, ["restored"]), TestContext.Current.CancellationToken).Result);
        StoreStep("stored", age: null);

        Assert.Equal(2, Eviction.Trim(_cache.Folder, limit: 0).Removed);
        Assert.Equal([true, true, true, false], steps.Select(step => Find(step) is not null));
    }

    [Fact]
    public void A_use_is_not_noted_each_time()
    {
        StoreStep("a", TimeSpan.FromMinutes(10));
        var before = _cache.Files.Select(File.GetLastWriteTimeUtc).ToList();

        Assert.NotNull(Find("a"));

        Assert.Equal(before, _cache.Files.Select(File.GetLastWriteTimeUtc));
    }

    [Fact]
    public void What_another_build_used_a_moment_ago_stays_however_full_it_is()
    {
        StoreStep("a", TimeSpan.FromMinutes(20));

        Assert.Equal(new TrimReport(0, 2 * Block, 2 * Block), Eviction.Trim(_cache.Folder, limit: 0));
        Assert.NotNull(Find("a"));
    }

    [Fact]
    public void A_result_whose_file_is_gone_is_a_miss()
    {
        StoreStep("a", TimeSpan.FromDays(1));
        File.SetLastWriteTimeUtc(_cache.Folder.Result(TemporaryCache.KeyOf("a")), DateTime.UtcNow);

        Assert.Equal(1, Eviction.Trim(_cache.Folder, limit: 0).Removed);
        Assert.Null(Find("a"));
        Assert.Empty(Directory.EnumerateFiles(_cache.Folder.Results, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void It_is_counted_at_first_and_then_only_when_it_is_too_much()
    {
        Assert.NotNull(_cache.Cache.TrimIfDue(100 * Block));
        Assert.Null(_cache.Cache.TrimIfDue(100 * Block));

        StoreStep("a", TimeSpan.FromDays(1));
        Assert.Equal(2 * Block, CacheTotal.Read(_cache.Folder)?.Bytes);
        Assert.Null(_cache.Cache.TrimIfDue(2 * Block));

        // Not at once again: what could not go a minute ago is in use still.
        Assert.Null(_cache.Cache.TrimIfDue(Block));
        Counted(TimeSpan.FromMinutes(10));
        Assert.Null(_cache.Cache.TrimIfDue(2 * Block));
        Assert.Equal(new TrimReport(2, 2 * Block, 0), _cache.Cache.TrimIfDue(Block));
        Assert.Equal(0, CacheTotal.Read(_cache.Folder)?.Bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("x 2026-01-01T00:00:00.0000000+00:00")]
    [InlineData("1 yesterday")]
    [InlineData("-1 2026-01-01T00:00:00.0000000+00:00")]
    [InlineData("1 9999-01-01T00:00:00.0000000+00:00")]
    public void A_total_that_cannot_be_right_is_counted_anew(string total)
    {
        StoreStep("a", TimeSpan.FromDays(1));
        File.WriteAllText(_cache.Folder.Total, total);

        Assert.NotNull(_cache.Cache.TrimIfDue(100 * Block));
        Assert.Equal(2 * Block, CacheTotal.Read(_cache.Folder)?.Bytes);
    }

    [Fact]
    public void A_total_may_be_wrong_for_a_day()
    {
        StoreStep("a", TimeSpan.FromDays(1));
        new CacheTotal(0, DateTimeOffset.UtcNow.AddHours(-23)).Write(_cache.Folder);
        Assert.Null(_cache.Cache.TrimIfDue(Block));

        new CacheTotal(0, DateTimeOffset.UtcNow.AddHours(-25)).Write(_cache.Folder);
        Assert.NotNull(_cache.Cache.TrimIfDue(Block));
    }

    [Fact]
    public void What_a_killed_build_left_goes_and_what_is_being_written_stays()
    {
        using var atWork = _cache.Folder.BeginFile();
        var left = Path.Combine(_cache.Folder.Unfinished, "left");
        File.WriteAllText(left, "1");
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddHours(-2));
        var ofImages = $"{_cache.Folder.Images}.{Guid.NewGuid():N}.new";
        File.WriteAllText(ofImages, "");
        File.SetLastWriteTimeUtc(ofImages, DateTime.UtcNow.AddHours(-2));

        Eviction.Trim(_cache.Folder, long.MaxValue);

        Assert.False(File.Exists(left));
        Assert.False(File.Exists(ofImages));
        Assert.Single(Directory.EnumerateFiles(_cache.Folder.Unfinished));
    }

    [Fact]
    public void There_is_nothing_to_trim_in_a_cache_that_is_not_there() =>
        Assert.Equal(new TrimReport(0, 0, 0), Eviction.Trim(_cache.Folder, limit: 0));

    private RestrictedRunner.Build.RemoteExecution.ActionResult? Find(string step) => _cache.Cache.Find(TemporaryCache.KeyOf(step));

    private void StoreStep(string step, TimeSpan? age)
    {
        _cache.Write(step, step);
        Assert.Null(_cache.Cache.Store(TemporaryCache.KeyOf(step), new(_cache.Project, [step]), TestContext.Current.CancellationToken).Problem);
        if (age is { } time)
        {
            SetAge(step, time);
        }
    }

    private void SetAge(string step, TimeSpan age)
    {
        File.SetLastWriteTimeUtc(_cache.Folder.Result(TemporaryCache.KeyOf(step)), DateTime.UtcNow - age);
        File.SetLastWriteTimeUtc(_cache.Folder.Blob(Digests.OfFile(_cache.At(step), TestContext.Current.CancellationToken).Hash), DateTime.UtcNow - age);
    }

    private void Counted(TimeSpan ago) =>
        (CacheTotal.Read(_cache.Folder)! with { Counted = DateTimeOffset.UtcNow - ago }).Write(_cache.Folder);
}
