using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build;

/// <summary>Brings the images of declared steps to the engine, so that a later build, or one without a network, has them.</summary>
[MSBuildMultiThreadableTask]
public sealed class DockerExecPull : Microsoft.Build.Utilities.Task, ICancelableTask, IDisposable
{
    private readonly CancellationTokenSource _cancelled = new();

    /// <summary>The items <c>DockerExecStep</c>.</summary>
    [Required]
    public ITaskItem[] Steps { get; set; } = [];

    /// <summary>For each property <c>DockerExec…</c> that is a default, an item named after the parameter with metadata <c>Value</c>.</summary>
    public ITaskItem[] Defaults { get; set; } = [];

    /// <summary>
    /// Pulls each image once, when <c>Pull</c> is <c>always</c> or the engine does not have it. An image that cannot be had
    /// is an error at its step; the others are pulled all the same.
    /// </summary>
    /// <returns>False when an error was logged.</returns>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A stack trace in a user's log explains nothing; it is logged at low importance.")]
    public override bool Execute()
    {
        try
        {
            return PullAll();
        }
        catch (Exception e)
        {
            new Diagnostics(Log).OwnFault(e);
            return false;
        }
    }

    /// <summary>Ends the pull that is under way; starts no more.</summary>
    public void Cancel() => _cancelled.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _cancelled.Dispose();

    private bool PullAll()
    {
        var logs = new StepLogs((IBuildEngine8)BuildEngine);
        var projectDirectory = ProjectFolder.Find();
        var lines = new StepLines();
        var defaults = StepReader.Defaults(Defaults);
        var pulled = new HashSet<(string Engine, string Image, string Platform, PullPolicy Pull)>();
        var isGood = true;
        foreach (var step in Steps.Select(item => StepReader.Read(item, defaults, lines, unknown: static (_, _) => { })))
        {
            using var output = logs.Open(step);
            var log = new TaskLoggingHelper(output.Engine, nameof(DockerExec));
            var diagnostics = new Diagnostics(log);
            using var task = StepPlace.InProject(step, projectDirectory).NewTask(step, output.Engine, recorder: null, [], diagnostics);
            var parameters = ParameterReader.Read(task);
            var options = parameters.Options;
            if (!log.HasLoggedErrors && StepRules.Check(step, parameters, projectDirectory, diagnostics) && pulled.Add((options.Engine, options.Image, options.Platform, options.Pull)))
            {
                Pull(parameters, log, diagnostics);
            }

            isGood &= !log.HasLoggedErrors;
            if (_cancelled.IsCancellationRequested)
            {
                return false;
            }
        }

        return isGood;
    }

    private void Pull(StepParameters parameters, TaskLoggingHelper log, Diagnostics diagnostics)
    {
        var options = parameters.Options;
        using var stepLog = new StepLog(log, parameters, diagnostics, collect: false);
        using var link = BuildLink.Watch(Cancel);
        try
        {
            var isNew = DockerRunner.PullAsync(options, stepLog.Observer(onStarting: static _ => { }), _cancelled.Token).GetAwaiter().GetResult();
            log.LogMessage(MessageImportance.High, isNew ? $"{options.Image}: pulled" : $"{options.Image}: is there");
        }
        catch (OperationCanceledException)
        {
            diagnostics.Cancelled(options.Image);
        }
        catch (RunnerException e)
        {
            diagnostics.NotRun(e, options, stepLog.Keep());
        }
    }
}
