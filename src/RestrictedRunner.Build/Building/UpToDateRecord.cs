using System.Diagnostics;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Building;

/// <summary>Remembers a project all of whose steps were up to date, for the next build.</summary>
internal static class UpToDateRecord
{
    /// <summary>Writes what the build looked at, where the next one can tell by stamps alone that nothing has changed.</summary>
    /// <param name="parameters">Hash of what the build was given.</param>
    /// <param name="steps">All steps of the project.</param>
    /// <param name="declared">The same, and those that this build leaves to the builds of single frameworks.</param>
    /// <param name="projectFiles">Full paths of the project's files, and of its lock file.</param>
    /// <param name="allFrameworks">True in the outer build of several frameworks.</param>
    /// <param name="began">When the build began to look, as <see cref="Stopwatch.GetTimestamp"/> tells it.</param>
    /// <param name="setting">Of all steps.</param>
    /// <param name="dockerfiles">The images that are built.</param>
    public static void Save(string parameters, IReadOnlyList<SeenStep> steps, IReadOnlyList<DeclaredStep> declared, IEnumerable<string> projectFiles, bool allFrameworks, long began, StepBuildSetting setting, DockerfileImages dockerfiles)
    {
        var names = setting.State.StateNames();
        if (setting.Host.IsWindows || setting.Host.Paths.IgnoresCase || !steps.All(step => step.IsKnownByStamps) || !AreOnOneDevice(steps, setting, dockerfiles) || Images(steps, setting, dockerfiles) is not { } images)
        {
            return;
        }

        var place = setting.State.UpToDate(setting.Scope, allFrameworks);
        var folderBefore = SeenPath.Now(setting.State.Folder);
        using var file = NewFile.Beside(place);
        if (file is null || folderBefore.IsUnchanged())
        {
            // The new file did not change the stamp of its folder, so here stamps of folders tell nothing.
            return;
        }

        var seen = steps.SelectMany(step => step.Seen).Concat(projectFiles.Select(SeenPath.Now)).Concat(OfOtherSteps(steps, setting)).Concat(dockerfiles.Sources.SelectMany(source => source.Seen)).Distinct().ToList();
        var beganToLook = file.Created - FileStamp.Nanoseconds(Stopwatch.GetElapsedTime(began));
        if (GoneSteps.In(declared, setting.State, setting.Scope).Count == 0 && seen.TrueForAll(path => path.ShowsEveryChange(beganToLook) && path.IsUnchanged()))
        {
            file.Save(place, new UpToDateProject(parameters, names, DigestCache.Today, [.. steps.Select(Remembered)], images, seen).ToBytes());
        }
    }

    // Those that the engine was asked for: what they stand for is in the keys of the steps. An image that is named by digest or
    // id stands for nothing else. Null when the engine does not have one any more that another was built from.
    private static IReadOnlyList<SeenImage>? Images(IReadOnlyList<SeenStep> steps, StepBuildSetting setting, DockerfileImages dockerfiles)
    {
        if (!setting.ResolveImages)
        {
            return [];
        }

        var asked = steps.SelectMany(step => dockerfiles.Asked(step.Parameters.Options)).Where(options => options.Image.Length > 0 && !ImageIdentities.IsDigest(options.Image));
        var images = asked.Select(options => (Engine: options.EngineChoice, options.Image, Identity: setting.Images[options.EngineChoice].Find(options.Image))).Distinct().ToList();
        return images.Exists(image => image.Identity is null) ? null : [.. images.Select(image => new SeenImage(image.Engine, image.Image, image.Identity!))];
    }

    // Of another configuration, say, or of another project in the same folder. The files that declare them tell whether they are gone.
    private static IEnumerable<SeenPath> OfOtherSteps(IReadOnlyList<SeenStep> steps, StepBuildSetting setting) =>
        setting.State.AllSteps(steps.Select(step => step.Paths.State).ToHashSet()).SelectMany(other => new[]
        {
            SeenPath.Now(other.Key),
            SeenPath.Now(other.Value.Writer.DeclaredIn),
            SeenPath.KindNow(other.Value.Writer.Project),
        });

    // That of the states, where it is seen whether the stamp of a folder changes.
    private static bool AreOnOneDevice(IReadOnlyList<SeenStep> steps, StepBuildSetting setting, DockerfileImages dockerfiles)
    {
        var device = FileStatus.Of(setting.State.Folder)?.Device;
        return steps.SelectMany(step => step.Inputs.Folders).Concat(dockerfiles.Sources.SelectMany(source => source.Folders)).Distinct().All(folder => FileStatus.Of(folder)?.Device == device);
    }

    private static UpToDateStep Remembered(SeenStep step) =>
        new(step.Step.Name, step.Step.IgnoredDefaults, [.. step.State.Written.Files.Select(OutputPath.Ordinary)]);
}
