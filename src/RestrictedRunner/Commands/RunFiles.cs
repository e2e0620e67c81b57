using RestrictedRunner.Hosts;
using RestrictedRunner.Output;

namespace RestrictedRunner.Commands;

/// <summary>The files that one run needs on the host, in a folder of its own that goes with it.</summary>
internal sealed class RunFiles : IDisposable
{
    /// <summary>Start of the names of all temporary folders of ours.</summary>
    public const string FolderPrefix = "rr-";

    /// <summary>In a folder of a node of a build: the steps that the node has built, for the report of the build.</summary>
    public const string StepsOfNode = "steps";

    /// <summary>In such a folder: a file that is there when the node has written its reports.</summary>
    public const string ReportOfNodeWritten = "written";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Whoever the container runs as must be able to read the script; on the host the folder keeps others out.
    private const UnixFileMode EveryoneReads = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode EveryoneWrites = EveryoneReads | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private const string Script = "script.sh";
    private const string EnvironmentFile = "environment";
    private const string Prepared = "prepared";
    private const string Output = "output";
    private const string ContainerId = "container";
    private const string Worker = "worker";

    private const string Secrets = "secrets";
    private const string SecretsScript = "secrets.sh";

    private static readonly string[] FileNames = [Script, EnvironmentFile, Prepared, ContainerId, SecretsScript, StepsOfNode, ReportOfNodeWritten];
    private static readonly string[] WorkerFileNames = ["start.sh", "worker.sh", "step.sh", "sh"];

    private readonly string _folder;

    /// <summary>Makes the folder and writes the files that there are.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="folder">Path of <see cref="NewFolder"/>.</param>
    /// <param name="script">Text of the script, or null.</param>
    /// <param name="environment">Text of the environment file, or null.</param>
    /// <param name="hasPrepare">True when the script tells that its prepare command is through.</param>
    /// <param name="hasPipes">True when the command's output is to come straight from the container.</param>
    /// <param name="secrets">The step's secrets; null when it has none.</param>
    /// <exception cref="RunnerException">The temporary folder is full or cannot be written to.</exception>
    public RunFiles(Host host, string folder, string? script, string? environment, bool hasPrepare, bool hasPipes, SecretTransfer? secrets = null)
    {
        _folder = folder;
        try
        {
            UnixMode.CreateFolder(_folder, OwnerOnly | UnixFileMode.UserExecute);
            ScriptPath = Write(Script, script, EveryoneReads);
            EnvironmentPath = Write(EnvironmentFile, environment, OwnerOnly);
            PreparedPath = Write(Prepared, hasPrepare ? "" : null, EveryoneWrites);
            OutputFolder = hasPipes ? MakePipes(host) : null;
            SecretsScriptPath = Write(SecretsScript, secrets?.Script, EveryoneReads);
            SecretMounts = secrets is null ? [] : WriteSecrets(secrets);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new RunnerException(host.IsDiskFull(e) ? RunnerFailure.DiskFull : RunnerFailure.CouldNotStart, $"The step's script cannot be written to the temporary folder: {e.Message}");
        }
    }

    /// <summary>Path of a folder that does not exist yet. Its name holds the owner, <c>rr-OWNER-…</c>.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="hasSecrets">True for a folder in memory, where the host has some.</param>
    public static string NewFolder(Host host, bool hasSecrets = false) =>
        host.Paths.Join((hasSecrets ? MemoryFolder.Find(host) : null) ?? host.RunFolder, $"{FolderPrefix}{host.Owner.Text}-{Guid.NewGuid():N}");

    /// <summary>Path of the file that the client writes the container's id to.</summary>
    public static string IdFile(string folder) => Path.Combine(folder, ContainerId);

    /// <summary>Path of the folder for what runs the steps of a shared container; it may not be there.</summary>
    public string WorkerFolder => Path.Combine(_folder, Worker);

    /// <summary>Path of the script, or null.</summary>
    public string? ScriptPath { get; }

    /// <summary>Path of the environment file, or null.</summary>
    public string? EnvironmentPath { get; }

    /// <summary>Path of the file that the script writes to when the prepare command is through, or null.</summary>
    public string? PreparedPath { get; }

    /// <summary>Folder of the pipes for the command's output, or null.</summary>
    public string? OutputFolder { get; }

    /// <summary>Path of the script that brings the secrets to their place, or null.</summary>
    public string? SecretsScriptPath { get; }

    /// <summary>What shows the secrets to the container.</summary>
    public IReadOnlyList<Mount> SecretMounts { get; } = [];

    /// <summary>True when there is a prepare command and it was not through. Whoever cleans the temporary folder meanwhile takes the answer away.</summary>
    public bool PrepareFailed => PreparedPath is not null && new FileInfo(PreparedPath) is { Exists: true, Length: 0 };

    /// <summary>Removes such a folder, with the files that may be in it and with nothing else.</summary>
    public static void RemoveFolder(string folder)
    {
        // First, and whatever becomes of the rest.
        RemoveSecrets(Path.Combine(folder, Secrets));
        try
        {
            RemoveFiles(Path.Combine(folder, Output), OutputPipes.FileNames);
            RemoveFiles(Path.Combine(folder, Worker), WorkerFileNames);
            RemoveFiles(folder, FileNames);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody cleans the temporary folder while steps run; what is gone need not be removed.
        }
    }

    /// <summary>A client writes to no file that is there.</summary>
    public void RemoveIdFile() => File.Delete(IdFile(_folder));

    public void Dispose() => RemoveFolder(_folder);

    // Nobody else writes to this folder: a container sees single files of it.
    private static void RemoveSecrets(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody cleans the temporary folder while steps run.
        }
    }

    private static void RemoveFiles(string folder, IReadOnlyList<string> names)
    {
        if (Directory.Exists(folder))
        {
            foreach (var name in names)
            {
                File.Delete(Path.Combine(folder, name));
            }

            Directory.Delete(folder);
        }
    }

    private string? MakePipes(Host host)
    {
        var folder = Path.Combine(_folder, Output);
        UnixMode.CreateFolder(folder, EveryoneReads | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return OutputPipes.TryMake(host, folder) ? folder : null;
    }

    private List<Mount> WriteSecrets(SecretTransfer secrets)
    {
        var folder = Path.Combine(_folder, Secrets);
        UnixMode.CreateFolder(folder, OwnerOnly | UnixFileMode.UserExecute);
        var mounts = new List<Mount>();
        foreach (var secret in secrets.Values)
        {
            // By number: to some hosts names are one that differ in case.
            var path = Path.Combine(folder, $"{mounts.Count}");
            using (var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 }.With(OwnerOnly)))
            {
                file.Write(secret.Value);
            }

            UnixMode.Set(path, secrets.Mode);
            if (secrets.Owner is { } owner)
            {
                FileOwner.Set(path, owner.User, owner.Group);
            }

            mounts.Add(new(path, $"{secrets.MountPoint}/{secret.Secret.Name}", ReadOnly: secrets.Script is null));
        }

        return mounts;
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

        UnixMode.Set(path, mode);
        return path;
    }
}
