namespace RestrictedRunner.Build.Hosts;

/// <summary>
/// The attribute of Windows by which a file can be neither changed, replaced nor removed. Perforce and TFVC give it to what
/// nobody has checked out. On Unix it is a matter of permissions, and of the folder's.
/// </summary>
internal static class ReadOnlyAttribute
{
    /// <summary>Takes it away from a file or link, if that is there.</summary>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public static void Clear(string path)
    {
        if (OperatingSystem.IsWindows() && new FileInfo(path) is { Attributes: not (FileAttributes)(-1) } file && file.Attributes.HasFlag(FileAttributes.ReadOnly))
        {
            file.Attributes &= ~FileAttributes.ReadOnly;
        }
    }
}
