namespace RestrictedRunner;

/// <summary>The files that one run needs on the host, in a folder of its own that goes with it.</summary>
internal sealed class StepFiles : IDisposable
{
    /// <summary>Start of the names of all temporary folders of ours.</summary>
    public const string FolderPrefix = "rr-";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Whoever the container runs as must be able to read the script; on the host the folder keeps others out.
    private const UnixFileMode EveryoneReads = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode EveryoneWrites = EveryoneReads | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private const string Script = "script.sh";
    private const string EnvironmentFile = "environment";
    private const string Prepared = "prepared";

    private static readonly string[] FileNames = [Script, EnvironmentFile, Prepared];

    private readonly string _folder;
    private readonly bool _isMade;

    /// <summary>Writes the files that there are; without any, no folder is made.</summary>
    /// <param name="folder">Path of <see cref="NewFolder"/>.</param>
    /// <param name="script">Text of the script, or null.</param>
    /// <param name="environment">Text of the environment file, or null.</param>
    /// <param name="hasPrepare">True when the script tells that its prepare command is through.</param>
    /// <exception cref="RunnerException">The temporary folder is full or cannot be written to.</exception>
    public StepFiles(string folder, string? script, string? environment, bool hasPrepare)
    {
        _folder = folder;
        if (script is null && environment is null)
        {
            return;
        }

        try
        {
            _isMade = true;
            MakeFolder();
            ScriptPath = Write(Script, script, EveryoneReads);
            EnvironmentPath = Write(EnvironmentFile, environment, OwnerOnly);
            PreparedPath = Write(Prepared, hasPrepare ? "" : null, EveryoneWrites);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new RunnerException(IsDiskFull(e) ? RunnerFailure.DiskFull : RunnerFailure.CouldNotStart, $"The step's script cannot be written to the temporary folder: {e.Message}");
        }
    }

    /// <summary>Path of a folder that does not exist yet. Its name holds the owner, <c>rr-OWNER-…</c>.</summary>
    public static string NewFolder() => Path.Combine(Path.GetFullPath(Path.GetTempPath()), $"{FolderPrefix}{Owner.Current.Text}-{Guid.NewGuid():N}");

    /// <summary>Path of the script, or null.</summary>
    public string? ScriptPath { get; }

    /// <summary>Path of the environment file, or null.</summary>
    public string? EnvironmentPath { get; }

    /// <summary>Path of the file that the script writes to when the prepare command is through, or null.</summary>
    public string? PreparedPath { get; }

    /// <summary>True when there is a prepare command and it was not through.</summary>
    public bool PrepareFailed => PreparedPath is not null && new FileInfo(PreparedPath) is not { Exists: true, Length: > 0 };

    /// <summary>Removes such a folder, with the files that may be in it and with nothing else.</summary>
    public static void RemoveFolder(string folder)
    {
        try
        {
            foreach (var name in FileNames)
            {
                File.Delete(Path.Combine(folder, name));
            }

            Directory.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody cleans the temporary folder while steps run; what is gone need not be removed.
        }
    }

    public void Dispose()
    {
        if (_isMade)
        {
            RemoveFolder(_folder);
        }
    }

    // ENOSPC and EDQUOT of Linux, ERROR_DISK_FULL of Windows:
    // https://github.com/dotnet/runtime/blob/main/src/libraries/Common/src/Interop/Unix/Interop.IOErrors.cs
    private static bool IsDiskFull(Exception e) => (e.HResult & 0xFFFF) is 28 or 122 or 112;

    private void MakeFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_folder);
        }
        else
        {
            Directory.CreateDirectory(_folder, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    private string? Write(string name, string? text, UnixFileMode mode)
    {
        if (text is null)
        {
            return null;
        }

        var path = Path.Combine(_folder, name);

        // File.WriteAllText reserves the room first, and does not say by a number that there is none.
        using (var file = new StreamWriter(path))
        {
            file.Write(text);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }

        return path;
    }
}
