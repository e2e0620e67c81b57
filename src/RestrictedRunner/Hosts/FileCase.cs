namespace RestrictedRunner.Hosts;

/// <summary>
/// Whether a folder tells upper from lower case, which a file system decides, and not the system: on Windows a folder may do
/// so that WSL has made, on macOS a disk may, and on Linux one may not, such as that of Windows.
/// </summary>
internal static class FileCase
{
    /// <summary>True when a file is found by its name in the other case too.</summary>
    /// <param name="file">Full path.</param>
    /// <returns>Null when nothing is there, or the name has no letters.</returns>
    public static bool? IsIgnored(string file)
    {
        var name = Path.GetFileName(file);
        var other = string.Concat(name.Select(character => char.IsUpper(character) ? char.ToLowerInvariant(character) : char.ToUpperInvariant(character)));
        return other == name || FileStatus.Of(file) is not { } status ? null
            : FileStatus.Of(Path.Join(Path.GetDirectoryName(file), other)) is { } found && (found.Device, found.Inode) == (status.Device, status.Inode);
    }
}
