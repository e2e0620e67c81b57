using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Locking;

/// <summary>What a project says of its lock file.</summary>
/// <param name="File">Full path; empty when there is none.</param>
/// <param name="IsNamed">True for a file that the project names, and not only has.</param>
/// <param name="IsLocked">True for a build that runs no image which is not in the file.</param>
internal sealed record LockSetting(string File, bool IsNamed, bool IsLocked)
{
    private const string FileProperty = "DockerExecLockFile";
    private const string LockedProperty = "DockerExecLockedMode";

    /// <summary>Why there has to be a file where there is none; null where there need not be one.</summary>
    public string? WhyFileIsMissed =>
        System.IO.File.Exists(File) ? null
        : IsNamed ? $"{FileProperty} names it"
        : IsLocked && File.Length == 0 ? $"{LockedProperty} wants one in the project's folder or above it"
        : null;

    /// <summary>Reads the properties.</summary>
    /// <param name="lockFile"><c>DockerExecLockFile</c>.</param>
    /// <param name="lockedMode"><c>DockerExecLockedMode</c>.</param>
    /// <param name="isLockedByDefault">True where a lock file, if there is one, has to have all images when nobody says otherwise.</param>
    /// <param name="projectDirectory">Full path of the folder that relative paths start in.</param>
    /// <param name="host">The machine that builds.</param>
    /// <param name="problem">Is told what is wrong with them.</param>
    public static LockSetting Read(string lockFile, string lockedMode, bool isLockedByDefault, string projectDirectory, Host host, Action<OptionProblem> problem)
    {
        if (lockedMode.Length > 0 && !bool.TryParse(lockedMode, out _))
        {
            problem(new(OptionProblemKind.ValueInvalid, LockedProperty, lockedMode, "it is true or false"));
        }

        var file = FileOf(lockFile, projectDirectory, host);
        var isLocked = lockedMode.Length > 0 ? bool.TryParse(lockedMode, out var locked) && locked : isLockedByDefault && file.Length > 0;
        return new(file, lockFile.Length > 0, isLocked);
    }

    /// <summary>The full path of a project's lock file: the one that it names, or the nearest in its folder or above. Empty when there is none.</summary>
    public static string FileOf(string lockFile, string projectDirectory, Host host) =>
        lockFile.Length > 0
            ? host.Paths.Full(lockFile, projectDirectory)
            : host.Paths.WithParents(projectDirectory).Select(folder => host.Paths.Join(folder, LockFile.Name)).FirstOrDefault(System.IO.File.Exists, "");
}
