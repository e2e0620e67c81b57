using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Building;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Locking;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.State;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build;

/// <content>A project that has not changed since all its steps were up to date.</content>
public sealed partial class DockerExecSteps
{
    // Before anything else, because of a project that has not changed nothing else is needed: what only a build of steps
    // uses is not even loaded.
    private bool IsUpToDate(Host host)
    {
        var start = DateTime.UtcNow;
        var projectDirectory = ProjectFolder.Find();
        if (Steps.Length == 0 || Cleaned.Length > 0)
        {
            return false;
        }

        var state = State(projectDirectory, host);
        if (UpToDateProject.Load(state.UpToDate(Scope, AllFrameworks)) is not { } project
            || !project.IsStillSo(ParametersHashOf(projectDirectory), state.StateNames())
            || WasRemovedFrom(state)
            || !AreTheSame(project.Images, state, projectDirectory, host))
        {
            return false;
        }

        var log = new TaskLoggingHelper(BuildEngine, StepLogs.Sender);
        var outputs = new List<ITaskItem>();
        foreach (var step in project.Steps)
        {
            foreach (var name in step.IgnoredDefaults)
            {
                UpToDateMessages.IgnoredDefault(log, step.Name, name);
            }

            UpToDateMessages.UpToDate(log, step.Name);
            AddOutputs(outputs, step.Name, step.Outputs, path => host.Paths.Full(path, projectDirectory));
        }

        if (!FailIfNotIncremental)
        {
            StepSummary.OfUnchanged(project.Steps.Count).Log(Log);
        }

        OutputFiles = [.. outputs];
        WriteStamp(start, projectDirectory, host);
        return true;
    }

    private bool AreTheSame(IReadOnlyList<SeenImage> seen, StateFolder state, string projectDirectory, Host host)
    {
        if (seen.Count == 0)
        {
            return true;
        }

        var images = _cancellation.Watch(() => LookUp(seen.Select(image => image.Engine.Options with { Image = image.Name }), state, CacheSetting.Read(Cache, CacheSize, host, static _ => { }), projectDirectory, host));
        return seen.All(image => images[image.Engine].Find(image.Name) == image.Identity);
    }

    // True when the list of files that builds removed was written after this build read the project, or so shortly before
    // that a stamp cannot tell.
    private bool WasRemovedFrom(StateFolder state) =>
        FileStamp.Of(state.Removed) is { } removed && !removed.IsSettledAt(FileStamp.Nanoseconds(ReadAt > 0 ? new DateTime(ReadAt, DateTimeKind.Utc) : DateTime.UtcNow));

    private string ParametersHashOf(string projectDirectory) => ParametersHash.Of(
        typeof(DockerExecSteps).Module.ModuleVersionId,
        projectDirectory,
        Steps,
        AllFrameworks,
        Configuration,
        InnerFramework,
        Defaults,
        Mounts,
        Images,
        SecretItems,
        StateFolder,
        BuildFolders,
        ResolveImages,
        Cache,
        CacheSize,
        LockFile,
        LockedMode,
        IsLockedByDefault,
        LockSetting.FileOf(LockFile, projectDirectory, Host.OfThisMachine),
        ProjectFiles);
}
