using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.Building;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Dockerfiles;
using RestrictedRunner.Build.Execution;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Commands;
using RestrictedRunner.Hosts;
using RestrictedRunner.Images;

namespace RestrictedRunner.Build;

/// <summary>
/// Runs a command in a disposable container, as <c>Exec</c> runs one on the host. What goes wrong is logged as an error
/// with a code <c>RRBnnnn</c>.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed partial class DockerExec : Microsoft.Build.Utilities.Task, ICancelableTask, IDisposable
{
    private readonly StepCancellation _cancellation = new();
    private StepOptions? _started;

    /// <summary>Reads the parameters, runs the command, and logs how it went.</summary>
    /// <returns>False when an error was logged.</returns>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A stack trace in a user's log explains nothing; it is logged at low importance.")]
    public override bool Execute()
    {
        var host = Host.OfThisMachine.At(BuildEngine.ProjectFileOfTaskNode).ConnectingOnce(BuildEngine);
        var diagnostics = new Diagnostics(Log, host);
        try
        {
            var parameters = Read(host);
            var secrets = SecretValues.Read(parameters.Options.Secrets, host);
            diagnostics.Mask = secrets.Mask;
            List<OptionProblem> problems = [.. parameters.Problems, .. StepOptionRules.Check(parameters.Options, host), .. CacheMountRules.Check(parameters)];
            problems.ForEach(diagnostics.Problem);
            parameters = parameters with { Options = parameters.Options with { Secrets = secrets.Known, Withheld = DeclaredSecrets.Of(BuildEngine, ProjectFolder.Find(), host).Variables } };
            return problems.Count == 0 && Locked(parameters.Options, host, diagnostics) is { } options && Run(parameters with { Options = options }, diagnostics);
        }
        catch (Exception e)
        {
            diagnostics.OwnFault(e);
            return false;
        }
    }

    /// <summary>Stops the container and removes it; <see cref="Execute"/> returns false soon after.</summary>
    public void Cancel() => _cancellation.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _cancellation.Dispose();

    private StepParameters Read(Host host)
    {
        var projectDirectory = ProjectFolder.Find();
        var defaults = GivenValues.OfProperties(Defaults);
        var folder = LogFilePlace.FolderIn(host.Paths, BuiltProject.Property(BuildEngine, "BaseIntermediateOutputPath"));
        var logFile = LogFilePlace.In(host.Paths.Full(folder, projectDirectory), new(BuildEngine.ProjectFileOfTaskNode, () => BuildEngine.LineNumberOfTaskNode));
        var parameters = HostWorkingDirectory.Translate(ParameterReader.Read(GivenValues.Of(_given).Or(defaults), projectDirectory, logFile, host));
        StdOutEncoding = parameters.Options.StdOutEncoding.EncodingName;
        StdErrEncoding = parameters.Options.StdErrEncoding.EncodingName;
        var unknown = defaults.Values.Keys.Where(name => !Parameter.All.ContainsKey(name));
        return parameters with
        {
            Problems =
            [
                .. unknown.Select(name => new OptionProblem(OptionProblemKind.ValueInvalid, nameof(Defaults), name, "its items are named after parameters of the task, and this is none")),
                .. parameters.Problems,
            ],
        };
    }

    // Null when an error was logged. MSBuild gives no task the properties of its project.
    private StepOptions? Locked(StepOptions options, Host host, Diagnostics diagnostics)
    {
        var images = ProjectLock.Read(
            BuiltProject.Property(BuildEngine, "DockerExecLockFile"),
            BuiltProject.Property(BuildEngine, "DockerExecLockedMode"),
            BuiltProject.Property(BuildEngine, "_DockerExecIsLockedByDefault") == "true",
            BuiltProject.Items(BuildEngine, ImageReader.ItemType),
            options.ClientDirectory,
            host,
            diagnostics);
        return images?.Apply(options, diagnostics, Log);
    }

    private bool Run(StepParameters parameters, Diagnostics diagnostics)
    {
        if (WithImage(parameters, diagnostics) is not { } options)
        {
            return false;
        }

        options = options with { StopAtOnce = _cancellation.StopAtOnce };
        var execution = new StepExecution(parameters with { Options = options }, Log, BuildEngine)
        {
            Diagnostics = diagnostics,
            CollectsOutput = ConsoleToMSBuild,
            CacheMounts = parameters.CacheMounts.Count == 0 ? null : new(parameters.CacheMounts, CacheMountUse(parameters.Host), Log),
        };
        var outcome = _cancellation.Watch(() => execution.Run(_cancellation.Token));
        (ExitCode, ContainerName, TimedOut, OutOfMemory) = (outcome.ExitCode, outcome.ContainerName, outcome.TimedOut, outcome.OutOfMemory);
        Duration = (long)outcome.Duration.TotalMilliseconds;
        ConsoleOutput = [.. outcome.Output.Select(OutputItem)];
        _started = outcome.ContainerName.Length > 0 ? options : null;
        return outcome.Succeeded;
    }

    // Null when an error was logged.
    private StepOptions? WithImage(StepParameters parameters, Diagnostics diagnostics)
    {
        try
        {
            return _cancellation.Watch(() => TaskImage.Ensure(parameters.Options, ProjectFolder.Find(), parameters.Host, Log, BuildEngine, _cancellation.Token));
        }
        catch (OperationCanceledException)
        {
            diagnostics.StepCancelled(parameters.Options.Image);
            return null;
        }
    }

    // The task may be in a file that other projects import. A task in a process of its own knows the folder alone.
    private CacheMountUse CacheMountUse(Host host)
    {
        var project = BuiltProject.Property(BuildEngine, "MSBuildProjectFullPath") is { Length: > 0 } path ? path : ProjectFolder.Find();
        var size = CacheSetting.Read("", BuiltProject.Property(BuildEngine, "DockerExecCacheSize"), host, static _ => { });
        return new(project, $"a task of {project}", size.Limit, host);
    }

    // Its text comes back from MSBuild as it was.
    private static ITaskItem OutputItem(OutputLine line)
    {
        var item = new Microsoft.Build.Utilities.TaskItem(EscapedText.Escape(line.Text.TrimEnd()));
        item.SetMetadata("Stream", line.Stream == OutputStream.StandardOutput ? "stdout" : "stderr");
        return item;
    }

    // Where a task has a process of its own, as in MSBuild.exe and Visual Studio, MSBuild reads every output, wanted or not.
    private bool IsImageDigestWanted() =>
        BuildEngine.GetType().Name != "OutOfProcTaskHostNode" || ProjectText.TakesOutput(BuildEngine, nameof(ImageDigest));

    // An output's getter that throws is a stack trace in the user's log.
    private string FindImageDigest(StepOptions options)
    {
        try
        {
            return EngineImages.FindAsync(options, Host.OfThisMachine.ConnectingOnce(BuildEngine), _cancellation.Token).GetAwaiter().GetResult()?.Reference ?? "";
        }
        catch (RunnerException)
        {
            return "";
        }
    }
}
