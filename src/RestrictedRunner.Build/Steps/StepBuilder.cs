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
            using var task = NewTask(step, output.Engine, InProject, recorder: null, diagnostics);
            if (log.HasLoggedErrors || !Check(step, task, diagnostics))
            {
                return false;
            }

            using var state = await StepState.OpenAsync(StepState.PathOf(setting.StateFolder, step), cancellation).ConfigureAwait(false);
            return Build(step, task, output.Engine, state, log, diagnostics);
        }
        catch (OperationCanceledException)
        {
            diagnostics.Cancelled(step.Parameters.GetValueOrDefault(nameof(DockerExec.Image), ""));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            diagnostics.StepFilesUnusable(step, e.Message);
        }

        return false;
    }

    private bool Build(DeclaredStep step, DockerExec task, IBuildEngine engine, StepState state, TaskLoggingHelper log, Diagnostics diagnostics)
    {
        var options = ParameterReader.Read(task).Options;

        // What it reads as standard input is declared by that.
        var inputs = Find(step, [.. step.Inputs, .. options.StandardInput.Length > 0 ? new[] { options.StandardInput } : []], "inputs");
        if (inputs.Absent(setting.ProjectDirectory).ToList() is { Count: > 0 } absent)
        {
            absent.ForEach(input => diagnostics.InputAbsent(step, input));
            return false;
        }

        var key = KeyOf(step, options, inputs);
        var before = Find(step, step.Outputs, "outputs");
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
        if (Restore(step, key, log, task))
        {
            state.Keep(key, OutputsNow(step));
            return true;
        }

        log.LogMessage(MessageImportance.High, step.Description.Length > 0 ? $"{step.Name}: {step.Description}" : step.Name);
        var recorded = new RecordedOutput();
        if (!Run(step, inputs, recorded, engine, log, diagnostics))
        {
            return false;
        }

        // An image that was pulled for the run is known only now.
        if (key.Length == 0)
        {
            setting.Images.LookUp([options.Image], options);
            key = KeyOf(step, options, inputs);
        }

        Store(step, key, recorded, log);
        state.Keep(key, OutputsNow(step));
        return true;
    }

    private bool Run(DeclaredStep step, StepFilesOnHost inputs, RecordedOutput recorded, IBuildEngine engine, TaskLoggingHelper log, Diagnostics diagnostics)
    {
        if (!step.Hermetic)
        {
            var isGood = RunIn(InProject, step, recorded, engine, log, diagnostics);
            if (!isGood)
            {
                RemoveOutputs(step);
            }

            return isGood;
        }

        using var stage = new Stage(Path.ChangeExtension(StepState.PathOf(setting.StateFolder, step), "stage"), inputs);
        return RunIn(new(stage.Tree, stage.ProjectDirectory, inputs.ProjectInTree), step, recorded, engine, log, diagnostics)
            && BringBack(stage, step, diagnostics);
    }

    private bool RunIn(StepPlace place, DeclaredStep step, RecordedOutput recorded, IBuildEngine engine, TaskLoggingHelper log, Diagnostics diagnostics)
    {
        foreach (var folder in step.Outputs.Select(output => OutputFolder(place.ProjectDirectory, output)))
        {
            Directory.CreateDirectory(folder);
        }

        using var task = NewTask(step, engine, place, recorded.Add, diagnostics);
        using var stop = cancellation.Register(task.Cancel);
        if (!task.Execute())
        {
            return false;
        }

        recorded.ExitCode = task.ExitCode;
        AbsentOutputs(step, place.ProjectDirectory).ForEach(output => diagnostics.OutputAbsent(step, output));
        return !log.HasLoggedErrors;
    }

    private bool BringBack(Stage stage, DeclaredStep step, Diagnostics diagnostics)
    {
        if (stage.BringBack(step.Outputs, setting.ProjectDirectory, cancellation) is { } problem)
        {
            diagnostics.StepFilesUnusable(step, problem);
            return false;
        }

        return true;
    }

    private bool Restore(DeclaredStep step, string key, TaskLoggingHelper log, DockerExec task)
    {
        if (key.Length == 0 || setting.Cache is null || !CanBeStored(step))
        {
            return false;
        }

        var outcome = setting.Cache.Restore(key, setting.ProjectDirectory, OutputPaths(step), cancellation);
        if (outcome.Result is not { } result)
        {
            LogCacheProblem(step, outcome.Problem, log);
            return false;
        }

        log.LogMessage(MessageImportance.High, $"{step.Name}: from the cache");
        task.Replay(RecordedOutput.Lines(result.StandardOutput.ToArray(), result.StandardError.ToArray()));
        return true;
    }

    private void Store(DeclaredStep step, string key, RecordedOutput recorded, TaskLoggingHelper log)
    {
        if (key.Length > 0 && setting.Cache is not null && CanBeStored(step) && recorded is { IsIncomplete: false, ExitCode: 0 })
        {
            var outputs = new StepOutputs(setting.ProjectDirectory, OutputPaths(step)) { StandardOutput = recorded.StandardOutput, StandardError = recorded.StandardError };
            LogCacheProblem(step, setting.Cache.Store(key, outputs, cancellation).Problem, log);
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

    // What a glob stands for is known only when it is there. A step without outputs is run for what else it does.
    private bool CanBeStored(DeclaredStep step) =>
        step.Outputs.Count > 0 && step.Outputs.All(output => Glob.Parse(output, setting.ProjectDirectory).IsPlain);

    private IReadOnlyList<string> OutputPaths(DeclaredStep step) =>
        [.. step.Outputs.Select(output => Path.GetRelativePath(setting.ProjectDirectory, FullPath(output)).Replace(Path.DirectorySeparatorChar, '/').TrimEnd('/'))];

    private string OutputsNow(DeclaredStep step) => Find(step, step.Outputs, "outputs").Root.Hash;

    private StepFilesOnHost Find(DeclaredStep step, IReadOnlyList<string> declared, string kind) =>
        StepFilesOnHost.Find(declared, setting.ProjectDirectory, Path.ChangeExtension(StepState.PathOf(setting.StateFolder, step), kind), cancellation);

    // Empty for an image that the engine does not have yet.
    private string KeyOf(DeclaredStep step, StepOptions options, StepFilesOnHost inputs) =>
        (setting.ResolveImages ? setting.Images.Find(options.Image) : options.Image) is { } image
            ? ActionKey.Of(StepActions.Of(step, options, image, inputs.ProjectInTree, setting.ProjectDirectory), inputs.Root).Digest.Hash
            : "";

    private StepPlace InProject => new(setting.ProjectDirectory, setting.ProjectDirectory, Start: "");

    private DockerExec NewTask(DeclaredStep step, IBuildEngine engine, StepPlace place, Action<OutputLine>? recorder, Diagnostics diagnostics)
    {
        var task = StepReader.Task(step, engine, recorder, new(place.ProjectDirectory, setting.ProjectDirectory), diagnostics.Problem);
        ProjectMount.AddTo(task, place.MountedFolder, place.Start, step.Hermetic ? [] : setting.Mounts);
        if (step.Hermetic)
        {
            HermeticOptions.AddTo(task, step);
        }

        return task;
    }

    private bool Check(DeclaredStep step, DockerExec task, Diagnostics diagnostics)
    {
        List<OptionProblem> problems = [.. step.Problems, .. ParameterReader.Read(task).Problems];
        problems.ForEach(diagnostics.Problem);
        var outside = step.Outputs.Where(output => !IsInProject(output)).ToList();
        outside.ForEach(output => diagnostics.OutputOutside(step, output));
        var forbidden = step.Hermetic ? HermeticOptions.Forbidden(step).ToList() : [];
        forbidden.ForEach(parameter => diagnostics.NotHermetic(step, parameter));
        return problems.Count + outside.Count + forbidden.Count == 0;
    }

    private static List<string> AbsentOutputs(DeclaredStep step, string folder) =>
        [.. step.Outputs.Where(output => Glob.Parse(output, folder) is { IsPlain: true } path ? !Path.Exists(path.Start) : InputFiles.Find(folder, [output]).Files.Count == 0)];

    private void RemoveOutputs(DeclaredStep step)
    {
        foreach (var path in step.Outputs.Select(FullPath))
        {
            if (File.Exists(path))
            {
                File.Delete(path);
            }
            else if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }

    // A folder that is an output may be there when the step starts, as the parent of a file has to be.
    private static string OutputFolder(string folder, string output)
    {
        var path = Glob.Parse(output, folder);
        return output.EndsWith('/') || !path.IsPlain ? path.Start : Path.GetDirectoryName(path.Start)!;
    }

    private string FullPath(string output) => Path.GetFullPath(output, setting.ProjectDirectory);

    private bool IsInProject(string output) => FullPath(output).StartsWith(Path.TrimEndingDirectorySeparator(setting.ProjectDirectory) + "/", StringComparison.Ordinal);
}

/// <summary>Where a step runs.</summary>
/// <param name="MountedFolder">Full path of the folder that the container sees.</param>
/// <param name="ProjectDirectory">Full path of the project's folder, or of what stands in for it.</param>
/// <param name="Start">Path of the second below the first; empty when they are one.</param>
internal sealed record StepPlace(string MountedFolder, string ProjectDirectory, string Start);

/// <summary>What all steps of a project have in common.</summary>
internal sealed record StepBuildSetting
{
    /// <summary>Full path of the project's folder.</summary>
    public required string ProjectDirectory { get; init; }

    /// <summary>Folder for the files that remember how outputs were made.</summary>
    public required string StateFolder { get; init; }

    /// <summary>Mounts of every step.</summary>
    public required IReadOnlyList<ITaskItem> Mounts { get; init; }

    /// <summary>What images' names stand for.</summary>
    public required ImageIdentities Images { get; init; }

    /// <summary>False takes an image's name for its content.</summary>
    public bool ResolveImages { get; init; } = true;

    /// <summary>Results of earlier runs; null when they are not to be used.</summary>
    public ResultCache? Cache { get; init; }

    /// <summary>Bytes that the cache may take.</summary>
    public long CacheLimit { get; init; } = Eviction.DefaultLimit;

    /// <summary>True for a build that only wants to know whether there is something to do (<c>-question</c>).</summary>
    public bool OnlyAsk { get; init; }
}
