using System.IO.Enumeration;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Hosts;

/// <summary>Which entries of a folder are links, and what is written in them.</summary>
internal static class LinkEntry
{
    /// <summary>
    /// True for a symbolic link or a junction. On Windows files and folders of OneDrive, and those of a disk that stores equal
    /// blocks once, have the same attribute and are what they look like:
    /// https://learn.microsoft.com/windows/win32/fileio/reparse-point-tags
    /// </summary>
    public static bool IsLink(FileSystemInfo entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && (!OperatingSystem.IsWindows() || entry.LinkTarget is not null);

    /// <summary>The same of an entry that is being enumerated.</summary>
    public static bool IsLink(ref FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && (!OperatingSystem.IsWindows() || entry.ToFileSystemInfo().LinkTarget is not null);

    /// <summary>What is written in a link, with <c>/</c> as results have it; null of what is none.</summary>
    public static string? TargetOf(FileSystemInfo entry) => entry.LinkTarget is { } target ? Host.OfThisMachine.Paths.ToSlashes(target) : null;
}
