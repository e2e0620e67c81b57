using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build;

/// <summary>
/// Brings a declared step up to date: looks at its inputs, and unless its outputs are those of these inputs already,
/// restores them from the cache or runs it.
/// </summary>
internal sealed class StepBuilder(StepBuildSetting setting, StepLogs logs, CancellationToken cancellation)
{
    /// <summary>Builds one step; the steps before it have succeeded.</summary>
    /// <returns>False when an error was logged.</returns>
    public async Task<bool> BuildAsync(DeclaredStep step)
    {
        using var output = logs.Open(step);
        var log = new TaskLoggingHelper(output.Engine, nameof(DockerExec));
        var diagnostics = new Diagnostics(log);
        try
        {
            using var task = StepPlace.InProject(step, setting.ProjectDirectory).NewTask(step, output.Engine, recorder: null, setting.Mounts, diagnostics);
            var parameters = ParameterReader.Read(task);
            if (log.HasLoggedErrors || !StepRules.Check(step, parameters, setting.ProjectDirectory, diagnostics))
            {
                return false;
            }

            using var state = await StepState.OpenAsync(StepState.PathOf(setting.StateFolder, step), cancellation).ConfigureAwait(false);
            return Build(step, task, parameters.Options, output.Engine, state, log, diagnostics);
        }
        catch (OperationCanceledException)
        {
            diagnostics.StepCancelled(step.Parameters.GetValueOrDefault(nameof(DockerExec.Image), ""));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            diagnostics.StepFilesUnusable(step, e.Message);
        }

        return false;
    }

    private bool Build(DeclaredStep step, DockerExec task, StepOptions options, IBuildEngine engine, StepState state, TaskLoggingHelper log, Diagnostics diagnostics)
    {
        var inputs = Find(step, step.AllInputs, "inputs", FoldersOf(step).Depth);
        if (inputs.Absent(setting.ProjectDirectory).ToList() is { Count: > 0 } absent)
        {
            absent.ForEach(input => diagnostics.InputAbsent(step, input));
            return false;
        }

        var key = KeyOf(step, options, inputs);
        var earlier = WrittenFiles.Load(WrittenPath(step));
        var before = Find(step, FullPaths(earlier), "outputs");
        if (key.Length > 0 && state.Key == key && state.Outputs == before.Root.Hash && AbsentOutputs(step, setting.ProjectDirectory).Count == 0)
        {
            log.LogMessage(MessageImportance.Normal, $"Step '{step.Name}' is up to date.");
            return true;
        }

        if (setting.OnlyAsk)
        {
            diagnostics.WouldRun(step, state.Key == key ? "its outputs are not those that it wrote" : "its inputs or parameters have changed");
            return false;
        }

        state.Forget();
        var files = new StepFiles(step, setting.ProjectDirectory, earlier, inputs);
        WrittenFiles written;
        var restored = Restore(files, key, log, task);
        if (restored is not null)
        {
            written = WrittenFiles.Of(restored);
        }
        else
        {
            log.LogMessage(MessageImportance.High, step.Description.Length > 0 ? $"{step.Name}: {step.Description}" : step.Name);
            if (Run(files, inputs, KeyAfterRun, engine, log, diagnostics) is not { } made)
            {
                return false;
            }

            written = made;
            key = KeyAfterRun();
        }

        written = files.Own(written);
        written.Save(WrittenPath(step));
        state.Keep(key, KnownHash(step, written, restored) ?? Find(step, FullPaths(written), "outputs").Root.Hash);
        return true;

        // An image that was pulled for the run is known only then.
        string KeyAfterRun()
        {
            if (key.Length > 0)
            {
                return key;
            }

            setting.Images[options.Engine].LookUp([options.Image], options, cancellation);
            return KeyOf(step, options, inputs);
        }
    }

    // Null when it failed.
    private WrittenFiles? Run(StepFiles files, FileSnapshot inputs, Func<string> key, IBuildEngine engine, TaskLoggingHelper log, Diagnostics diagnostics) =>
        files.Step.Hermetic ? RunHermetic(files, inputs, key, engine, log, diagnostics) : RunInProject(files, key, engine, log, diagnostics);

    private WrittenFiles? RunInProject(StepFiles files, Func<string> key, IBuildEngine engine, TaskLoggingHelper log, Diagnostics diagnostics)
    {
        files.RemoveEarlier();
        var before = new OutputsBefore(files.Outputs, setting.ProjectDirectory);
        var recorded = new RecordedOutput();
        if (!RunIn(StepPlace.InProject(files.Step, setting.ProjectDirectory) with { Outputs = FoldersOf(files.Step).Mounts(setting.ProjectDirectory, beside: true) }, files.Step, recorded, engine, log, diagnostics))
        {
            files.Remove(before.Changed());
            return null;
        }

        if (before.Found() is [var found, ..])
        {
            // Whether the step would have made it, nobody can tell.
            LogCacheProblem(files.Step, $"'{found.Path}' is among its outputs, and was there before it ran", log);
        }
        else
        {
            Store(files, key(), setting.ProjectDirectory, recorded, log);
        }

        return WrittenFiles.Of(before.Own()).WithoutContent(before.Found());
    }

