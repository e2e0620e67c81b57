using System.Diagnostics;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Strategies;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Building;

/// <summary>Remembers a project all of whose steps were up to date, for the next build.</summary>
internal static class UpToDateRecord
{
    /// <summary>Writes what the build looked at, where the next one can tell by stamps alone that nothing has changed.</summary>
    /// <param name="parameters">Hash of what the build was given.</param>
    /// <param name="steps">All steps of the project.</param>
    /// <param name="projectFiles">Full paths of the project's files.</param>
    /// <param name="allFrameworks">True in the outer build of several frameworks.</param>
    /// <param name="began">When the build began to look, as <see cref="Stopwatch.GetTimestamp"/> tells it.</param>
    /// <param name="setting">Of all steps.</param>
    public static void Save(string parameters, IReadOnlyList<SeenStep> steps, IEnumerable<string> projectFiles, bool allFrameworks, long began, StepBuildSetting setting)
    {
        var place = setting.State.UpToDate(setting.Scope, allFrameworks);
        if (setting.Host.IsWindows || setting.Host.Paths.IgnoresCase || !steps.All(step => step.IsKnownByStamps))
        {
            return;
        }

        var before = SeenPath.Now(setting.State.Folder);
        using var file = NewFile.Beside(place);
        var seen = steps.SelectMany(step => step.Seen).Concat(projectFiles.Select(SeenPath.Now)).Concat(OfOtherSteps(steps, setting)).Distinct().ToList();
        if (file is null || before.IsUnchanged())
        {
            // Here a folder's stamp does not tell when something comes or goes in it.
            return;
        }

        // By the clock that stamps files: what was written from then on has another stamp than what was seen.
        var beganToLook = file.Created - FileStamp.Nanoseconds(DateTime.UnixEpoch + Stopwatch.GetElapsedTime(began));
        if (seen.TrueForAll(path => path.Stamp is null or { IsComplete: true } && path.Stamp?.IsSettledAt(beganToLook) != false && path.IsUnchanged()) && AreOnOneDevice(steps, setting))
        {
            file.Save(place, new UpToDateProject(parameters, setting.State.StateNames(), UpToDateProject.Today, [.. steps.Select(Remembered)], Images(steps, setting), seen).ToBytes());
        }
    }

    // But for those that are named by their identity. That of the others is in the keys of the steps, so it is known.
    private static IReadOnlyList<SeenImage> Images(IReadOnlyList<SeenStep> steps, StepBuildSetting setting) => !setting.ResolveImages ? [] :
    [
        .. steps.Select(step => step.Parameters.Options).Where(options => !ImageIdentities.IsDigest(options.Image))
            .Select(options => new SeenImage(options.Engine, options.Image, setting.Images[options.Engine].Find(options.Image)!)).Distinct(),
    ];

    // Whether one of those is gone, the files tell that declare them.
    private static IEnumerable<SeenPath> OfOtherSteps(IReadOnlyList<SeenStep> steps, StepBuildSetting setting) =>
        setting.State.AllSteps(steps.Select(step => step.Paths.State).ToHashSet()).SelectMany(other => new[]
        {
            SeenPath.Now(other.Key),
            SeenPath.Now(other.Value.Writer.DeclaredIn),
            SeenPath.Existence(other.Value.Writer.Project),
        });

    // That of the states, where the stamp of a folder was just seen to change.
    private static bool AreOnOneDevice(IReadOnlyList<SeenStep> steps, StepBuildSetting setting)
    {
        var device = FileStatus.Of(setting.State.Folder)?.Device;
        return steps.SelectMany(step => step.Inputs.Folders).Distinct().All(folder => FileStatus.Of(folder)?.Device == device);
    }

    private static UpToDateStep Remembered(SeenStep step) =>
        new(step.Step.Name, step.Step.IgnoredDefaults, [.. step.State.Written.Files.Select(OutputPath.Ordinary)]);
}
