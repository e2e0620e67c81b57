using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Hosts;

/// <summary>
/// What tells, without a look into a file, whether its content may be another than before. Times are nanoseconds since
/// 1970.
/// </summary>
/// <param name="Size">Bytes of its content.</param>
/// <param name="Written">When its content last changed, or what a program set in its place.</param>
/// <param name="Changed">When anything of it last changed; a program cannot set it. 0 where the file system does not tell.</param>
/// <param name="Inode">Number of the file on its device: another one for a file that was put in its place.</param>
/// <param name="Mode">Kind of file and permissions.</param>
internal sealed record FileStamp(long Size, long Written, long Changed, ulong Inode, uint Mode)
{
    private const uint OwnerExecutes = 0x40;
    private const long Second = 1_000_000_000;

    // The kernel stamps files with the time of its last tick, 10 ms at most.
    private const long FineGrain = Second / 10;

    // Of FAT; others that are coarse count whole seconds.
    private const long CoarseGrain = 2 * Second;

    /// <summary>True when the file's owner may run it.</summary>
    public bool IsExecutable => (Mode & OwnerExecutes) != 0;

    /// <summary>
    /// False where a program can set all that there is of it: then the content decides, which is read in each build.
    /// </summary>
    public bool IsComplete => Changed != 0;

    private long Newest => Math.Max(Written, Changed);

    private long Grain => Written % Second == 0 || Changed % Second == 0 ? CoarseGrain : FineGrain;

    /// <summary>The stamp of a file, or of what a symbolic link leads to.</summary>
    /// <returns>Null when there is no such file, or it is a folder or has no content of its own, such as a pipe.</returns>
    public static FileStamp? Of(string path) => FileStatus.Of(path) is { IsRegularFile: true } status ? Of(status) : null;

    /// <summary>The stamp of a regular file whose status is known.</summary>
    public static FileStamp Of(FileStatus status) => new(status.Size, status.WrittenNanoseconds, status.ChangedNanoseconds, status.Inode, status.Mode);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static FileStamp Read(BinaryReader reader) =>
        new(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadUInt64(), reader.ReadUInt32());

    /// <summary>Writes all of it.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Size);
        writer.Write(Written);
        writer.Write(Changed);
        writer.Write(Inode);
        writer.Write(Mode);
    }

    /// <summary>
    /// True when whoever writes to the file at the moment or later gives it another stamp. Within one tick of the file
    /// system's clock two contents can have the same: https://git-scm.com/docs/racy-git
    /// </summary>
    /// <param name="moment">By the clock that stamps files.</param>
    public bool IsSettledAt(long moment) => Newest + Grain < moment;

    /// <summary>True when somebody may have changed the file after the moment, which no container began to read in.</summary>
    /// <param name="moment">By the clock that stamps files.</param>
    public bool MayBeChangedAfter(long moment)
    {
        var time = IsComplete ? Changed : Written;
        return time > moment || (time == moment && Grain == CoarseGrain);
    }

    public static long Nanoseconds(DateTime time) => Nanoseconds(time - DateTime.UnixEpoch);

    public static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
