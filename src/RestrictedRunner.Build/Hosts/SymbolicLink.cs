namespace RestrictedRunner.Build.Hosts;

/// <summary>Makes symbolic links.</summary>
internal static class SymbolicLink
{
    // ERROR_PRIVILEGE_NOT_HELD.
    private const int NotPrivileged = 1314;

    /// <summary>Makes a link.</summary>
    /// <param name="path">Where it is to be.</param>
    /// <param name="target">What is to be written in it, with <c>/</c>.</param>
    /// <exception cref="IOException">It cannot be made. On Windows the message says what a user needs for it.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be made there.</exception>
    public static void Create(string path, string target)
    {
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.CreateSymbolicLink(path, target);
            }
            else if (Directory.Exists(Path.Combine(Path.GetDirectoryName(path)!, target)))
            {
                // Windows has another kind for these.
                Directory.CreateSymbolicLink(path, target.Replace('/', '\\'));
            }
            else
            {
                File.CreateSymbolicLink(path, target.Replace('/', '\\'));
            }
        }
        catch (IOException e) when (OperatingSystem.IsWindows() && (e.HResult & 0xFFFF) == NotPrivileged)
        {
            throw new IOException($"the symbolic link '{path}' cannot be made: Windows lets users make links only in Developer Mode (Settings, System, For developers). Turn it on, or let the step write a copy", e);
        }
    }
}
