using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class CacheMountFoldersTests : IDisposable
{
    private const long Block = 4096;
    private const string Project = "/src/a.proj";

    private static readonly StepOptions Options = new() { Image = "busybox", Engine = "docker" };

    private readonly TemporaryCache _cache = new();

    private CacheMountFolders Folders => new(_cache.Folder);

    public void Dispose() => _cache.Dispose();

    [Fact]
    public void A_folder_is_one_for_each_name_and_project_or_name_alone()
    {
        string[] folders = [Of("npm:/a"), Of("npm:/b:sharing=locked"), Of("NPM:/a"), Of("npm:/a", "/src/b.proj"), Of("npm:/a:scope=machine"), Of("npm:/a:scope=machine", "/src/b.proj")];

        Assert.Equal(folders[0], folders[1]);
        Assert.Equal(folders[4], folders[5]);
        Assert.Equal(4, folders.Distinct(StringComparer.OrdinalIgnoreCase).Count());

        string Of(string text, string project = Project) => Folders.Of(Mount(text), project, Host.Linux).Path;
    }

    // As a step, so a project: where case does not count, the same path may be written in two ways.
    [Fact]
    public void Two_spellings_of_a_projects_path_are_one_project_where_case_does_not_count()
    {
        Assert.Equal(Folders.Of(Mount("a:/a"), @"C:\Src\a.proj", Host.Windows), Folders.Of(Mount("a:/a"), @"c:\src\A.proj", Host.Windows));
        Assert.NotEqual(Folders.Of(Mount("a:/a"), "/Src/a.proj", Host.Linux), Folders.Of(Mount("a:/a"), "/src/a.proj", Host.Linux));
    }

    [Fact]
    public async Task Others_may_not_enter_it_and_every_user_of_a_container_may_write()
    {
        Needs.Permissions();
        using var lease = await TakeAsync("npm:/cache");

        var shown = Assert.Single(lease.Mounts);
        Assert.Equal(("/cache", false), (shown.ContainerPath, shown.ReadOnly));
        Assert.Equal(0x1ffu, Mode(shown.HostPath));
        Assert.Equal(0x1c0u, Mode(_cache.Folder.Mounts));
        Assert.Equal(0x1c0u, Mode(_cache.Folder.Path));

        static uint Mode(string path) => FileStatus.Of(path)!.Mode & 0xfff;
    }

    [Fact]
    public async Task Several_share_it_and_one_that_locks_it_waits_for_all_of_them_and_says_so()
    {
        var waits = new TaskCompletionSource<string>();
        var first = await TakeAsync("npm:/cache", user: "the first");
        var second = await TakeAsync("npm:/cache", user: "the second");
        var locking = TakeAsync("npm:/cache:sharing=locked", "the third", (mount, user) => waits.SetResult($"{mount.Name} {user}"));

        Assert.Equal("npm the second", await waits.Task);
        first.Dispose();
        Assert.False(locking.IsCompleted);
        second.Dispose();
        using (await locking)
        {
            var alsoWaits = new TaskCompletionSource<string>();
            using var cancellation = new CancellationTokenSource();
            var sharing = TakeAsync("npm:/cache", "the fourth", (_, user) => alsoWaits.SetResult(user), cancellation: cancellation.Token);
            Assert.Equal("the third", await alsoWaits.Task);
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sharing);
        }

        (await TakeAsync("npm:/cache")).Dispose();
    }

    [Fact]
    public async Task Who_waits_lets_another_step_have_its_place()
    {
        using var places = new SemaphoreSlim(0);
        var first = await TakeAsync("npm:/cache:sharing=locked");
        var use = new CacheMountUse(Project, "the second", long.MaxValue, Here.Host) { Places = places };
        var second = Folders.TakeAsync([Mount("npm:/cache:sharing=locked")], use, Options, (_, _) => { }, TestContext.Current.CancellationToken);

        await places.WaitAsync(TestContext.Current.CancellationToken);
        first.Dispose();
        Assert.False(second.IsCompleted);
        places.Release();
        (await second).Dispose();

        Assert.Equal(0, places.CurrentCount);
    }

    [Fact]
    public async Task Two_that_lock_two_folders_in_another_order_do_not_wait_for_each_other()
    {
        var ends = Enumerable.Range(0, 40).Select(async number =>
        {
            using var lease = await TakeAsync(number % 2 == 0 ? "a:/a:sharing=locked;b:/b:sharing=locked" : "b:/b:sharing=locked;a:/a:sharing=locked");
            await Task.Yield();
        });

        await Task.WhenAll(ends).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task One_that_is_in_use_is_not_removed_and_its_user_is_named()
    {
        var lease = await TakeAsync("npm:/cache", "step 'A' of /src/a.proj");
        await File.WriteAllTextAsync(Path.Combine(lease.Mounts[0].HostPath, "x"), "1", TestContext.Current.CancellationToken);

        Assert.Equal(new(0, 0, 0, ["Cache mount 'npm' of /src/a.proj stays: it is in use, last taken by step 'A' of /src/a.proj."]), Empty(), Comparer);
        Assert.True(File.Exists(Path.Combine(lease.Mounts[0].HostPath, "x")));
        lease.Dispose();

        Assert.Equal(new(Block, 0, 1, []), Empty(), Comparer);
        Assert.Empty(Directory.GetDirectories(_cache.Folder.Mounts));
    }

    [Fact]
    public async Task It_is_emptied_with_the_results_and_what_else_is_remembered_stays()
    {
        _cache.Write("a", "1");
        _cache.MustStore("a");
        await FillAsync("npm", 2, TimeSpan.Zero);
        await FillAsync("pip", 1, TimeSpan.Zero);
        var writers = _cache.Folder.WritersOf(TemporaryCache.Key);
        Directory.CreateDirectory(Path.GetDirectoryName(writers)!);
        await File.WriteAllTextAsync(writers, "", TestContext.Current.CancellationToken);
        using var atWork = _cache.Folder.BeginFile();

        var report = Empty();

        Assert.Equal(new(5 * Block, 1, 2, []), report, Comparer);
        _cache.EmptyProject();
        _cache.MustMiss("a");
        Assert.Equal(new[] { atWork.Stream.Name, writers, Path.Combine(_cache.Folder.Mounts, "lock") }.Order(StringComparer.Ordinal), _cache.Files);
    }

    [Fact]
    public async Task It_counts_in_the_size_of_the_cache_and_goes_as_a_whole_by_its_last_use()
    {
        await FillAsync("old", 3, TimeSpan.FromDays(3));
        await FillAsync("new", 3, TimeSpan.FromDays(1));
        _cache.Write("a", "1");
        _cache.MustStore("a");
        foreach (var file in _cache.Files.Where(file => file.Contains($"{Path.DirectorySeparatorChar}ac{Path.DirectorySeparatorChar}", StringComparison.Ordinal) || file.Contains($"{Path.DirectorySeparatorChar}cas{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));
        }

        Assert.Equal(new TrimReport(0, 8 * Block, 8 * Block), Eviction.Trim(_cache.Folder, 8 * Block));
        Assert.Equal(new TrimReport(1, 8 * Block, 5 * Block), Eviction.Trim(_cache.Folder, 7 * Block));
        Assert.Equal("new", Assert.Single(Names()));
        Assert.Equal(new TrimReport(3, 5 * Block, 0), Eviction.Trim(_cache.Folder, 0));
        Assert.Empty(Names());
    }

    [Fact]
    public async Task One_that_a_step_uses_stays_however_full_the_cache_is_and_so_does_one_that_was_used_a_moment_ago()
    {
        await FillAsync("used", 1, TimeSpan.FromDays(1));
        await FillAsync("recent", 1, TimeSpan.FromMinutes(10));
        using var lease = await TakeAsync("used:/cache");
        SetUsed("used", TimeSpan.FromDays(1));

        Assert.Equal(new TrimReport(0, 2 * Block, 2 * Block), Eviction.Trim(_cache.Folder, 0));
    }

    [Fact]
    public async Task After_a_step_with_one_the_cache_is_counted_each_hour()
    {
        await FillAsync("a", 1, TimeSpan.Zero);
        new CacheTotal(0, DateTimeOffset.UtcNow.AddMinutes(-59)).Write(_cache.Folder);
        Assert.Null(Eviction.TrimIfDue(_cache.Folder, long.MaxValue, ofMounts: true));
        new CacheTotal(0, DateTimeOffset.UtcNow.AddMinutes(-61)).Write(_cache.Folder);
        Assert.Null(Eviction.TrimIfDue(_cache.Folder, long.MaxValue));

        Assert.Equal(new TrimReport(0, Block, Block), Eviction.TrimIfDue(_cache.Folder, long.MaxValue, ofMounts: true));
    }

    [Fact]
    public async Task What_a_killed_process_left_of_a_removal_goes_with_the_next_trim()
    {
        await FillAsync("a", 1, TimeSpan.Zero);
        Directory.Move(Assert.Single(Folders.All).Path, Path.Combine(_cache.Folder.Mounts, "1.gone"));
        Assert.Empty(Folders.All);

        Eviction.Trim(_cache.Folder, long.MaxValue);

        Assert.Empty(Directory.GetDirectories(_cache.Folder.Mounts));
    }

    [Fact]
    public async Task A_note_that_is_half_written_tells_nothing()
    {
        Assert.Equal(CacheMountNote.None, CacheMountNote.Parse("'a' of b\nstep"));
        Assert.Equal(new("a b", "c", new("", "e"), "d"), CacheMountNote.Parse(new CacheMountNote("a\nb", "c", new("", "e"), "d").Text));
        (await TakeAsync("a:/a")).Dispose();
        Assert.Equal(new("'a' of /src/a.proj", "a step", new("docker"), "busybox"), Assert.Single(Folders.All).ReadNote());
    }

    private static CleanReportComparer Comparer { get; } = new();

    private static CacheMount Mount(string text) => CacheMount.Read(text, out _)!;

    private CleanReport Empty() => Eviction.Empty(_cache.Folder, TestContext.Current.CancellationToken);

    private Task<CacheMountLease> TakeAsync(string texts, string user = "a step", Action<CacheMount, string>? waits = null, CancellationToken? cancellation = null) =>
        Folders.TakeAsync([.. texts.Split(';').Select(Mount)], new(Project, user, long.MaxValue, Here.Host), Options, waits ?? ((_, _) => { }), cancellation ?? TestContext.Current.CancellationToken);

    private async Task FillAsync(string name, int files, TimeSpan age)
    {
        using (var lease = await TakeAsync($"{name}:/cache"))
        {
            for (var i = 0; i < files; i++)
            {
                var path = Path.Combine(lease.Mounts[0].HostPath, $"{i % 2}", $"{i}");
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllTextAsync(path, "1", TestContext.Current.CancellationToken);
            }
        }

        SetUsed(name, age);
    }

    private void SetUsed(string name, TimeSpan age) =>
        File.SetLastWriteTimeUtc(Path.Combine(Folders.Of(Mount($"{name}:/cache"), Project, Here.Host).Path, "note"), DateTime.UtcNow - age);

    private IEnumerable<string> Names() => Folders.All.Select(folder => Path.GetFileName(folder.Path).Split('-')[0]);

    private sealed class CleanReportComparer : IEqualityComparer<CleanReport>
    {
        public bool Equals(CleanReport? x, CleanReport? y) => Text(x) == Text(y);

        public int GetHashCode(CleanReport obj) => 0;

        private static string Text(CleanReport? report) => $"{report?.Bytes} {report?.Results} {report?.Mounts} {string.Join(',', report?.Kept ?? [])}";
    }
}
