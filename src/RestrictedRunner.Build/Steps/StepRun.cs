namespace RestrictedRunner.Build;

/// <summary>What a step wrote.</summary>
/// <param name="Written">The files, without those that are inputs too.</param>
/// <param name="Key">The step's key; empty when it is not known what it saw.</param>
internal sealed record StepRunResult(WrittenFiles Written, string Key);

/// <summary>One run of a declared step, in the project's folder or, of a hermetic one, in a stage.</summary>
internal sealed class StepRun(StepBuildSetting setting, StepFiles files, FileSnapshot inputs, StepCache cache, StepLogs.Log log, CancellationToken cancellation)
{
    private readonly RecordedOutput _recorded = new();

    /// <summary>Id of the image that is in the step's key; empty when its name is run.</summary>
    public string ImageId { get; init; } = "";

    /// <summary>Runs the step and keeps its result in the cache.</summary>
    /// <param name="remember">
    /// Told what it wrote as soon as that is in the project, and again when it has been read: that, and what comes after, takes
    /// long for large files, and in a build that is cancelled or killed then they are still the step's to remove.
    /// </param>
    /// <param name="key">The step's key, asked for after the run with what it wrote: only then an image may be there to tell. Empty when it is not known what the step saw.</param>
    /// <returns>What it wrote; null when an error was logged.</returns>
    public StepRunResult? Run(Action<WrittenFiles> remember, Func<WrittenFiles, string> key) =>
        files.Step.Hermetic ? RunInStage(remember, key) : RunInProject(remember, key);

    private StepRunResult? RunInProject(Action<WrittenFiles> remember, Func<WrittenFiles, string> key)
    {
        files.RemoveEarlier(cancellation);
        var before = new OutputsBefore(files.Outputs, setting.ProjectDirectory);
        var place = StepPlace.InProject(files.Step, setting.ProjectDirectory) with { Outputs = files.Folders.Mounts(setting.ProjectDirectory, beside: true) };
        if (!RunIn(place, before))
        {
            files.Remove(before.Changed());
            before.NewRawNames().ToList().ForEach(new CallersFiles(setting.ProjectDirectory).RemoveTree);
            return null;
        }

        var (outputs, wereThere) = (before.Own(), before.WereThere());
        remember(files.Own(WrittenFiles.ByStamps(outputs).WithoutContent(wereThere)));
        var written = WrittenFiles.Of(outputs, cancellation).WithoutContent(wereThere);
        var own = files.Own(written);
        remember(own);
        var keyOfRun = key(written);
        if (wereThere is [var found, ..])
        {
            // Whether the step would have made it, nobody can tell.
            cache.LogProblem($"'{found.Path}' is among its outputs, and was there before it ran");
        }
        else
        {
            cache.Store(keyOfRun, setting.ProjectDirectory, _recorded);
        }

        return new(own, keyOfRun);
    }

    private StepRunResult? RunInStage(Action<WrittenFiles> remember, Func<WrittenFiles, string> key)
    {
        using var stage = new Stage(setting.State.Of(files.Step).Stage, inputs);
        stage.CopyInputs(cancellation);
        var isCopyOfInputs = inputs.IsUnchanged();
        var before = new OutputsBefore(files.Outputs, stage.ProjectDirectory);
        if (!RunIn(StepPlace.InStage(stage, inputs, files.Step, setting.ProjectDirectory), before))
        {
            files.RemoveEarlier(CancellationToken.None);
            return null;
        }

        // Inputs are no outputs, though they are among them.
        var staged = new CallersFiles(stage.Tree);
        foreach (var input in before.Untouched())
        {
            staged.Remove(input.Info.FullName);
        }

        var outcome = stage.BringBack(files.PathsIn(stage.ProjectDirectory), files.Places, cancellation);
        if (outcome.Result is not { } result)
        {
            log.Diagnostics.StepFilesUnusable(files.Step, outcome.Problem ?? "what the step wrote cannot be read back");
            return null;
        }

        var written = WrittenFiles.Of(result.Entries);
        var own = files.Own(written);
        remember(own);
        var keyOfRun = isCopyOfInputs ? key(written) : "";
        cache.Store(keyOfRun, stage.ProjectDirectory, _recorded);
        return new(own, keyOfRun);
    }

    // What Outputs may have been meant to name. Inputs of a stage were copied a moment ago.
    private IReadOnlyList<string> WrittenInstead(StepPlace place, DateTimeOffset start)
    {
        var outputs = files.PathsIn(place.ProjectDirectory).Select(output => OutputPath.Absolute(place.ProjectDirectory, output));
        var copies = files.Step.Hermetic ? inputs.Found.Files.Select(file => Path.Combine(place.Project.HostPath, inputs.PathInTree(file.Path))) : [];
        HashSet<string> known = [.. setting.BuildFolders.Append(setting.State.Folder).Concat(outputs).Select(Path.TrimEndingDirectorySeparator), .. copies];
        return [.. WrittenMeanwhile.Below(place.Project.HostPath, start, known.Contains).Select(path => ProjectTree.FromProject(place.ProjectDirectory, path))];
    }

    // False when an error was logged.
    private bool RunIn(StepPlace place, OutputsBefore before)
    {
        files.Folders.CreateIn(place.ProjectDirectory);
        using var task = place.NewTask(files.Step, log.Engine, _recorded.Add, setting.Mounts, log.Diagnostics);
        task.ImageId = ImageId;
        using var stop = cancellation.Register(task.Cancel);
        task.LogFolder = setting.State.Folder;
        var start = DateTimeOffset.UtcNow;
        if (!task.Execute())
        {
            return false;
        }

        _recorded.ExitCode = task.ExitCode;
        string[] absent = [.. files.Outputs.Absent(place.ProjectDirectory)];
        IReadOnlyList<string> instead = absent.Length == 0 ? [] : WrittenInstead(place, start);
        foreach (var output in absent)
        {
            log.Diagnostics.OutputAbsent(files.Step, output, ProjectMount.At(place.Start), instead);
        }

        if (before.NewRawNames() is { Count: > 0 } names)
        {
            log.Diagnostics.OutputNameNotUtf8(files.Step, [.. names.Select(name => ProjectTree.FromProject(place.ProjectDirectory, name))]);
        }

        return !log.HasErrors;
    }
}
