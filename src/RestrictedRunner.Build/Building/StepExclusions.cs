using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;

namespace RestrictedRunner.Build.Building;

/// <summary>What the folders and globs among a step's inputs do not stand for.</summary>
internal static class StepExclusions
{
    /// <summary>Those of a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="setting">Where the build and we write.</param>
    /// <param name="earlier">
    /// What the step wrote when it last succeeded. Of a glob of outputs only this is left out, and of a folder that the
    /// inputs start in: files of the user's may be there too, which the step reads or changes.
    /// </param>
    public static ExcludedInputs Of(DeclaredStep step, StepBuildSetting setting, WrittenFiles earlier)
    {
        var project = setting.ProjectDirectory;
        var host = setting.Host.Paths;
        var build = setting.BuildFolders.Select(host.Trimmed).Where(folder => !host.IsAtOrBelow(project, folder));
        var outputs = step.Outputs.Paths.Select(path => path.Glob).ToList();
        return new(
            host,
            build.Concat(outputs.Where(output => output.IsPlain).Select(output => output.Start)).ToHashSet(host.Comparer),
            [setting.State.Folder, host.Full(LogFilePlace.DefaultFolder, project)],
            new(() => earlier.Files.Select(file => OutputPath.Absolute(project, file)).ToHashSet(host.Comparer)),
            [.. outputs.Select(output => output.Start)],
            StateFolder.IsName,
            static name => OutputRestorer.IsStaging(name));
    }
}
