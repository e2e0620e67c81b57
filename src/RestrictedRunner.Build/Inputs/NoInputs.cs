namespace RestrictedRunner.Build;

/// <summary>
/// What the folders and globs among a step's inputs come upon, and is no input: what the build makes, what the step itself
/// makes, and files of ours. A path that names a file or folder stands for it all the same.
/// </summary>
/// <param name="paths">Full paths of files, and of folders with all that is below them.</param>
/// <param name="folders">Full paths of the folders that files of ours are in, among what may be the user's.</param>
/// <param name="written">Full paths of what the step wrote, looked up when something is come upon.</param>
/// <param name="outputs">Full paths of the outputs, and of the folders in which globs of them start.</param>
internal sealed class NoInputs(IReadOnlySet<string> paths, IReadOnlyList<string> folders, Lazy<HashSet<string>> written, IReadOnlyList<string> outputs)
{
    /// <summary>Those of a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="setting">Where the build and we write.</param>
    /// <param name="earlier">
    /// What the step wrote when it last succeeded. Of a glob of outputs only this is left out, and of a folder that the
    /// inputs start in: files of the user's may be there too, which the step reads or changes.
    /// </param>
    public static NoInputs Of(DeclaredStep step, StepBuildSetting setting, WrittenFiles earlier)
    {
        var project = setting.ProjectDirectory;
        var build = setting.BuildFolders.Select(Path.TrimEndingDirectorySeparator).Where(folder => !HostFolder.IsAtOrBelow(project, folder));
        var outputs = step.Outputs.Select(output => Glob.Parse(output, project)).ToList();
        return new(
            new HashSet<string>([.. build, .. outputs.Where(output => output.IsPlain).Select(output => output.Start)]),
            [setting.State.Folder, Path.GetFullPath(LogFilePlace.DefaultFolder, project)],
            new(() => [.. earlier.Files.Select(file => OutputPath.Absolute(project, file))]),
            [.. outputs.Select(output => output.Start)]);
    }

    /// <summary>True for a link at whose place an output is to be, or which one is to be behind: where that is a copy, what it leads to stays as it is.</summary>
    /// <param name="link">Full path.</param>
    public bool LeadsToOutput(string link) => outputs.Any(output => HostFolder.IsAtOrBelow(output, link));

    /// <summary>True for a file or folder that is left out.</summary>
    /// <param name="path">Full path.</param>
    public bool Has(string path) => paths.Contains(path) || IsOurs(path) || OutputRestorer.IsStaging(Path.GetFileName(path.AsSpan())) || written.Value.Contains(path);

    // One of them is held open while the step is built.
    private bool IsOurs(string path)
    {
        foreach (var folder in folders)
        {
            if (path.StartsWith(folder, StringComparison.Ordinal) && Path.GetDirectoryName(path) == folder && StateFolder.IsName(Path.GetFileName(path)))
            {
                return true;
            }
        }

        return false;
    }
}
