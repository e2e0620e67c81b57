using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.State;

/// <summary>A path at which a build looked, and what was there.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Stamp">
/// That of a file, or of a folder, which is another one when something in it comes or goes; of a symbolic link, the link's
/// own. Null where it only counts what kind of thing is there, and where nothing is.
/// </param>
/// <param name="Kind">Whether a file or a folder is there, as <see cref="FileStatus.Kind"/>; 0 for nothing.</param>
internal sealed record SeenPath(string Path, FileStamp? Stamp, uint Kind)
{
    /// <summary>True where something was.</summary>
    public bool IsThere => Kind != 0;

    /// <summary>A file that was read.</summary>
    public static SeenPath Of(string path, FileStamp stamp) => new(path, stamp, FileStatus.KindOf(stamp.Mode));

    /// <summary>What is there now, be it a link, with its stamp.</summary>
    public static SeenPath Now(string path) => FileStatus.OfLink(path) is { } status ? Of(path, FileStamp.Of(status)) : new(path, null, Kind: 0);

    /// <summary>What kind of thing is there now, or where a link leads that is there.</summary>
    public static SeenPath KindNow(string path) => new(path, null, FileStatus.Of(path)?.Kind ?? 0);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static SeenPath Read(BinaryReader reader)
    {
        var (path, kind, hasStamp) = (reader.ReadString(), reader.ReadUInt32(), reader.ReadBoolean());
        return new(path, hasStamp ? FileStamp.Read(reader) : null, kind);
    }

    /// <summary>Writes all of it.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Path);
        writer.Write(Kind);
        writer.Write(Stamp is not null);
        Stamp?.Write(writer);
    }

    /// <summary>True while it is as it was.</summary>
    public bool IsUnchanged() =>
        Stamp is null ? (FileStatus.Of(Path)?.Kind ?? 0) == Kind : FileStatus.OfLink(Path) is { } status && FileStamp.Of(status) == Stamp;

    /// <summary>
    /// True where whatever changes shows. The content that a link leads to changes without the link, and a file that was
    /// written a moment before the look may be written again without another stamp.
    /// </summary>
    /// <param name="beganToLook">When, by the clock that stamps files.</param>
    public bool ShowsEveryChange(long beganToLook) => Stamp is null || (!FileStatus.IsKindOfLink(Kind) && Stamp.IsComplete && Stamp.IsSettledAt(beganToLook));
}
