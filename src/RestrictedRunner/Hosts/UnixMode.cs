namespace RestrictedRunner.Hosts;

/// <summary>The permissions of files as Unix has them. On Windows, which has others, nothing is changed.</summary>
internal static class UnixMode
{
    private const UnixFileMode AnybodyExecutes = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Gives a file or folder its permissions.</summary>
    public static void Set(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    /// <summary>Makes a folder with these permissions, whatever the process's umask is.</summary>
    public static void CreateFolder(string folder, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(folder, mode);
        File.SetUnixFileMode(folder, mode);
    }

    /// <summary>The options of a new file with these permissions, less the bits that the process's umask takes away.</summary>
    public static FileStreamOptions With(this FileStreamOptions options, UnixFileMode? mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        return options;
    }

    /// <summary>True for a file that somebody may execute; on Windows for every file.</summary>
    public static bool IsExecutable(string file) => OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & AnybodyExecutes) != 0;

    /// <summary>True for a file that its owner may execute; on Windows for none.</summary>
    public static bool IsExecutableByOwner(FileSystemInfo file) => !OperatingSystem.IsWindows() && file.UnixFileMode.HasFlag(UnixFileMode.UserExecute);
}
