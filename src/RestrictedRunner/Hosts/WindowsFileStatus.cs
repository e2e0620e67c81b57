using System.Runtime.InteropServices;

namespace RestrictedRunner.Hosts;

/// <summary>The status of a file of Windows, in the form of Linux.</summary>
internal static class WindowsFileStatus
{
    private const int LongestPlain = 248;
    private const uint ReadAttributes = 0x80;
    private const uint ShareAll = 7;
    private const uint OpenExisting = 3;
    private const uint AlsoFolders = 0x0200_0000;
    private const uint LinkItself = 0x0020_0000;
    private const int OnDisk = 1;

    // FILE_INFO_BY_HANDLE_CLASS: https://learn.microsoft.com/windows/win32/api/minwinbase/ne-minwinbase-file_info_by_handle_class
    private const int BasicInfo = 0;
    private const int StandardInfo = 1;
    private const int AttributeTagInfo = 9;
    private const int IdInfo = 18;

    // Of a reparse point that stands for another name: a symbolic link, or a junction.
    private const uint NameSurrogate = 0x2000_0000;

    private const uint RegularFile = 0x8000;
    private const uint Folder = 0x4000;
    private const uint Link = 0xa000;
    private const uint Device = 0x2000;

    /// <summary>The status; null for what cannot be seen.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="ofLink">True for a link itself, false for what it leads to.</param>
    public static FileStatus? Read(string path, bool ofLink)
    {
        using var file = Kernel32.OpenFile(OfAnyLength(path), ReadAttributes, ShareAll, 0, OpenExisting, AlsoFolders | (ofLink ? LinkItself : 0), 0);
        Span<byte> basic = stackalloc byte[40];
        Span<byte> standard = stackalloc byte[24];
        if (file.IsInvalid || !Ask(BasicInfo, basic) || !Ask(StandardInfo, standard))
        {
            return null;
        }

        Span<byte> tag = stackalloc byte[8];
        Span<byte> id = stackalloc byte[24];
        var attributes = (FileAttributes)MemoryMarshal.Read<uint>(basic[32..]);
        var isLink = ofLink && attributes.HasFlag(FileAttributes.ReparsePoint) && Ask(AttributeTagInfo, tag) && (MemoryMarshal.Read<uint>(tag[4..]) & NameSurrogate) != 0;
        var kind = Kernel32.GetKind(file) != OnDisk ? Device : isLink ? Link : attributes.HasFlag(FileAttributes.Directory) ? Folder : RegularFile;
        var (volume, number) = Ask(IdInfo, id) ? (MemoryMarshal.Read<ulong>(id), MemoryMarshal.Read<ulong>(id[8..]) ^ MemoryMarshal.Read<ulong>(id[16..])) : (0, 0);
        return new(OwnerId: 0, kind, volume, number, MemoryMarshal.Read<long>(standard[8..]), Nanoseconds(basic[16..]), Nanoseconds(basic[24..]));

        bool Ask(int what, Span<byte> answer) => Kernel32.GetFileInformation(file, what, ref MemoryMarshal.GetReference(answer), answer.Length);
    }

    // .NET does so for its own calls: without these marks Windows takes no path of 260 characters, and no folder's of 248,
    // unless somebody has turned that off in its registry.
    private static string OfAnyLength(string path) =>
        path.Length < LongestPlain || path.StartsWith(@"\\?\", StringComparison.Ordinal) ? path
        : path.StartsWith(@"\\", StringComparison.Ordinal) ? $@"\\?\UNC\{path[2..]}"
        : $@"\\?\{path}";

    // Since 1601, in steps of 100 ns; 0 where the file system has no such time.
    private static long Nanoseconds(ReadOnlySpan<byte> time) =>
        MemoryMarshal.Read<long>(time) is > 0 and var ticks ? (DateTime.FromFileTimeUtc(ticks) - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick : 0;
}