    private WrittenFiles? RunHermetic(StepFiles files, FileSnapshot inputs, Func<string> key, IBuildEngine engine, TaskLoggingHelper log, Diagnostics diagnostics)
    {
        using var stage = new Stage(Path.ChangeExtension(StepState.PathOf(setting.StateFolder, files.Step), "stage"), inputs);
        var before = new OutputsBefore(files.Outputs, stage.ProjectDirectory);
        var recorded = new RecordedOutput();
        if (!RunIn(StepPlace.InStage(stage, inputs, files.Step, setting.ProjectDirectory), files.Step, recorded, engine, log, diagnostics))
        {
            files.RemoveEarlier();
            return null;
        }

        // Inputs are no outputs, though they are among them.
        foreach (var input in before.Foreign())
        {
            File.Delete(input.Info.FullName);
        }

        var outcome = stage.BringBack(files.PathsIn(stage.ProjectDirectory), files.Places, cancellation);
        if (outcome.Result is not { } result)
        {
            diagnostics.StepFilesUnusable(files.Step, outcome.Problem ?? "what the step wrote cannot be read back");
            return null;
        }

        Store(files, key(), stage.ProjectDirectory, recorded, log);
        return WrittenFiles.Of(result.Entries);
    }

    private bool RunIn(StepPlace place, DeclaredStep step, RecordedOutput recorded, IBuildEngine engine, TaskLoggingHelper log, Diagnostics diagnostics)
    {
        FoldersOf(step).CreateIn(place.ProjectDirectory);
        using var task = place.NewTask(step, engine, recorded.Add, setting.Mounts, diagnostics);
        using var stop = cancellation.Register(task.Cancel);
        if (!task.Execute())
        {
            return false;
        }

        recorded.ExitCode = task.ExitCode;
        AbsentOutputs(step, place.ProjectDirectory).ForEach(output => diagnostics.OutputAbsent(step, output));
        return !log.HasLoggedErrors;
    }

    // What was verified a moment ago need not be read again; what a link leads to was not.
    private string? KnownHash(DeclaredStep step, WrittenFiles written, IReadOnlyList<InputEntry>? restored)
    {
        var files = restored?.OfType<InputEntry.File>().Where(file => written.Contents.ContainsKey(file.Path)).ToList();
        return FoldersOf(step).Depth == 0 && files?.Count == written.Files.Count() ? InputTree.Of(files).Root.Hash : null;
    }

    // Null when it has to run.
    private IReadOnlyList<InputEntry>? Restore(StepFiles files, string key, TaskLoggingHelper log, DockerExec task)
    {
        if (key.Length == 0 || setting.Cache is null || !CanBeStored(files.Step))
        {
            return null;
        }

        var outcome = setting.Cache.Restore(key, files.Places, cancellation);
        if (outcome.Result is not { } result)
        {
            LogCacheProblem(files.Step, outcome.Problem, log);
            return null;
        }

        log.LogMessage(MessageImportance.High, $"{files.Step.Name}: from the cache");
        task.Replay(RecordedOutput.Lines(result.StandardOutput.ToArray(), result.StandardError.ToArray()));
        return result.Entries;
    }

    private void Store(StepFiles files, string key, string folder, RecordedOutput recorded, TaskLoggingHelper log)
    {
        if (key.Length > 0 && setting.Cache is not null && CanBeStored(files.Step) && recorded is { IsIncomplete: false, ExitCode: 0 })
        {
            var outputs = new StepOutputs(folder, files.PathsIn(folder)) { StandardOutput = recorded.StandardOutput, StandardError = recorded.StandardError };
            LogCacheProblem(files.Step, setting.Cache.Store(key, outputs, cancellation).Problem, log);
            setting.Cache.TrimIfDue(setting.CacheLimit);
        }
    }

    // A step works without the cache too.
    private static void LogCacheProblem(DeclaredStep step, string? problem, TaskLoggingHelper log)
    {
        if (problem is not null)
        {
            log.LogMessage(MessageImportance.Normal, $"Step '{step.Name}': the cache cannot be used: {problem}");
        }
    }

    // A step without outputs is run for what else it does.
    private static bool CanBeStored(DeclaredStep step) => step.Outputs.Count > 0;

    private string WrittenPath(DeclaredStep step) => WrittenFiles.PathOf(StepState.PathOf(setting.StateFolder, step));

    private IReadOnlyList<string> FullPaths(WrittenFiles files) => [.. files.Files.Select(file => OutputPath.Absolute(setting.ProjectDirectory, file))];

    private FileSnapshot Find(DeclaredStep step, IReadOnlyList<string> declared, string kind, int depth = 0) =>
        FileSnapshot.Find(declared, setting.ProjectDirectory, Path.ChangeExtension(StepState.PathOf(setting.StateFolder, step), kind), cancellation, depth);

    // Empty for an image that the engine does not have yet.
    private string KeyOf(DeclaredStep step, StepOptions options, FileSnapshot inputs) =>
        (setting.ResolveImages ? setting.Images[options.Engine].Find(options.Image) : options.Image) is { } image
            ? ActionKey.Of(StepActions.Of(step, options, image, inputs.ProjectInTree, setting.ProjectDirectory), inputs.Root).Digest.Hash
            : "";

    private OutputFolders FoldersOf(DeclaredStep step) => new(step, setting.ProjectDirectory);

    private List<string> AbsentOutputs(DeclaredStep step, string folder) => [.. new DeclaredOutputs(step.OutputsFrom(setting.ProjectDirectory)).Absent(folder)];
}
