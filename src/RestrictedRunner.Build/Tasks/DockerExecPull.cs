using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.Building;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build;

/// <summary>Brings the images of declared steps to the engine, so that a later build, or one without a network, has them.</summary>
[MSBuildMultiThreadableTask]
public sealed class DockerExecPull : Microsoft.Build.Utilities.Task, ICancelableTask, IDisposable
{
    private static readonly PullPolicy[] MostFirst = [PullPolicy.Always, PullPolicy.Missing, PullPolicy.Never];

    private readonly StepCancellation _cancellation = new();
    private Host _host = Host.OfThisMachine;

    /// <summary>The items <c>DockerExecStep</c>.</summary>
    [Required]
    public ITaskItem[] Steps { get; set; } = [];

    /// <summary>Folder for logs of pulls that fail, relative to the project.</summary>
    [Required]
    public string StateFolder { get; set; } = "";

    /// <summary>True in the outer build of several frameworks, which leaves steps of single frameworks to their builds.</summary>
    public bool AllFrameworks { get; set; }

    /// <summary>For each property <c>DockerExec…</c> that is a default, an item named after the parameter with metadata <c>Value</c>.</summary>
    public ITaskItem[] Defaults { get; set; } = [];

    /// <summary>
    /// Pulls each image once, when a step of it says <c>Pull</c> is <c>always</c>, or the engine does not have it and not all
    /// say <c>never</c>. An image that cannot be had is an error at its step; the others are pulled all the same.
    /// </summary>
    /// <returns>False when an error was logged.</returns>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A stack trace in a user's log explains nothing; it is logged at low importance.")]
    public override bool Execute()
    {
        try
        {
            return _cancellation.Watch(PullAll);
        }
        catch (Exception e)
        {
            new Diagnostics(Log, _host).OwnFault(e);
            return false;
        }
    }

    /// <summary>Ends the pull that is under way; starts no more.</summary>
    public void Cancel() => _cancellation.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _cancellation.Dispose();

    private bool PullAll()
    {
        _host = _host.At(BuildEngine.ProjectFileOfTaskNode);
        var logs = new StepLogs((IBuildEngine8)BuildEngine, _host);
        var projectDirectory = ProjectFolder.Find();
        var reader = new StepReader(GivenValues.OfProperties(Defaults), projectDirectory, _host.Paths.Full(StateFolder, projectDirectory), _host, DeclaredSecrets.None);
        var read = Steps
            .Where(item => !AllFrameworks || !StepReader.IsPerTargetFramework(item))
            .Select(item => Read(reader.Read(item, unknown: static (_, _) => { }), projectDirectory, logs))
            .ToList();
        var good = read.OfType<ReadStep>();
        var isGood = !read.Contains(null);

        // An engine that does not answer would be waited for, and told of, once for each image.
        var silent = new HashSet<string>();
        foreach (var image in good.GroupBy(step => (step.Options.Engine, step.Options.Image, step.Options.Platform)))
        {
            isGood &= !_cancellation.Token.IsCancellationRequested && !silent.Contains(image.Key.Engine) && Pull(Asking(image), logs, silent);
        }

        return isGood;
    }

    private static ReadStep? Read(DeclaredStep step, string projectDirectory, StepLogs logs)
    {
        using var log = logs.Open(step);
        var parameters = StepPlace.InProject(step, projectDirectory).Parameters(step, mounts: []);
        var isGood = StepRules.Check(step, parameters, projectDirectory, log.Diagnostics, forPull: true);
        return isGood && !log.HasErrors ? new(step, parameters) : null;
    }

    // What is brought for one step is there for all.
    private static ReadStep Asking(IEnumerable<ReadStep> steps) => steps.MinBy(step => Array.IndexOf(MostFirst, step.Options.Pull))!;

    private bool Pull(ReadStep step, StepLogs logs, HashSet<string> silentEngines)
    {
        using var log = logs.Open(step.Step);
        using var stepLog = new StepLog(log.Messages, step.Parameters, log.Diagnostics, collect: false);
        try
        {
            var isNew = DockerRunner.PullInBuildAsync(_host, step.Options, BuildImages.Of(BuildEngine).Pulls, stepLog.Observer(onStarting: static _ => { }), _cancellation.Token).GetAwaiter().GetResult();
            log.Messages.LogMessage(MessageImportance.High, isNew ? $"{step.Options.Image}: pulled" : $"{step.Options.Image}: is there");
            return true;
        }
        catch (OperationCanceledException)
        {
            log.Diagnostics.StepCancelled(step.Options.Image);
        }
        catch (RunnerException e)
        {
            log.Diagnostics.NotRun(e, step.Options, stepLog.EndFailed(), NearImage.Ask(e.Failure, step.Options, _host));
            if (e.Failure is RunnerFailure.ClientNotFound or RunnerFailure.DaemonNotRunning or RunnerFailure.PermissionDenied)
            {
                silentEngines.Add(step.Options.Engine);
            }
        }

        return false;
    }

    private sealed record ReadStep(DeclaredStep Step, StepParameters Parameters)
    {
        public StepOptions Options => Parameters.Options;
    }
}
