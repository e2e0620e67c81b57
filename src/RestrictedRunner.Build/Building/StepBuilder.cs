using System.Collections.Concurrent;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.Reports;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;

namespace RestrictedRunner.Build.Building;

/// <summary>
/// Brings a declared step up to date: looks at its inputs, and unless its outputs are those of these inputs already,
/// restores them from the cache or runs it.
/// </summary>
/// <param name="setting">The project.</param>
/// <param name="dockerfiles">The images that are built.</param>
/// <param name="logs">Where the steps log to.</param>
/// <param name="cancellation">Ends the building.</param>
internal sealed class StepBuilder(StepBuildSetting setting, DockerfileImages dockerfiles, StepLogs logs, CancellationToken cancellation)
{
    private readonly ConcurrentQueue<string> _removed = new();
    private readonly ConcurrentQueue<SeenStep> _upToDate = new();
    private int _restored;
    private int _run;

    /// <summary>The steps that were up to date, with what was looked at to know that.</summary>
    public IEnumerable<SeenStep> UpToDate => _upToDate;

    /// <summary>How many steps came from the cache.</summary>
    public int Restored => _restored;

    /// <summary>How many steps ran and succeeded.</summary>
    public int Run => _run;

    /// <summary>Paths of outputs that were there before a step was built and are no longer, as <see cref="OutputPath"/> from the project's folder.</summary>
    public IEnumerable<string> Removed => _removed;

    /// <summary>Builds one step; the steps before it have succeeded.</summary>
    /// <returns>False when an error was logged.</returns>
    public async Task<bool> BuildAsync(DeclaredStep step)
    {
        using var log = logs.Open(step);
        using var record = log.Record;
        record?.Enter(StepPhase.WaitingForLock);
        try
        {
            foreach (var name in step.IgnoredDefaults)
            {
                UpToDateMessages.IgnoredDefault(log.Messages, step.Name, name);
            }

            var parameters = StepPlace.InProject(step, setting.ProjectDirectory).Parameters(step, setting.Mounts);
            if (!StepRules.Check(step, parameters with { Problems = [.. step.Hermetic ? [] : setting.MountProblems, .. parameters.Problems] }, setting.ProjectDirectory, log.Diagnostics))
            {
                return false;
            }

            var paths = setting.State.Of(step);
            using var held = await FileLock.OpenAsync(paths.Lock, cancellation).ConfigureAwait(false);
            record?.Enter(StepPhase.Looking);
            return Build(step, parameters, paths, StateFile.Load(paths.State), log);
        }
        catch (OperationCanceledException)
        {
            log.Diagnostics.StepCancelled(step.Parameters.Options.ImageName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Diagnostics.StepFilesUnusable(step, e);
        }

        return false;
    }

    private bool Build(DeclaredStep step, StepParameters parameters, StatePaths paths, StepState earlier, StepLogs.Log log)
    {
        var image = new StepImage(parameters.Options, setting, dockerfiles, log, cancellation);
        if (image.HasToBeBuilt && !setting.OnlyAsk && !image.Build())
        {
            return false;
        }

        var look = new StepLook(step, parameters.Options, earlier, setting, dockerfiles, cancellation);
        log.Record?.Saw(look);
        if (!StepFileRules.Check(look, setting.ProjectDirectory, log))
        {
            return false;
        }

        if (look.IsSame && !earlier.Warnings.Any(warning => warning.IsError(log.Engine)))
        {
            UpToDateMessages.UpToDate(log.Messages, step.Name);
            _upToDate.Enqueue(new(step, parameters, earlier, paths, look.Inputs.Found, look.Outputs!.Found));
            if (FirstLook.Is(log.Engine, paths))
            {
                earlier.Warnings.ToList().ForEach(warning => warning.Log(log.Messages, setting.ProjectDirectory, setting.Host.Paths));
                StepFileRules.TellOfNoOrder(step, earlier.Discovered, setting, log);
            }

            return !log.HasErrors;
        }

        // Of 10,000 inputs this takes a hundredth of a second.
        var causes = setting.TellsWhy ? RunCauses.Of(look, setting, cancellation) : [];
        if (setting.OnlyAsk)
        {
            log.Diagnostics.WouldRun(step, CauseText.Short(causes));
            return false;
        }

        log.Record?.Add(known => known with { Causes = causes });
        return Make(new(look, image, causes, setting, log, cancellation));
    }

    private bool Make(StepMake step)
    {
        try
        {
            switch (step.Make())
            {
                case StepMade.Restored:
                    Interlocked.Increment(ref _restored);
                    return true;
                case StepMade.Run:
                    Interlocked.Increment(ref _run);
                    return true;
                default:
                    return false;
            }
        }
        finally
        {
            step.Removed.ToList().ForEach(_removed.Enqueue);
        }
    }
}
