using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.State;

/// <summary>Something on the host that a build looked at, as it was then.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Stamp">Of a file or a folder, whose stamp is another when something in it comes or goes; null where only counts whether it is there.</param>
/// <param name="IsThere">Whether it was.</param>
internal sealed record SeenPath(string Path, FileStamp? Stamp, bool IsThere)
{
    /// <summary>A file or folder with what tells its content from another.</summary>
    public SeenPath(string path, FileStamp stamp)
        : this(path, stamp, IsThere: true)
    {
    }

    /// <summary>A file or folder, or a link itself, as it is now.</summary>
    public static SeenPath Now(string path) => FileStatus.OfLink(path) is { } status ? new(path, FileStamp.Of(status)) : new(path, null, IsThere: false);

    /// <summary>Whether something is there now.</summary>
    public static SeenPath Existence(string path) => new(path, null, FileStatus.Of(path) is not null);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static SeenPath Read(BinaryReader reader)
    {
        var (path, hasStamp, isThere) = (reader.ReadString(), reader.ReadBoolean(), reader.ReadBoolean());
        return new(path, hasStamp ? FileStamp.Read(reader) : null, isThere);
    }

    /// <summary>Writes all of it.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Path);
        writer.Write(Stamp is not null);
        writer.Write(IsThere);
        Stamp?.Write(writer);
    }

    /// <summary>True while it is as it was.</summary>
    public bool IsUnchanged() =>
        Stamp is null ? FileStatus.Of(Path) is not null == IsThere : FileStatus.OfLink(Path) is { } status && FileStamp.Of(status) == Stamp;
}
