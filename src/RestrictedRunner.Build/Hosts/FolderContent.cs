using System.IO.Enumeration;
using System.Runtime.InteropServices;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Hosts;

/// <summary>What is in a folder, with names that are no UTF-8 as <see cref="RawName"/> has them.</summary>
internal static class FolderContent
{
    // struct dirent of glibc and musl where offsets have 64 bits: https://man7.org/linux/man-pages/man3/readdir.3.html
    private const int KindAt = 18;
    private const int NameAt = 19;
    private const byte UnknownKind = 0;
    private const byte FolderKind = 4;
    private const byte LinkKind = 10;

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    private static bool KnowsBytes => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Everything in a folder; nothing when it has gone.</summary>
    /// <param name="folder">Full path, a <see cref="RawName"/>.</param>
    /// <exception cref="UnauthorizedAccessException">This user may not look into it.</exception>
    public static IReadOnlyList<FolderEntry> Of(string folder)
    {
        if (RawName.IsRaw(folder))
        {
            return Read(folder);
        }

        try
        {
            FolderEntry[] entries = [.. new FileSystemEnumerable<FolderEntry>(folder, Entry, Everything)];
            return KnowsBytes && Array.Exists(entries, static entry => entry.Name.Contains(RawName.Replacement, StringComparison.Ordinal)) ? Read(folder) : entries;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    // To ask every file for its attributes would take a call of the system each.
    private static FolderEntry Entry(ref FileSystemEntry entry) =>
        new(entry.FileName.ToString(), entry.IsDirectory, entry.IsDirectory && LinkEntry.IsLink(ref entry));

    private static List<FolderEntry> Read(string folder)
    {
        nint stream = 0;
        if (SystemError.Of(() => (stream = LibC.OpenFolder(RawName.Encode(folder))) != 0) is { } error)
        {
            return error.IsNotThere ? [] : throw error.Exception(folder);
        }

        try
        {
            var entries = new List<FolderEntry>();
            for (var entry = LibC.ReadFolder(stream); entry != 0; entry = LibC.ReadFolder(stream))
            {
                if (RawName.Decode(NameOf(entry)) is not ("." or "..") and var name)
                {
                    entries.Add(Entry(folder, name, Marshal.ReadByte(entry, KindAt)));
                }
            }

            return entries;
        }
        finally
        {
            _ = LibC.CloseFolder(stream);
        }
    }

    private static FolderEntry Entry(string folder, string name, byte kind)
    {
        var isLink = kind == LinkKind;
        var isFolder = kind == FolderKind || (kind is LinkKind or UnknownKind && FileStatus.Of(Path.Join(folder, name)) is { IsFolder: true });
        return new(name, isFolder, isFolder && isLink);
    }

    private static byte[] NameOf(nint entry)
    {
        var name = new List<byte>();
        for (var octet = Marshal.ReadByte(entry, NameAt); octet != 0; octet = Marshal.ReadByte(entry, NameAt + name.Count))
        {
            name.Add(octet);
        }

        return [.. name];
    }

}
