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

    /// <summary>Reads the parameters, runs the command, and logs how it went.</summary>
    /// <returns>False when an error was logged.</returns>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A stack trace in a user's log explains nothing; it is logged at low importance.")]
    public override bool Execute()
    {
        var diagnostics = new Diagnostics(Log);
        try
        {
            var parameters = ParameterReader.Read(this);
            foreach (var problem in parameters.Problems)
            {
                diagnostics.Problem(problem);
            }

            return parameters.Problems.Count == 0 && Run(parameters, diagnostics);
        }
        catch (Exception e)
        {
            diagnostics.OwnFault(e);
            return false;
        }
    }

    /// <summary>Stops the container and removes it; <see cref="Execute"/> returns false soon after.</summary>
    public void Cancel() => _cancelled.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _cancelled.Dispose();

    private bool Run(StepParameters parameters, Diagnostics diagnostics)
    {
        var options = parameters.Options;
        var stepLog = new StepLog(Log, parameters, ConsoleToMSBuild);
        if (!EchoOff)
        {
            stepLog.Echo(options);
        }

        OncePerBuild.Start(BuildEngine, options);
        try
        {
            var start = DateTimeOffset.UtcNow;
            var result = DockerRunner.RunAsync(options, stepLog.Observer(), captureOutput: false, _cancelled.Token).GetAwaiter().GetResult();
            var isGood = Judge(result, options, stepLog, diagnostics);
            if (ForeignFile.Find(options, start) is { } file)
            {
                diagnostics.ForeignFile(file);
            }

            return isGood;
        }
        catch (OperationCanceledException)
        {
            diagnostics.Cancelled(options.Image);
        }
        catch (TimeoutException)
        {
            diagnostics.TimedOut(options.Image, Timeout, stepLog.Tail);
        }
        catch (RunnerException e)
        {
            diagnostics.NotRun(e, options);
        }
        finally
        {
            ConsoleOutput = stepLog.Collected;
        }

        return false;
    }

    private bool Judge(RunResult result, StepOptions options, StepLog stepLog, Diagnostics diagnostics)
    {
        ExitCode = result.ExitCode;
        OutOfMemory = result.OutOfMemory;
        if (result.OutOfMemory && result.ExitCode == 0)
        {
            diagnostics.HiddenOutOfMemory(options);
        }

        if (result.PrepareFailed)
        {
            diagnostics.PrepareFailed(options.Image, result.ExitCode, stepLog.Tail);
            return false;
        }

        if (IgnoreExitCode)
        {
            return true;
        }

        if (result.ExitCode != 0 && result.OutOfMemory)
        {
            diagnostics.OutOfMemory(options, result.ExitCode, stepLog.Tail);
        }
        else if (result.ExitCode != 0)
        {
            diagnostics.CommandFailed(options.Image, result.ExitCode, stepLog.Tail);
        }
        else if (Log.HasLoggedErrors)
        {
            ExitCode = -1;
            diagnostics.ErrorsInOutput(options.Image);
        }

        return !Log.HasLoggedErrors;
    }
}
