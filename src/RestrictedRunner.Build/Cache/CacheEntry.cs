using RestrictedRunner.Build.Hosts;

namespace RestrictedRunner.Build.Cache;

/// <summary>A file of the cache, which other processes may replace or remove at any time.</summary>
internal static class CacheEntry
{
    /// <summary>A use is noted no more often than this: an hour's uses of a blob cost one change of its time.</summary>
    public static readonly TimeSpan UseNoted = TimeSpan.FromMinutes(15);

    /// <summary>Notes that an entry is in use, for <see cref="Eviction"/>.</summary>
    public static void Use(FileInfo entry)
    {
        var now = DateTime.UtcNow;
        if (now - entry.LastWriteTimeUtc > UseNoted)
        {
            try
            {
                File.SetLastWriteTimeUtc(entry.FullName, now);
            }
            catch (Exception e) when (IsOfFiles(e))
            {
                // Removed just now, or a cache that may only be read.
            }
        }
    }

    /// <summary>Removes an entry, whatever it is. One that cannot be removed stays: it is a miss each time.</summary>
    public static void Remove(string path)
    {
        try
        {
            new CallersFiles(Path.GetDirectoryName(path)!).RemoveTree(path);
        }
        catch (Exception e) when (IsOfFiles(e))
        {
        }
    }

    /// <summary>Whether files are the cause: no room, no right, gone, too long a name.</summary>
    public static bool IsOfFiles(Exception exception) => exception is IOException or UnauthorizedAccessException;
}
