using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Dockerfiles;
using RestrictedRunner.Build.Locking;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Building;

/// <summary>The lock file that holds for a project, and what is told of images that it does not have.</summary>
internal sealed class ProjectLock
{
    private readonly LockSetting _setting;
    private readonly ImageLock _images;
    private readonly IReadOnlySet<string> _built;

    private ProjectLock(LockSetting setting, ImageLock images, IReadOnlySet<string> built) => (_setting, _images, _built) = (setting, images, built);

    /// <summary>Full path of the file; none when there is none.</summary>
    public IEnumerable<string> Files => _setting.File.Length == 0 ? [] : [_setting.File];

    /// <summary>Reads the file that the properties say.</summary>
    /// <param name="lockFile"><c>DockerExecLockFile</c>.</param>
    /// <param name="lockedMode"><c>DockerExecLockedMode</c>.</param>
    /// <param name="isLockedByDefault">True where a lock file has to have every image, if there is one.</param>
    /// <param name="images">The items <c>DockerImage</c>: those that are built from a Dockerfile are in no lock file.</param>
    /// <param name="projectDirectory">Full path of the project's folder.</param>
    /// <param name="host">The machine that builds.</param>
    /// <param name="diagnostics">Is told what is wrong.</param>
    /// <returns>Null when an error was logged.</returns>
    public static ProjectLock? Read(string lockFile, string lockedMode, bool isLockedByDefault, IReadOnlyList<ITaskItem> images, string projectDirectory, Host host, Diagnostics diagnostics)
    {
        List<OptionProblem> problems = [];
        var setting = LockSetting.Read(lockFile, lockedMode, isLockedByDefault, projectDirectory, host, problems.Add);
        problems.ForEach(diagnostics.Problem);
        if (problems.Count > 0)
        {
            return null;
        }

        if (setting.WhyFileIsMissed is { } why)
        {
            diagnostics.LockFileAbsent(setting.File.Length > 0 ? setting.File : LockFile.Name, why);
            return null;
        }

        try
        {
            return new(setting, ImageLock.Load(setting.File, host), ImageReader.BuiltNames(images));
        }
        catch (LockFileException e)
        {
            diagnostics.LockFileInvalid(setting.File, e);
            return null;
        }
    }

    /// <summary>The step with the image that the file says. One that is not in the file is an error at the step in a locked build.</summary>
    public DeclaredStep Apply(DeclaredStep step, StepLogs logs)
    {
        if (_built.Contains(step.Parameters.Options.Image))
        {
            return step;
        }

        var options = _images.Apply(step.Parameters.Options, Missing);
        return step with { Parameters = step.Parameters with { Options = options } };

        void Missing(LockGap gap)
        {
            using var log = logs.Open(step);
            Tell(gap, log.Diagnostics, log.Messages, condition: "");
        }
    }

    /// <summary>The options of a task with the image that the file says.</summary>
    /// <returns>Null when an error was logged.</returns>
    public StepOptions? Apply(StepOptions options, Diagnostics diagnostics, TaskLoggingHelper log)
    {
        if (_built.Contains(options.Image))
        {
            return options;
        }

        var isMissing = false;
        var locked = _images.Apply(options, gap =>
        {
            isMissing = _setting.IsLocked;
            Tell(gap, diagnostics, log, $", where the project names it by <DockerImage Include=\"{gap.Image}\" />");
        });
        return isMissing ? null : locked;
    }

    private void Tell(LockGap gap, Diagnostics diagnostics, TaskLoggingHelper log, string condition)
    {
        if (!_setting.IsLocked)
        {
            var has = gap.Known.Count == 0 ? "" : $" for {gap.Platform}";
            log.LogMessage(MessageImportance.Normal, $"Image '{gap.Image}' is not in the lock file{has}, so what its name stands for on this machine is run. 'dotnet build -t:UpdateDockerExecLock' adds it{condition}.");
        }
        else if (gap.Known.Count == 0)
        {
            diagnostics.ImageNotLocked(gap.Image, _setting.File);
        }
        else
        {
            diagnostics.PlatformNotLocked(gap.Image, gap.Platform, gap.Known, _setting.File);
        }
    }
}
