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
            using var task = NewTask(step, output.Engine, setting.ProjectDirectory, recorder: null, diagnostics);
            if (log.HasLoggedErrors || !Check(step, task, diagnostics))
            {
                return false;
            }

            using var state = await StepState.OpenAsync(StepState.PathOf(setting.StateFolder, step), cancellation).ConfigureAwait(false);
            return Build(step, task, state, log, diagnostics);
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

    private bool Build(DeclaredStep step, DockerExec task, StepState state, TaskLoggingHelper log, Diagnostics diagnostics)
    {
        var options = ParameterReader.Read(task).Options;
        var inputs = Find(step, step.Inputs, "inputs");
        if (inputs.Absent(setting.ProjectDirectory).ToList() is { Count: > 0 } absent)
        {
            absent.ForEach(input => diagnostics.InputAbsent(step, input));
            return false;
        }

        var key = KeyOf(step, options, inputs);
        var before = Find(step, step.Outputs, "outputs");
        if (key.Length > 0 && state.Key == key && state.Outputs == before.Root.Hash && AbsentOutputs(step).Count == 0)
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
        log.LogMessage(MessageImportance.High, step.Description.Length > 0 ? $"{step.Name}: {step.Description}" : step.Name);
        if (!Run(step, task, log, diagnostics))
        {
            return false;
        }

        // An image that was pulled for the run is known only now.
        if (key.Length == 0)
        {
            setting.Images.LookUp([options.Image], options);
            key = KeyOf(step, options, inputs);
        }

        state.Keep(key, Find(step, step.Outputs, "outputs").Root.Hash);
        return true;
    }

    private bool Run(DeclaredStep step, DockerExec task, TaskLoggingHelper log, Diagnostics diagnostics)
    {
        foreach (var folder in step.Outputs.Select(OutputFolder))
        {
            Directory.CreateDirectory(folder);
        }

        using var stop = cancellation.Register(task.Cancel);
        if (!task.Execute())
        {
            RemoveOutputs(step);
            return false;
        }

        AbsentOutputs(step).ForEach(output => diagnostics.OutputAbsent(step, output));
        return !log.HasLoggedErrors;
    }

    private StepFilesOnHost Find(DeclaredStep step, IReadOnlyList<string> declared, string kind) =>
        StepFilesOnHost.Find(declared, setting.ProjectDirectory, Path.ChangeExtension(StepState.PathOf(setting.StateFolder, step), kind), cancellation);

    // Empty for an image that the engine does not have yet.
    private string KeyOf(DeclaredStep step, StepOptions options, StepFilesOnHost inputs) =>
        (setting.ResolveImages ? setting.Images.Find(options.Image) : options.Image) is { } image
            ? ActionKey.Of(StepActions.Of(options, image, step.Outputs, step.Hermetic, setting.ProjectDirectory), inputs.Root).Digest.Hash
            : "";

    private DockerExec NewTask(DeclaredStep step, IBuildEngine engine, string folder, Action<OutputLine>? recorder, Diagnostics diagnostics)
    {
        var task = StepReader.Task(step, engine, recorder, diagnostics.Problem);
        ProjectMount.AddTo(task, folder, setting.Mounts);
        return task;
    }

    private bool Check(DeclaredStep step, DockerExec task, Diagnostics diagnostics)
    {
        var problems = ParameterReader.Read(task).Problems;
        problems.ToList().ForEach(diagnostics.Problem);
        var outside = step.Outputs.Where(output => !IsInProject(output)).ToList();
        outside.ForEach(output => diagnostics.OutputOutside(step, output));
        return problems.Count == 0 && outside.Count == 0;
    }

    private List<string> AbsentOutputs(DeclaredStep step) => [.. step.Outputs.Where(output => !Path.Exists(FullPath(output)))];

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
    private string OutputFolder(string output) => output.EndsWith('/') ? FullPath(output) : Path.GetDirectoryName(FullPath(output))!;

    private string FullPath(string output) => Path.GetFullPath(output, setting.ProjectDirectory);

    private bool IsInProject(string output) => FullPath(output).StartsWith(Path.TrimEndingDirectorySeparator(setting.ProjectDirectory) + "/", StringComparison.Ordinal);
}

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

    /// <summary>True for a build that only wants to know whether there is something to do (<c>-question</c>).</summary>
    public bool OnlyAsk { get; init; }
}
