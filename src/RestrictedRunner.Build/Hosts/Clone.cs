using Microsoft.Win32.SafeHandles;

namespace RestrictedRunner.Build.Hosts;

/// <summary>
/// A file that shares its blocks with another until one of the two is written to, which btrfs, XFS and others have:
/// https://man7.org/linux/man-pages/man2/ioctl_ficlone.2.html
/// </summary>
/// <remarks><see cref="File.Copy(string, string)"/> makes one too, but takes the mode and times along and does not say whether it did.</remarks>
internal static class Clone
{
    // FICLONE, which is _IOW(0x94, 9, int); on processors with another _IOW the call fails, and the file is copied.
    private const nuint CloneFile = 0x40049409;

    /// <returns>False where files cannot be cloned.</returns>
    public static bool TryMake(SafeFileHandle source, SafeFileHandle target) =>
        OperatingSystem.IsLinux() && LibC.ControlFile(target, CloneFile, source.DangerousGetHandle()) == 0;
}
