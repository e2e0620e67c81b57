using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.Dockerfiles;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Build.Locking;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Hosts;
using RestrictedRunner.Images;

namespace RestrictedRunner.Build;

/// <summary>Writes into a project's lock file what the names of its images stand for in their registries now.</summary>
[MSBuildMultiThreadableTask]
public sealed class DockerExecLock : Microsoft.Build.Utilities.Task, ICancelableTask, IDisposable
{
    private readonly StepCancellation _cancellation = new();
    private readonly List<string> _said = [];
    private Host _host = Host.OfThisMachine;

    /// <summary>The items <c>DockerExecStep</c>.</summary>
    public ITaskItem[] Steps { get; set; } = [];

    /// <summary>The items <c>DockerImage</c>: names of images that tasks run. One that is built from a Dockerfile is in no registry, and is left out.</summary>
    public ITaskItem[] Images { get; set; } = [];

    /// <summary>Name of the only image to look for; empty for all.</summary>
    public string Image { get; set; } = "";

    /// <summary>The lock file, relative to the project; empty for the nearest in its folder or above it, or a new one in its folder.</summary>
    public string LockFile { get; set; } = "";

    /// <summary>Folder for logs of pulls that fail, relative to the project.</summary>
    [Required]
    public string StateFolder { get; set; } = "";

    /// <summary>True in the outer build of several frameworks, which leaves steps of single frameworks to their builds.</summary>
    public bool AllFrameworks { get; set; }

    /// <summary>For each property <c>DockerExec…</c> that is a default, an item named after the parameter with metadata <c>Value</c>.</summary>
    public ITaskItem[] Defaults { get; set; } = [];

    /// <summary>The project's file, which errors of no step point at.</summary>
    [Required]
    public string Project { get; set; } = "";

    /// <summary>What it said of images, as metadata <c>Text</c>: for terminals whose logger hides messages.</summary>
    [Output]
    public ITaskItem[] Said => [.. _said.Select((text, i) => new Microsoft.Build.Utilities.TaskItem($"{i}", new Dictionary<string, string> { ["Text"] = EscapedText.Escape(text) }))];

