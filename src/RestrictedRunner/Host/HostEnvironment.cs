namespace RestrictedRunner.Host;

/// <summary>The environment of this process. Nothing else reads it, so that what depends on it can be given another.</summary>
internal static class HostEnvironment
{
    /// <summary>Folders of programs, or null.</summary>
    public static string? SearchPath => Variable("PATH");

    /// <summary>Folder of the user's own files; empty when there is none.</summary>
    public static string UserFolder => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>Folder of what the user's programs keep on this machine; empty when there is none.</summary>
    public static string UserDataFolder => Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);

    /// <summary>Absolute path of the folder for temporary files.</summary>
    public static string TemporaryFolder => Path.GetFullPath(Path.GetTempPath());

    /// <summary>Value of a variable, or null.</summary>
    public static string? Variable(string name) => Environment.GetEnvironmentVariable(name);
}
