using RestrictedRunner.Build.Hosts;

namespace RestrictedRunner.Build.Cache;

/// <summary>Keeps the cache below a size: what was used the longest time ago goes first.</summary>
/// <remarks>
/// Results and blobs go by their own times, which tell of their last use. A result whose blob is gone is a miss. There is no
/// lock: two processes that trim remove the same files.
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

    // Below the limit, so that the next result does not need the next trim.
    private const double Filled = 0.9;

    private static readonly EnumerationOptions AllFiles = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Whether something is what a process left that was killed.</summary>
    public static bool IsAbandoned(FileSystemInfo unfinished) => DateTime.UtcNow - unfinished.LastWriteTimeUtc > Abandoned;

    /// <summary>Trims if the remembered size says so, or nobody has counted for a day. Costs next to nothing if not.</summary>
    /// <param name="folder">The cache.</param>
    /// <param name="limit">Most bytes on the disk.</param>
    /// <returns>Null if it was not needed.</returns>
    public static TrimReport? TrimIfDue(CacheFolder folder, long limit)
    {
        if (CacheTotal.Read(folder) is { } total)
        {
            var since = DateTimeOffset.UtcNow - total.Counted;
            if (since >= TimeSpan.Zero && since < (total.Bytes > limit ? BetweenTrims : BetweenCounts))
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
        var files = FilesIn(folder.Blobs).Concat(FilesIn(folder.Results)).Concat(FilesIn(folder.Writers))
            .Where(static file => file.Exists)
            .Select(file => new { Path = file.FullName, Bytes = CacheTotal.OnDisk(file.Length), Used = file.LastWriteTimeUtc })
            .ToList();
        var before = files.Sum(file => file.Bytes);
        var (left, removed) = (before, 0);
        var target = before > limit ? (long)(limit * Filled) : limit;
        var recent = DateTime.UtcNow - InUse;
        foreach (var file in files.Where(file => file.Used < recent).OrderBy(file => file.Used))
        {
            if (left <= target)
            {
                break;
            }

            // Another build may have come to use it since.
            if (File.GetLastWriteTimeUtc(file.Path) == file.Used)
            {
                CacheEntry.Remove(file.Path);
                left -= file.Bytes;
                removed++;
            }
        }

        new CacheTotal(left, DateTimeOffset.UtcNow).Write(folder);
        return new(removed, before, left);
    }

    private static IEnumerable<FileInfo> FilesIn(string folder) =>
        Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*", AllFiles) : [];
}