    /// <summary>Asks for each image once. One that cannot be had is an error at its step; the others are written all the same.</summary>
    /// <returns>False when an error was logged.</returns>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A stack trace in a user's log explains nothing; it is logged at low importance.")]
    public override bool Execute()
    {
        _host = _host.At(Project).ConnectingOnce(BuildEngine);
        var diagnostics = new Diagnostics(Log, _host, Project);
        var directory = ProjectFolder.Find();
        var found = Locking.LockSetting.FileOf(LockFile, directory, _host);
        var path = found.Length > 0 ? found : _host.Paths.Join(directory, Locking.LockFile.Name);
        try
        {
            return _cancellation.Watch(() => Update(path, directory, diagnostics));
        }
        catch (LockFileException e)
        {
            diagnostics.LockFileInvalid(path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            diagnostics.LockFileUnwritable(path, e.Message);
        }
        catch (OperationCanceledException)
        {
            diagnostics.StepsCancelled();
        }
        catch (Exception e)
        {
            diagnostics.OwnFault(e);
        }

        return false;
    }

    /// <summary>Ends the question that is under way; asks no more.</summary>
    public void Cancel() => _cancellation.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _cancellation.Dispose();

    private bool Update(string path, string directory, Diagnostics diagnostics)
    {
        var update = new LockFileUpdate(path, _host);

        // Before anybody is asked: what cannot be read cannot be written either.
        update.Read();
        var logs = new StepLogs((IBuildEngine8)BuildEngine, _host);
        var used = Read(directory, logs).ToLookup(static step => step is null);
        var wanted = used[false].Select(static step => step!).Where(step => Image.Length == 0 || step.Parameters.Options.Image == Image).ToList();
        if (wanted.Count == 0 && !used[true].Any())
        {
            // Of the projects of a solution, and of the frameworks of a project, most may have none.
            if (Image.Length > 0 && IsWholeBuild)
            {
                diagnostics.NoSuchImage(Image, [.. used[false].Select(static step => step!.Parameters.Options.Image).Distinct()]);
                return false;
            }

            Log.LogMessage(MessageImportance.Normal, Image.Length == 0 ? "No step and no DockerImage of this project names an image to lock." : $"No step and no DockerImage of this project names image '{Image}'.");
            return true;
        }

        var isGood = !used[true].Any();
        var digests = new Dictionary<string, LockedImage>(StringComparer.Ordinal);
        foreach (var image in wanted.GroupBy(static step => step.Parameters.Options.Image))
        {
            if (Ask([.. image], logs) is { } locked)
            {
                digests[image.Key] = locked;
            }
            else
            {
                isGood = false;
            }

            _cancellation.Token.ThrowIfCancellationRequested();
        }

        var before = digests.Count == 0 ? Locking.LockFile.Empty : update.AddAsync(digests, _cancellation.Token).GetAwaiter().GetResult();
        foreach (var (name, image) in digests.Where(image => BuildDigests.Of((IBuildEngine4)BuildEngine).IsFirstToTell(path, image.Key)))
        {
            LockChange.Of(name, before.Images.GetValueOrDefault(name), image).ForEach(Say);
        }

        return isGood;
    }

    private bool IsWholeBuild => BuiltProject.Property(BuildEngine, "BuildingSolutionFile") != "true" && BuiltProject.Property(BuildEngine, "TargetFrameworks").Length == 0;

    private void Say(string text)
    {
        _said.Add(text);
        Log.LogMessage(MessageImportance.High, "{0}", text);
    }

    // Null for a step whose image, platform or engine is wrong.
    private IEnumerable<DeclaredStep?> Read(string directory, StepLogs logs)
    {
        var built = ImageReader.BuiltNames(Images);
        var reader = new StepReader(GivenValues.OfProperties(Defaults), directory, _host.Paths.Full(StateFolder, directory), _host, DeclaredSecrets.Of(BuildEngine, directory, _host));
        var items = Steps.Where(item => !AllFrameworks || !StepReader.IsPerTargetFramework(item)).Concat(Images.Where(image => !ImageReader.IsBuilt(image)).Select(AsStep));
        foreach (var step in items.Select(item => reader.Read(item, unknown: static (_, _) => { })).Where(step => !built.Contains(step.Parameters.Options.Image) && !ImageIdentities.IsDigest(step.Parameters.Options.Image)))
        {
            using var log = logs.Open(step);
            var problems = StepOptionRules.CheckPull(step.Parameters.Options).ToList();
            problems.ForEach(log.Diagnostics.Problem);
            yield return problems.Count == 0 ? step : null;
        }
    }

    // An image is asked for as that of a step is.
    private static Microsoft.Build.Utilities.TaskItem AsStep(ITaskItem image)
    {
        var step = new Microsoft.Build.Utilities.TaskItem(image);
        step.SetMetadata(nameof(StepOptions.Image), image.ItemSpec);
        return step;
    }

    // Null when an error was logged. All steps have one image; some may want it for a platform of their own.
    private LockedImage? Ask(IReadOnlyList<DeclaredStep> steps, StepLogs logs)
    {
        var digests = new Dictionary<string, string>(StringComparer.Ordinal);
        var isLocal = false;
        foreach (var step in steps)
        {
            var options = step.Parameters.Options;
            if (digests.Count > 0 && (options.Platform.Length == 0 || digests.ContainsKey(ImagePlatform.OneSpelling(options.Platform))))
            {
                continue;
            }

            if (Ask(step, logs) is not { } found)
            {
                return null;
            }

            found.Digests.ToList().ForEach(digest => digests.TryAdd(digest.Key, digest.Value));
            isLocal |= found.IsLocal;
        }

        return new(digests, isLocal);
    }

    private ImageDigests? Ask(DeclaredStep step, StepLogs logs)
    {
        using var log = logs.Open(step);
        using var stepLog = new StepLog(log.Messages, step.Parameters, log.Diagnostics, collect: false);
        var options = step.Parameters.Options;
        try
        {
            var found = BuildDigests.Of((IBuildEngine4)BuildEngine).Ask(options, () => DockerRunner.FindDigestsAsync(_host, options, BuildImages.Of(BuildEngine).Pulls, stepLog.Observer(onStarting: static _ => { }), _cancellation.Token).GetAwaiter().GetResult());
            return options.Platform.Length == 0 || found.Digests.ContainsKey(ImagePlatform.OneSpelling(options.Platform))
                ? found
                : throw new RunnerException(RunnerFailure.ImageNotFound, $"It is there for {string.Join(", ", found.Digests.Keys.Order(StringComparer.Ordinal))}.");
        }
        catch (RunnerException e)
        {
            log.Diagnostics.NotRun(e, options, stepLog.EndFailed(), NearImage.Ask(e.Failure, options, _host));
            return null;
        }
    }
}
