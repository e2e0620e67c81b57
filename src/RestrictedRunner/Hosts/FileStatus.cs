using System.Runtime.InteropServices;

namespace RestrictedRunner.Hosts;

/// <summary>What the system knows of a file and .NET does not tell, or not with one call.</summary>
/// <param name="OwnerId">User id of the owner; 0 on Windows.</param>
/// <param name="Mode">Kind of file and permissions, as in <c>st_mode</c>; on Windows the kind alone.</param>
/// <param name="Device">Device that the file is on.</param>
/// <param name="Inode">Its number there.</param>
/// <param name="Size">Bytes of its content.</param>
/// <param name="WrittenNanoseconds">When its content last changed, or what a program set in its place. Since 1970.</param>
/// <param name="ChangedNanoseconds">When its content, owner or mode last changed; a program cannot set it. Since 1970; 0 where the file system does not tell.</param>
internal sealed record FileStatus(uint OwnerId, uint Mode, ulong Device, ulong Inode, long Size, long WrittenNanoseconds, long ChangedNanoseconds)
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint BasicFields = 0x7ff;
    private const uint KindOfFile = 0xf000;
    private const uint RegularFile = 0x8000;
    private const uint Folder = 0x4000;
    private const uint Pipe = 0x1000;
    private const uint Link = 0xa000;

    // PATH_MAX: of longer ones the kernel knows nothing.
    private const int LongestPath = 4096;

    // More than any struct stat of macOS has.
    private const int LongestStatus = 256;

    /// <summary>Group id; 0 where the host is not Linux.</summary>
    public uint GroupId { get; init; }

    /// <summary>How many names the file has; 1 where the host is not Linux.</summary>
    public uint LinkCount { get; init; } = 1;

    /// <summary>What it is: the part of <see cref="Mode"/> that tells a folder from a file and from a link. Never 0.</summary>
    public uint Kind => KindOf(Mode);

    /// <summary>True for what has a content: no folder, link, pipe, socket or device.</summary>
    public bool IsRegularFile => Kind == RegularFile;

    /// <summary>True for a folder.</summary>
    public bool IsFolder => Kind == Folder;

    /// <summary>True for a named pipe.</summary>
    public bool IsPipe => Kind == Pipe;

    /// <summary>True for a symbolic link itself.</summary>
    public bool IsLink => Kind == Link;

    /// <summary>When its content, owner or mode last changed; a program cannot set it, unlike the time of writing.</summary>
    public DateTimeOffset Changed => DateTimeOffset.UnixEpoch.AddTicks(ChangedNanoseconds / TimeSpan.NanosecondsPerTick);

    /// <summary>The <see cref="Kind"/> that a mode tells.</summary>
    public static uint KindOf(uint mode) => mode & KindOfFile;

    /// <summary>True for the kind of a symbolic link itself.</summary>
    public static bool IsKindOfLink(uint kind) => kind == Link;

    /// <summary>The status of a file, or of what a symbolic link leads to.</summary>
    /// <returns>Null for what cannot be seen.</returns>
    public static FileStatus? Of(string path) => Read(path, ofLink: false);

    /// <summary>The status of a file, or of a symbolic link itself.</summary>
    /// <returns>Null for what cannot be seen.</returns>
    public static FileStatus? OfLink(string path) => Read(path, ofLink: true);

    private static FileStatus? Read(string path, bool ofLink)
    {
        if (OperatingSystem.IsWindows())
        {
            return WindowsFileStatus.Read(path, ofLink);
        }

        // On the stack, because builds ask for tens of thousands of files. The last byte is the end of the longest path.
        Span<byte> text = stackalloc byte[LongestPath];
        if (!RawName.TryEncode(path, text[..^1], out var length))
        {
            return null;
        }

        text[length] = 0;
        ref var name = ref MemoryMarshal.GetReference(text);
        return OperatingSystem.IsMacOS() ? ReadOnMacOS(ref name, ofLink) : ReadOnLinux(ref name, ofLink);
    }

    private static FileStatus? ReadOnLinux(ref byte path, bool ofLink)
    {
        var status = default(LibC.ExtendedStatus);
        try
        {
            return LibC.StatX(CurrentDirectory, ref path, ofLink ? NoFollow : 0, BasicFields, ref status) == 0
                ? new(
                    status.OwnerId,
                    status.Mode,
                    ((ulong)status.DeviceMajor << 32) | status.DeviceMinor,
                    status.Inode,
                    status.Size,
                    Nanoseconds(status.WrittenSeconds, status.WrittenNanoseconds),
                    Nanoseconds(status.ChangedSeconds, status.ChangedNanoseconds))
                {
                    GroupId = status.GroupId,
                    LinkCount = status.LinkCount,
                }
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library older than the call: glibc before 2.28.
            return null;
        }
    }

    private static FileStatus? ReadOnMacOS(ref byte path, bool ofLink)
    {
        Span<byte> status = stackalloc byte[LongestStatus];
        ref var answer = ref MemoryMarshal.GetReference(status);
        var failed = RuntimeInformation.ProcessArchitecture == Architecture.X64
            ? ofLink ? LibC.LinkStatOnIntel(ref path, ref answer) : LibC.StatOnIntel(ref path, ref answer)
            : ofLink ? LibC.LinkStat(ref path, ref answer) : LibC.Stat(ref path, ref answer);
        return failed == 0 ? MacOS.StatusOf(status) : null;
    }

    private static long Nanoseconds(long seconds, uint nanoseconds) => (seconds * 1_000_000_000) + nanoseconds;
}
