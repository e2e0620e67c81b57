using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Cluster;
using RestrictedRunner.Build.Execution;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.Reports;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Strategies;

/// <summary>Runs a step in a container that sees the files of a place, and looks whether it wrote what it declares.</summary>
/// <param name="setting">The project.</param>
/// <param name="work">The step.</param>
/// <param name="place">The files.</param>
/// <param name="runner">The container; null for one of the step's own.</param>
internal sealed class StepContainer(StepBuildSetting setting, StepWork work, StepPlace place, IStepRunner? runner = null)
{
    private readonly DeclaredOutputs _outputs = work.Step.Outputs.In(place.ProjectDirectory);

    /// <summary>False where the log has the command already.</summary>
    public bool Echoes { get; init; } = true;

    /// <summary>What the step printed.</summary>
    public RecordedOutput Recorded { get; } = new();

    /// <summary>Full paths of what the step's dependency file says that it read; null when it has none.</summary>
    public IReadOnlyList<string>? Discovered { get; private set; }

    /// <summary>Runs the step.</summary>
    /// <param name="before">What was among its outputs.</param>
    /// <returns>False when an error was logged.</returns>
    public bool Run(OutputsBefore before)
    {
        var (step, diagnostics) = (work.Step, work.Log.Diagnostics);
        foreach (var folder in _outputs.Folders)
        {
            new CallersFiles(place.ProjectDirectory).CreateFolder(folder);
        }

        var parameters = place.Parameters(step, setting.Mounts);
        parameters = parameters with { Options = work.WithImage(parameters.Options) with { StopAtOnce = setting.StopAtOnce } };
        var start = DateTimeOffset.UtcNow;
        var outcome = Execution(setting, step, parameters, work.Log, Recorded.Add, runner, Echoes).Run(work.Cancellation);
        work.Log.Record?.Enter(StepPhase.Storing);
        work.Log.Record?.Add(known => known with
        {
            ExitCode = outcome.Duration > TimeSpan.Zero && !outcome.TimedOut ? outcome.ExitCode : null,
            OutOfMemory = outcome.OutOfMemory,
            Log = File.Exists(parameters.LogFile.Path) ? parameters.LogFile.Path : "",
        });
        if (!outcome.Succeeded)
        {
            return false;
        }

        Recorded.ExitCode = outcome.ExitCode;
        DeclaredPath[] absent = [.. new OutputSearch(_outputs).Absent()];
        IReadOnlyList<string> instead = absent.Length == 0 ? [] : WrittenInstead(start);
        foreach (var output in absent)
        {
            diagnostics.OutputAbsent(step, output.Text, ProjectMount.At(place.Start), instead);
        }

        if (before.NewRawNames() is { Count: > 0 } names)
        {
            diagnostics.OutputNameNotUtf8(step, [.. names.Select(name => setting.Host.Paths.Relative(place.ProjectDirectory, name))]);
        }

        if (diagnostics.Mask is { } mask)
        {
            new OutputSecrets(mask, step, _outputs, diagnostics).Tell(work.Cancellation);
        }

        if (absent.Length == 0 && _outputs.DependencyFile is { } file)
        {
            Discover(file, parameters, before);
        }

        return !work.Log.HasErrors;
    }

    /// <summary>The execution of a step, which logs into the step's part of the log.</summary>
    public static StepExecution Execution(StepBuildSetting setting, DeclaredStep step, StepParameters parameters, StepLogs.Log log, Action<OutputLine>? recorder = null, IStepRunner? runner = null, bool echoes = true)
    {
        // Errors of what was logged before are not this run's.
        var ofRun = new TaskLoggingHelper(log.Engine, StepLogs.Sender);
        return new(parameters, ofRun, log.Engine)
        {
            Diagnostics = new(ofRun, parameters.Host) { IsHermetic = step.Hermetic, IsOnCluster = runner is ClusterRunner, Step = step.Name, ShellCommand = ShellCommand, Mask = log.Diagnostics.Mask, SeesCopies = !step.Hermetic && parameters.DisplayMounts[0] != parameters.Options.Mounts[0] },
            Recorder = recorder,
            Record = log.Record,
            Runner = runner,
            Echoes = echoes,
            CacheMounts = CacheMounts(setting, step, ofRun),
        };

        // Where files are copied there is no shell.
        string ShellCommand(string name) => setting.Engines?.Copies(parameters.Options) == true ? "" : log.Diagnostics.ShellCommand?.Invoke(name) ?? "";
    }

    /// <summary>The cache mounts of a step; null where it has none.</summary>
    public static StepCacheMounts? CacheMounts(StepBuildSetting setting, DeclaredStep step, TaskLoggingHelper log)
    {
        var user = new CacheMountUse(setting.State.Project, $"step '{step.Name}' of {setting.State.Project}", setting.CacheLimit, setting.Host) { Places = setting.Places };
        return step.Parameters.CacheMounts is { Count: > 0 } mounts ? new(mounts, user, log) : null;
    }

    private void Discover(DeclaredPath file, StepParameters parameters, OutputsBefore before)
    {
        var problem = "it was there before the step ran, and the step did not write it";
        var mounts = new MountMap(setting.Host.Paths, parameters.DisplayMounts, parameters.Options.Tmpfs);
        Discovered = before.IsUntouched(file.FullPath) ? null : DiscoveredInputs.Read(file.FullPath, mounts, parameters.Options.WorkDir, out problem);
        if (Discovered is null)
        {
            work.Log.Diagnostics.DependencyFileInvalid(work.Step, file.Text, problem);
        }
        else if (work.Log.Diagnostics.Mask is { } mask && Discovered.FirstOrDefault(mask.IsIn) is { } input)
        {
            work.Log.Diagnostics.InputNameHoldsSecret(work.Step, setting.Host.Paths.Relative(setting.ProjectDirectory, input));
            Discovered = null;
        }
        else if (Discovered.Where(RawName.IsRaw).ToList() is { Count: > 0 } names)
        {
            work.Log.Diagnostics.InputNameNotUtf8(work.Step, [.. names.Select(name => setting.Host.Paths.Relative(setting.ProjectDirectory, name))]);
        }
    }

    // What Outputs may have been meant to name. Inputs of a stage were copied a moment ago.
    private IReadOnlyList<string> WrittenInstead(DateTimeOffset start)
    {
        var outputs = new OutputSearch(_outputs).FindPaths().Select(output => OutputPath.Absolute(place.ProjectDirectory, output));
        var copies = place.IsStage ? work.Inputs.Found.Files.Select(file => Path.Combine(place.Project.HostPath, work.Inputs.PathInTree(file.Path))) : [];
        var known = setting.BuildFolders.Append(setting.State.Folder).Concat(outputs).Select(setting.Host.Paths.Trimmed).Concat(copies).ToHashSet(setting.Host.Paths.Comparer);
        return [.. WrittenMeanwhile.Below(place.Project.HostPath, start, known.Contains).Select(path => setting.Host.Paths.Relative(place.ProjectDirectory, path))];
    }
}
