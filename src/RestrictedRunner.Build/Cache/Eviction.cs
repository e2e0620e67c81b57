using RestrictedRunner.Build.Hosts;

namespace RestrictedRunner.Build.Cache;

/// <summary>Keeps the cache below a size: what was used the longest time ago goes first.</summary>
/// <remarks>
/// Results and blobs go by their own times, which tell of their last use. A result whose blob is gone is a miss. There is no
/// lock: two processes that trim remove the same files. The folder of a cache mount goes as a whole, unless a step uses it.
/// </remarks>
internal static class Eviction
{
    /// <summary>What is kept unless the user says otherwise.</summary>
    public const long DefaultLimit = 10L * 1024 * 1024 * 1024;

    // A build may be about to read what it has just found, or to write a result that points to it.
    private static readonly TimeSpan InUse = 2 * CacheEntry.UseNoted;

    // No file takes that long to write.
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenCounts = TimeSpan.FromDays(1);
    private static readonly TimeSpan BetweenTrims = TimeSpan.FromMinutes(5);

    // Nobody knows what a step has put into a cache mount before all of it is counted.
    private static readonly TimeSpan BetweenCountsOfMounts = TimeSpan.FromHours(1);

    // Below the limit, so that the next result does not need the next trim.
    private const double Filled = 0.9;

    private static readonly EnumerationOptions AllFiles = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Whether something is what a process left that was killed.</summary>
    public static bool IsAbandoned(FileSystemInfo unfinished) => DateTime.UtcNow - unfinished.LastWriteTimeUtc > Abandoned;

    /// <summary>Trims if the remembered size says so, or nobody has counted for a day. Costs next to nothing if not.</summary>
    /// <param name="folder">The cache.</param>
    /// <param name="limit">Most bytes on the disk.</param>
    /// <param name="ofMounts">True after a step that has cache mounts.</param>
    /// <returns>Null if it was not needed.</returns>
    public static TrimReport? TrimIfDue(CacheFolder folder, long limit, bool ofMounts = false)
    {
        if (CacheTotal.Read(folder) is { } total)
        {
            var since = DateTimeOffset.UtcNow - total.Counted;
            if (since >= TimeSpan.Zero && since < (total.Bytes > limit ? BetweenTrims : ofMounts ? BetweenCountsOfMounts : BetweenCounts))
            {
                return null;
            }
        }

        return Trim(folder, limit);
    }

    /// <summary>Removes what was used the longest time ago until the cache is well below the limit, and what killed processes left.</summary>
    /// <inheritdoc cref="TrimIfDue"/>
    public static TrimReport Trim(CacheFolder folder, long limit)
    {
        // What is remembered of images is written beside its place, in the cache's own folder.
        var beside = Directory.Exists(folder.Path) ? new DirectoryInfo(folder.Path).EnumerateFiles().Where(NewFile.IsAbandoned) : [];
        foreach (var file in FilesIn(folder.Unfinished).Where(IsAbandoned).Concat(beside).ToList())
        {
            CacheEntry.Remove(file.FullName);
        }

        // Sizes and times are read once: both may change while we sort.
        var mounts = new CacheMountFolders(folder);
        mounts.RemoveGone();
        List<Entry> entries =
        [
            .. FilesIn(folder.Blobs).Concat(FilesIn(folder.Results)).Concat(FilesIn(folder.Writers))
                .Where(static file => file.Exists)
                .Select(static file => new Entry(file.FullName, CacheTotal.OnDisk(file.Length), file.LastWriteTimeUtc, Mount: null)),
            .. mounts.All.Select(static mount => new Entry(mount.Path, mount.Bytes, mount.Used, mount)),
        ];
        var before = entries.Sum(entry => entry.Bytes);
        var (left, removed) = (before, 0);
        var target = before > limit ? (long)(limit * Filled) : limit;
        var recent = DateTime.UtcNow - InUse;
        foreach (var entry in entries.Where(entry => entry.Used < recent).OrderBy(entry => entry.Used))
        {
            if (left <= target)
            {
                break;
            }

            // Another build may have come to use it since.
            if (entry.IsUsedSince)
            {
                continue;
            }

            if (entry.Mount is null)
            {
                CacheEntry.Remove(entry.Path);
            }
            else if (mounts.Remove(entry.Mount) is not null)
            {
                continue;
            }

            left -= entry.Bytes;
            removed++;
        }

        new CacheTotal(left, DateTimeOffset.UtcNow).Write(folder);
        return new(removed, before, left);
    }

    /// <summary>Removes all results and all cache mounts that nobody uses at the moment. A build that is about to read a result misses it.</summary>
    /// <param name="folder">The cache.</param>
    /// <param name="cancellation">Leaves the rest.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CleanReport Empty(CacheFolder folder, CancellationToken cancellation)
    {
        var mounts = new CacheMountFolders(folder);
        var (bytes, results, removed) = (0L, FilesIn(folder.Results).Count(), 0);
        foreach (var file in FilesIn(folder.Results).Concat(FilesIn(folder.Blobs)).Concat(FilesIn(folder.Unfinished).Where(IsAbandoned)).Where(static file => file.Exists))
        {
            cancellation.ThrowIfCancellationRequested();
            CacheEntry.Remove(file.FullName);
            bytes += CacheTotal.OnDisk(file.Length);
        }

        var kept = new List<string>();
        foreach (var mount in mounts.All)
        {
            cancellation.ThrowIfCancellationRequested();
            var (size, name) = (mount.Bytes, mount.ReadNote().Mount);
            if (mounts.Remove(mount) is { } reason)
            {
                kept.Add($"Cache mount {(name.Length > 0 ? name : $"'{mount.Path}'")} stays: {reason.TrimEnd('.')}.");
                continue;
            }

            bytes += size;
            removed++;
        }

        // What is left is counted at the next store.
        CacheEntry.Remove(folder.Total);
        return new(bytes, results, removed, kept);
    }

    private static IEnumerable<FileInfo> FilesIn(string folder) =>
        Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*", AllFiles) : [];

    private sealed record Entry(string Path, long Bytes, DateTime Used, CacheMountFolder? Mount)
    {
        public bool IsUsedSince => (Mount?.Used ?? File.GetLastWriteTimeUtc(Path)) != Used;
    }
}
