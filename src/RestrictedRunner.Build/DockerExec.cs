using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;

namespace RestrictedRunner.Build;

/// <summary>
/// Runs a command in a disposable container, as <c>Exec</c> runs one on the host. What goes wrong is logged as an error
/// with a code <c>RRBnnnn</c>.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed partial class DockerExec : Microsoft.Build.Utilities.Task, ICancelableTask, IDisposable
{
    private readonly CancellationTokenSource _cancelled = new();
    private readonly CancellationTokenSource _stopAtOnce = new();
    private volatile BuildLink? _link;
    private StepOptions? _started;

    /// <summary>Folders that stand in for others: in what the log says of files, it is those.</summary>
    internal StandIn? StandIn { get; init; }

    /// <summary>Id of an image that is run in place of what <see cref="Image"/> stands for by now; empty for none.</summary>
    internal string ImageId { get; set; } = "";

    /// <summary>Name of the declared step that this runs; empty for a task of the project.</summary>
    internal string StepName { get; init; } = "";

    /// <summary>Folder of the log file of a step that fails, where <see cref="LogFile"/> names none; empty for that of the project's <c>obj</c>.</summary>
    internal string LogFolder { get; set; } = "";

    /// <summary>Sees each line of output too.</summary>
    internal Action<OutputLine>? Recorder { get; init; }

    /// <summary>Reads the parameters, runs the command, and logs how it went.</summary>
    /// <returns>False when an error was logged.</returns>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A stack trace in a user's log explains nothing; it is logged at low importance.")]
    public override bool Execute()
    {
        var diagnostics = NewDiagnostics();
        try
        {
            StepReader.Complete(this, diagnostics.Problem);
            var parameters = ParameterReader.Read(this);
            StdOutEncoding = parameters.Options.StdOutEncoding.EncodingName;
            StdErrEncoding = parameters.Options.StdErrEncoding.EncodingName;
            foreach (var problem in parameters.Problems)
            {
                diagnostics.Problem(problem);
            }

            return !Log.HasLoggedErrors && Run(parameters, diagnostics);
        }
        catch (Exception e)
        {
            diagnostics.OwnFault(e);
            return false;
        }
    }

    /// <summary>Stops the container and removes it; <see cref="Execute"/> returns false soon after.</summary>
    public void Cancel()
    {
        // As in a build of one node, where nobody is left to give the command time. MSBuild cancels before the link tells.
        if (_link is { IsBroken: true })
        {
            _stopAtOnce.Cancel();
        }

        _cancelled.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cancelled.Dispose();
        _stopAtOnce.Dispose();
    }

    /// <summary>Logs what an earlier run printed, with the errors and warnings in it.</summary>
    internal void Replay(IEnumerable<OutputLine> lines)
    {
        using var stepLog = new StepLog(Log, ParameterReader.Read(this), NewDiagnostics(), collect: false);
        var observer = stepLog.Observer(onStarting: static _ => { });
        foreach (var line in lines)
        {
            observer.Output(line);
        }

        stepLog.Tools.Finish();
    }

    private Diagnostics NewDiagnostics() => new(Log) { IsHermetic = StandIn is not null, Step = StepName };

    private bool Run(StepParameters parameters, Diagnostics diagnostics)
    {
        var options = parameters.Options with { StopAtOnce = _stopAtOnce.Token };
        using var stepLog = new StepLog(Log, parameters, diagnostics, ConsoleToMSBuild);
        parameters.LogFile.RemoveOld();
        if (!EchoOff)
        {
            stepLog.Echo(options);
        }

        OncePerBuild.Start(BuildEngine, options);
        _link = BuildLink.Find();
        using var watching = _link?.Watch(Cancel);
        using var ctrlC = CtrlC.Watch(Cancel);
        var watch = new Stopwatch();
        try
        {
            var start = DateTimeOffset.UtcNow;
            var result = DockerRunner.RunInBuildAsync(options, BuildImages.Of(BuildEngine).Pulls, stepLog.Observer(Starting, Recorder), captureOutput: false, _cancelled.Token).GetAwaiter().GetResult();
            stepLog.Tools.Finish();
            Duration = (long)result.Duration.TotalMilliseconds;
            var isGood = Judge(result, options, stepLog, diagnostics);
            var hadErrors = Log.HasLoggedErrors;
            if (result is { OutOfMemory: true, ExitCode: 0 })
            {
                diagnostics.HiddenOutOfMemory(options);
            }

            if (ForeignFile.Find(options, start) is { } file)
            {
                diagnostics.ForeignFile(file);
            }

            // A warning may count as an error.
            return isGood && (hadErrors || !Log.HasLoggedErrors);
        }
        catch (OperationCanceledException)
        {
            diagnostics.StepCancelled(options.Image);
        }
        catch (TimeoutException)
        {
            TimedOut = true;
            Duration = watch.ElapsedMilliseconds;
            diagnostics.TimedOut(options.Image, Timeout, stepLog.EndFailed());
        }
        catch (RunnerException e)
        {
            diagnostics.NotRun(e, options, stepLog.EndFailed(), NearImage.Ask(e.Failure, options));
        }
        finally
        {
            stepLog.Tools.Finish();
            ConsoleOutput = stepLog.Collected;
        }

        return false;

        void Starting(string container)
        {
            ContainerName = container;
            _started = options;
            watch.Restart();
        }
    }

    private bool Judge(RunResult result, StepOptions options, StepLog stepLog, Diagnostics diagnostics)
    {
        ExitCode = result.ExitCode;
        OutOfMemory = result.OutOfMemory;
        if (result.PrepareFailed)
        {
            diagnostics.PrepareFailed(Failed(result, options, stepLog));
            return false;
        }

        if (result.ExitCode == 0 && Log.HasLoggedErrors)
        {
            ExitCode = -1;
        }

        if (ExitCode == 0)
        {
            return true;
        }

        // As with Exec the build goes on. A declared step that logged an error has failed: kept, it would be green the next time.
        if (IgnoreExitCode && !(StepName.Length > 0 && Log.HasLoggedErrors))
        {
            if (!EchoOff)
            {
                stepLog.IgnoredExitCode(options, ExitCode);
            }

            return true;
        }

        if (result.ExitCode == 0 || IgnoreExitCode)
        {
            diagnostics.ErrorsInOutput(options.Image, result.ExitCode, stepLog.EndFailed());
        }
        else if (result.OutOfMemory)
        {
            diagnostics.OutOfMemory(options, result.ExitCode, stepLog.EndFailed());
        }
        else
        {
            diagnostics.CommandFailed(Failed(result, options, stepLog));
        }

        return false;
    }

    private FailedCommand Failed(RunResult result, StepOptions options, StepLog stepLog) =>
        new(options, result.ExitCode, FailedLine(result, options, stepLog), stepLog.EndFailed(), EngineImages.FindAsync(options, _cancelled.Token).GetAwaiter().GetResult()?.Settings ?? ImageSettings.None);

    // An output's getter that throws is a stack trace in the user's log.
    private string FindImageDigest(StepOptions options)
    {
        try
        {
            return EngineImages.FindAsync(options, _cancelled.Token).GetAwaiter().GetResult()?.Reference ?? "";
        }
        catch (RunnerException)
        {
            return "";
        }
    }

    // The project is read only when there is a line of it to be found.
    private FailedLine? FailedLine(RunResult result, StepOptions options, StepLog stepLog) =>
        stepLog.Tools.FailedLine(options, result.ExitCode) is { } at ? ProjectText.Find(at, options, BuildEngine) : null;
}
