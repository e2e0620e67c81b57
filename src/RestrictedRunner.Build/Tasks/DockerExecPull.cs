using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.Building;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;
using RestrictedRunner.Hosts;
using RestrictedRunner.Options;

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

    /// <summary>Images that are built from Dockerfiles: the items <c>DockerImage</c>.</summary>
    public ITaskItem[] Images { get; set; } = [];

    /// <summary>Folder for logs of pulls that fail, relative to the project.</summary>
    [Required]
    public string StateFolder { get; set; } = "";

    /// <summary>True in the outer build of several frameworks, which leaves steps of single frameworks to their builds.</summary>
    public bool AllFrameworks { get; set; }

    /// <summary>For each property <c>DockerExec…</c> that is a default, an item named after the parameter with metadata <c>Value</c>.</summary>
    public ITaskItem[] Defaults { get; set; } = [];

    /// <summary>File that says which image each name stands for, relative to the project; empty for the nearest <c>docker-exec.lock.json</c> in its folder or above it.</summary>
    public string LockFile { get; set; } = "";

    /// <summary><c>true</c> pulls no image that is not in the lock file; empty does what <see cref="IsLockedByDefault"/> says.</summary>
    public string LockedMode { get; set; } = "";

    /// <summary>True where a lock file has to have every image, if there is one.</summary>
    public bool IsLockedByDefault { get; set; }

    /// <summary>The project's file, which errors of no step point at.</summary>
    [Required]
    public string Project { get; set; } = "";

    /// <summary>
    /// Pulls each image once, when a step of it says <c>Pull</c> is <c>always</c>, or the engine does not have it and not all
    /// say <c>never</c>. Builds each that is built from a Dockerfile, unless the engine has it. An image that cannot be had is an error at its step; the others are pulled all the same.
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
        _host = _host.At(BuildEngine.ProjectFileOfTaskNode).ConnectingOnce(BuildEngine);
        var logs = new StepLogs((IBuildEngine8)BuildEngine, _host);
        var projectDirectory = ProjectFolder.Find();
        if (ProjectLock.Read(LockFile, LockedMode, IsLockedByDefault, Images, projectDirectory, _host, new(Log, _host, Project)) is not { } images)
        {
            return false;
        }

        var reader = new StepReader(GivenValues.OfProperties(Defaults), projectDirectory, _host.Paths.Full(StateFolder, projectDirectory), _host, DeclaredSecrets.Of(BuildEngine, projectDirectory, _host));
        var read = Steps
            .Where(item => !AllFrameworks || !StepReader.IsPerTargetFramework(item))
            .Select(item => Read(images.Apply(reader.Read(item, unknown: static (_, _) => { }), logs), projectDirectory, logs))
            .ToList();
        var good = read.OfType<ReadStep>().ToList();
        var state = new StateFolder(_host.Paths.Trimmed(_host.Paths.Full(StateFolder, projectDirectory)), Project) { Host = _host.Paths };
        var dockerfiles = new DockerfileImages(BuildEngine, state, _host);
        var isGood = dockerfiles.Read(Images, good.Select(step => step.Options), projectDirectory, Log, _cancellation.Token) && !read.Contains(null) && !logs.HaveErrors;

        // An engine that does not answer would be waited for, and told of, once for each image.
        var silent = new HashSet<EngineChoice>();
        foreach (var image in good.GroupBy(step => (Engine: step.Options.EngineChoice, step.Options.Image, step.Options.Platform)))
        {
            isGood &= !_cancellation.Token.IsCancellationRequested && !silent.Contains(image.Key.Engine) && (dockerfiles.Has(image.First().Options) ? Build(Asking(image), dockerfiles, projectDirectory, logs) : Pull(Asking(image), logs, silent));
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

    private bool Pull(ReadStep step, StepLogs logs, HashSet<EngineChoice> silentEngines)
    {
        using var log = logs.Open(step.Step);
        using var stepLog = new StepLog(log.Messages, step.Parameters, log.Diagnostics, collect: false);
        try
        {
            var isNew = DockerRunner.PullInBuildAsync(_host, step.Options, BuildImages.Of(BuildEngine).Pulls, stepLog.Observer(onStarting: static _ => { }), _cancellation.Token).GetAwaiter().GetResult();
            log.Messages.LogMessage(MessageImportance.High, $"{step.Options.ImageName}: {(isNew ? "pulled" : "is there")}");
            return true;
        }
        catch (OperationCanceledException)
        {
            log.Diagnostics.StepCancelled(step.Options.ImageName);
        }
        catch (RunnerException e)
        {
            log.Diagnostics.NotRun(e, step.Options, stepLog.EndFailed(), NearImage.Ask(e.Failure, step.Options, _host));
            if (e.Failure is RunnerFailure.ClientNotFound or RunnerFailure.DaemonNotRunning or RunnerFailure.PermissionDenied)
            {
                silentEngines.Add(step.Options.EngineChoice);
            }
        }

        return false;
    }

    private bool Build(ReadStep step, DockerfileImages dockerfiles, string projectDirectory, StepLogs logs)
    {
        using var log = logs.Open(step.Step);
        try
        {
            var images = dockerfiles.LookUp(step.Options, projectDirectory, log.Messages, _cancellation.Token);
            if (dockerfiles.Ensure(step.Options, images, log.Messages, BuildImages.Of(BuildEngine), _cancellation.Token) is not { } isNew)
            {
                return false;
            }

            log.Messages.LogMessage(MessageImportance.High, isNew ? $"{step.Options.Image}: built" : $"{step.Options.Image}: is there");
            return true;
        }
        catch (OperationCanceledException)
        {
            log.Diagnostics.StepCancelled(step.Options.Image);
            return false;
        }
    }

    private sealed record ReadStep(DeclaredStep Step, StepParameters Parameters)
    {
        public StepOptions Options => Parameters.Options;
    }
}
