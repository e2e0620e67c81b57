namespace RestrictedRunner;

/// <summary>The files that one run needs on the host, in a folder of its own that goes with it.</summary>
internal sealed class StepFiles : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Whoever the container runs as must be able to read the script; on the host the folder keeps others out.
    private const UnixFileMode Everyone = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string? _folder;
    private readonly List<string> _files = [];

    /// <summary>Writes the files that there are; without any, no folder is made.</summary>
    public StepFiles(string? script, string? environment)
    {
        if (script is null && environment is null)
        {
            return;
        }

        _folder = Directory.CreateTempSubdirectory("rr-").FullName;
        ScriptPath = Write("script.sh", script, Everyone);
        EnvironmentPath = Write("environment", environment, OwnerOnly);
    }

    /// <summary>Path of the script, or null.</summary>
    public string? ScriptPath { get; }

    /// <summary>Path of the environment file, or null.</summary>
    public string? EnvironmentPath { get; }

    public void Dispose()
    {
        if (_folder is not null)
        {
            _files.ForEach(File.Delete);
            Directory.Delete(_folder);
        }
    }

    private string? Write(string name, string? text, UnixFileMode mode)
    {
        if (text is null)
        {
            return null;
        }

        var path = Path.Combine(_folder!, name);
        _files.Add(path);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }

        return path;
    }
}
