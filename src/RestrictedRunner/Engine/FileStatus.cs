using System.Runtime.InteropServices;
using System.Text;

namespace RestrictedRunner;

/// <summary>What Linux knows of a file and .NET does not tell.</summary>
/// <param name="OwnerId">User id of the owner.</param>
/// <param name="Changed">When its content, owner or mode last changed; a program cannot set it, unlike the time of writing.</param>
internal sealed record FileStatus(uint OwnerId, DateTimeOffset Changed)
{
    private const int KindOfFile = 0xf000;
    private const int RegularFile = 0x8000;

    // The one form that is the same on all processors: https://man7.org/linux/man-pages/man2/statx.2.html
    private const int Size = 256;
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint BasicFields = 0x7ff;

    /// <summary>Whether it has content of its own, unlike a folder, a link, a pipe or a device.</summary>
    public bool IsRegularFile { get; private init; }

    /// <summary>The status of a file, or of what a symbolic link leads to.</summary>
    /// <returns>Null for what cannot be seen, and on other systems than Linux.</returns>
    public static FileStatus? Of(string path) => Read(path, flags: 0);

    /// <summary>The status of a file, or of a symbolic link itself.</summary>
    /// <returns>Null for what cannot be seen, and on other systems than Linux.</returns>
    public static FileStatus? OfLink(string path) => Read(path, NoFollow);

    private static FileStatus? Read(string path, int flags)
    {
        var status = default(Status);
        try
        {
            return OperatingSystem.IsLinux() && StatX(CurrentDirectory, Encoding.UTF8.GetBytes(path + '\0'), flags, BasicFields, ref status) == 0
                ? new(status.OwnerId, DateTimeOffset.FromUnixTimeSeconds(status.ChangedSeconds).AddTicks(status.ChangedNanoseconds / TimeSpan.NanosecondsPerTick))
                {
                    IsRegularFile = (status.Mode & KindOfFile) == RegularFile,
                }
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library older than the call: glibc before 2.28.
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int directory, byte[] path, int flags, uint mask, ref Status status);

    [StructLayout(LayoutKind.Explicit, Size = Size)]
    private struct Status
    {
        [FieldOffset(20)]
        public uint OwnerId;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(96)]
        public long ChangedSeconds;

        [FieldOffset(104)]
        public uint ChangedNanoseconds;
    }
}
