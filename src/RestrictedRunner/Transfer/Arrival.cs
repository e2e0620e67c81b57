using System.Formats.Tar;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Transfer;

/// <summary>What files get that come from an engine: modes, times and owners.</summary>
/// <param name="Host">This machine.</param>
/// <param name="Time">When they came.</param>
internal sealed record Arrival(Host Host, DateTimeOffset Time)
{
    /// <summary>Permissions that a file may bring. A program with the caller's rights that a container has written would be the caller's own danger.</summary>
    public const UnixFileMode OfFiles = (UnixFileMode)0x1FF;

    /// <summary>Permissions that a folder may bring.</summary>
    public const UnixFileMode OfFolders = OfFiles | UnixFileMode.StickyBit;

    // The clocks of two machines differ by less: an earlier time is one that a program has set.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromDays(1);

    private bool MayGiveAway => Host is { Kind: HostKind.Linux, UserId: 0 };

    /// <summary>The time that a file brings. The time of now is what it has anyway: another would make outputs look older than what they were made from.</summary>
    /// <param name="entry">The file.</param>
    public DateTime? TimeOf(TarEntry entry) => entry.ModificationTime < Time - ClockDifference ? entry.ModificationTime.UtcDateTime : null;

    /// <summary>Gives a new file its owner. What root mounts belongs to whom it belongs to in the container; what another mounts is that other's, because only root may give away.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="entry">The file in the archive.</param>
    public void GiveAway(string path, TarEntry entry)
    {
        if (MayGiveAway && (entry.Uid != 0 || entry.Gid != 0))
        {
            FileOwner.Set(path, (uint)entry.Uid, (uint)entry.Gid);
        }
    }

    /// <summary>Gives a file the owner of the one that it replaces.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="before">The one that it replaces.</param>
    public void KeepOwner(string path, FileStatus before)
    {
        if (MayGiveAway && (before.OwnerId != 0 || before.GroupId != 0))
        {
            FileOwner.Set(path, before.OwnerId, before.GroupId);
        }
    }
}
