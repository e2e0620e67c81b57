using System.Globalization;
using System.Text;
using RestrictedRunner.Build.Hosts;

namespace RestrictedRunner.Build.Cache;

/// <summary>
/// How much the cache holds, so that no build has to count it. Builds that store at the same time may lose each other's
/// additions, so it is counted anew now and then.
/// </summary>
/// <param name="Bytes">Sum of <see cref="OnDisk"/>.</param>
/// <param name="Counted">When all files were last counted.</param>
internal sealed record CacheTotal(long Bytes, DateTimeOffset Counted)
{
    // What file systems give out at once.
    private const long Block = 4096;

    /// <summary>What a file takes of the disk: most results are smaller than a block.</summary>
    public static long OnDisk(long length) => (length + Block - 1) / Block * Block;

    /// <returns>Null if it was never counted, or nobody can tell.</returns>
    public static CacheTotal? Read(CacheFolder folder)
    {
        try
        {
            return Encoding.UTF8.GetString(NewFile.Read(folder.Total)).Split(' ') is [var bytes, var counted]
                && long.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var total)
                && DateTimeOffset.TryParseExact(counted, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                    ? new(total, time)
                    : null;
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
            return null;
        }
    }

    /// <summary>Remembers it, if the disk lets us.</summary>
    public void Write(CacheFolder folder)
    {
        try
        {
            using var file = folder.BeginFile();
            file.Stream.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Bytes} {Counted:O}")));
            file.MoveTo(folder.Total);
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
        }
    }
}
