using System.Diagnostics;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.Reports;
using RestrictedRunner.Build.ToolMessages;
using RestrictedRunner.Results;

namespace RestrictedRunner.Build.Execution;

/// <summary>Runs a step in a container, and logs what it prints and how it ends.</summary>
/// <param name="parameters">What to run, and what its output means; all of it is valid.</param>
/// <param name="log">Where the step logs to, and nothing else.</param>
/// <param name="engine">The build.</param>
internal sealed class StepExecution(StepParameters parameters, TaskLoggingHelper log, IBuildEngine engine)
{
    private readonly StepOptions _options = parameters.Options;

    /// <summary>Logs errors and warnings about the step.</summary>
    public required Diagnostics Diagnostics { get; init; }

    /// <summary>The container that it runs in; null for one of its own.</summary>
    public IStepRunner? Runner { get; init; }

    /// <summary>False where the log has the command already.</summary>
    public bool Echoes { get; init; } = true;

    /// <summary>Its cache mounts; null where it has none.</summary>
    public StepCacheMounts? CacheMounts { get; init; }

    /// <summary>True keeps the lines of output for the outcome.</summary>
    public bool CollectsOutput { get; init; }

    /// <summary>Sees each line of output too; may be null.</summary>
    public Action<OutputLine>? Recorder { get; init; }

    /// <summary>What the build writes down of the step; may be null.</summary>
    public StepRecord? Record { get; init; }

    // A declared step that logged an error has failed whatever its exit code is worth: kept, it would be green the next time.
    private bool IsDeclared => Diagnostics.Step.Length > 0;

    /// <summary>Logs what an earlier run printed, with the errors and warnings in it.</summary>
    public void Replay(IEnumerable<OutputLine> lines)
    {
        using var stepLog = new StepLog(log, parameters, Diagnostics, collect: false);
        var observer = stepLog.Observer(onStarting: static _ => { });
        foreach (var line in lines)
        {
            observer.Output(line);
        }

        stepLog.Tools.Finish();
    }

    /// <summary>Runs the step.</summary>
    /// <param name="cancellation">Stops the container and removes it.</param>
    public StepOutcome Run(CancellationToken cancellation)
    {
        using var stepLog = new StepLog(log, parameters, Diagnostics, CollectsOutput);
        parameters.LogFile.RemoveOld();
        if (Echoes && !parameters.EchoOff)
        {
            stepLog.Echo(_options);
        }

        WarnOfWindowsPaths();
        AbandonedSearch.Start(engine, _options, parameters.Host);
        var watch = new Stopwatch();
        var outcome = new StepOutcome();
        try
        {
            var start = DateTimeOffset.UtcNow;
            var runner = Runner ?? new OwnContainer(parameters.Host, BuildImages.Of(engine));
            runner = CacheMounts is null ? runner : new WithCacheMounts(runner, CacheMounts);
            var result = WithoutSpinning(runner.RunAsync(_options, Recorded(stepLog.Observer(Starting, Recorder)), cancellation));
            stepLog.Tools.Finish();
            outcome = Judge(result, stepLog, outcome);
            return outcome with { Succeeded = Warn(result, start) && outcome.Succeeded, Output = stepLog.Collected };
        }
        catch (OperationCanceledException)
        {
            Diagnostics.StepCancelled(_options.ImageName);
        }
        catch (TimeoutException)
        {
            outcome = outcome with { TimedOut = true, Duration = watch.Elapsed };
            Diagnostics.TimedOut(_options, stepLog.EndFailed());
        }
        catch (CacheMountsException e)
        {
            Diagnostics.CacheMountsUnusable(e);
        }
        catch (RunnerException e)
        {
            Diagnostics.NotRun(e, _options, stepLog.EndFailed(), NearImage.Ask(e.Failure, _options, parameters.Host));
        }

        stepLog.Tools.Finish();
        return outcome with { Output = stepLog.Collected };

        void Starting(string container)
        {
            outcome = outcome with { ContainerName = container };
            Record?.Enter(StepPhase.Running);
            watch.Restart();
        }
    }

    // A client that was told of and then shows progress pulls; of one that runs the step, its container is told.
    private RunObserver Recorded(RunObserver observer) => Record is null ? observer : observer with
    {
        CommandLine = words =>
        {
            Record.Mark();
            observer.CommandLine(words);
        },
        PullProgress = line =>
        {
            Record.Enter(StepPhase.Pulling, atMark: true);
            observer.PullProgress(line);
        },
    };

    // A task that is waited for spins first, on a processor that the container could have.
    private static T WithoutSpinning<T>(Task<T> task)
    {
        ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
        return task.GetAwaiter().GetResult();
    }

    private StepOutcome Judge(RunResult result, StepLog stepLog, StepOutcome outcome)
    {
        var hasErrors = log.HasLoggedErrors;
        var ended = outcome with { ExitCode = result.ExitCode == 0 && hasErrors && !result.PrepareFailed ? -1 : result.ExitCode, OutOfMemory = result.OutOfMemory, Duration = result.Duration };
        if (result.PrepareFailed)
        {
            Diagnostics.PrepareFailed(_options, result.ExitCode, FailedLine(), stepLog.EndFailed());
            return ended;
        }

        if (ended.ExitCode == 0)
        {
            return ended with { Succeeded = true };
        }

        // As with Exec the build goes on.
        if (parameters.IgnoreExitCode && !(IsDeclared && hasErrors))
        {
            if (!parameters.EchoOff)
            {
                stepLog.IgnoredExitCode(_options, ended.ExitCode);
            }

            return ended with { Succeeded = true };
        }

        if (result.ExitCode == 0 || parameters.IgnoreExitCode)
        {
            Diagnostics.ErrorsInOutput(_options.ImageName, result.ExitCode, stepLog.EndFailed());
        }
        else if (result.OutOfMemory)
        {
            Diagnostics.OutOfMemory(_options, result.ExitCode, stepLog.EndFailed());
        }
        else
        {
            Diagnostics.CommandFailed(_options, result.ExitCode, FailedLine(), stepLog.EndFailed());
        }

        return ended;

        // The project is read only when there is a line of it to be found.
        FailedLine? FailedLine() => stepLog.Tools.FailedLine(_options, result.ExitCode) is { } at ? ProjectText.Find(at, _options, engine) : null;
    }

    private void WarnOfWindowsPaths()
    {
        foreach (var (name, script) in new[] { (nameof(_options.PrepareCommand), _options.PrepareCommand), (nameof(_options.Command), _options.Command) })
        {
            if (WindowsPath.FirstIn(script, parameters.Host.Paths, _options.ClientDirectory, Directory.Exists) is { } path)
            {
                Diagnostics.WindowsPath(name, path);
            }
        }
    }

    // False when a warning counts as an error in this build.
    private bool Warn(RunResult result, DateTimeOffset start)
    {
        var hadErrors = log.HasLoggedErrors;
        if (result is { OutOfMemory: true, ExitCode: 0 })
        {
            Diagnostics.HiddenOutOfMemory(_options);
        }

        if (ForeignFile.Find(_options, start, parameters.Host) is { } file)
        {
            Diagnostics.ForeignFile(file);
        }

        return hadErrors || !log.HasLoggedErrors;
    }
}
