using System.Text.RegularExpressions;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Dockerfiles;
using RestrictedRunner.Build.Failures;
using RestrictedRunner.Build.Locking;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.RemoteServers;
using RestrictedRunner.Build.SharedCache;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Build.ToolMessages;
using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;
using RestrictedRunner.Images;
using RestrictedRunner.Masking;
using RestrictedRunner.Results;

namespace RestrictedRunner.Build.Logging;

/// <summary>
/// Every error of ours: one method, one code, one text that says what happened and what to do. RRB1xxx is about
/// parameters, 2xxx about engine and image, 3xxx about the run, 4xxx about hermeticity, 5xxx about a step's files and the
/// cache, 9xxx about our own faults. docs/diagnostics.md explains each.
/// </summary>
/// <param name="log">The log of a task.</param>
/// <param name="host">The machine that builds.</param>
/// <param name="file">The user's project, where MSBuild would name the file of ours that has the task; null for the line of the task.</param>
internal sealed partial class Diagnostics(TaskLoggingHelper log, Host host, string? file = null)
{
    private static readonly string[] LimitReached = ["Too many open files", "Resource temporarily unavailable", "Cannot allocate memory"];

    /// <summary>True for a step that is not hermetic, and runs on copies of its inputs.</summary>
    public bool SeesCopies { get; init; }

    /// <summary>True for a step that runs on a cluster, and not in a container here.</summary>
    public bool IsOnCluster { get; init; }

    /// <summary>True for a step that sees only what it declares.</summary>
    public bool IsHermetic { get; init; }

    /// <summary>Name of the step that all is about, which is an item of the project; empty for a task.</summary>
    public string Step { get; init; } = "";

    /// <summary>The command that opens a shell where a step runs, by the step's name; null where there is none, and empty where none can be.</summary>
    public Func<string, string>? ShellCommand { get; init; }

    /// <summary>The image that all is about, at whose item it is; null for a step or task.</summary>
    public DeclaredImage? Image { get; init; }

    /// <summary>Masks the step's secrets in all that is told; null when there are none, or they are not known yet.</summary>
    public SecretMask? Mask { get; set; }

    /// <summary>Tells the codes of warnings that are errors in this build.</summary>
    public Predicate<string> IsError { get; init; } = static _ => false;

    /// <summary>A text with <c>***</c> for the step's secrets.</summary>
    public string Masked(string text) => Mask?.Text(text) ?? text;

    public void Problem(OptionProblem problem)
    {
        switch (problem.Kind)
        {
            case OptionProblemKind.ImageMissing: ImageMissing(); break;
            case OptionProblemKind.ImageInvalid: ImageInvalid(problem); break;
            case OptionProblemKind.ValueInvalid: ValueInvalid(problem); break;
            case OptionProblemKind.CommandMissing: CommandMissing(); break;
            case OptionProblemKind.Conflict: Conflict(problem); break;
            case OptionProblemKind.MountInvalid: MountInvalid(problem); break;
            case OptionProblemKind.MountSourceMissing: MountSourceMissing(problem); break;
            case OptionProblemKind.RunOptsInvalid: RunOptsInvalid(problem); break;
            case OptionProblemKind.RunOptsForbidden: RunOptsForbidden(problem); break;
            case OptionProblemKind.EnvironmentInvalid: EnvironmentInvalid(problem); break;
            case OptionProblemKind.TextInvalid: TextInvalid(problem); break;
            case OptionProblemKind.InputMissing: InputMissing(problem); break;
            case OptionProblemKind.FormatInvalid: FormatInvalid(problem); break;
            case OptionProblemKind.WorkingDirectoryUnreachable: WorkingDirectoryUnreachable(problem); break;
            case OptionProblemKind.SecretInvalid: SecretInvalid(problem); break;
            case OptionProblemKind.SecretMissing: SecretMissing(problem); break;
            case OptionProblemKind.SecretUnusable: SecretUnusable(problem); break;
            default: throw new ArgumentOutOfRangeException(nameof(problem), problem.Kind, "no diagnostic for it");
        }
    }

    /// <summary>Tells why a step did not run.</summary>
    /// <param name="failure">The reason.</param>
    /// <param name="options">The step.</param>
    /// <param name="output">What it printed before.</param>
    /// <param name="nearImages">Of an image that cannot be had: those that are there and may be meant.</param>
    public void NotRun(RunnerException failure, StepOptions options, KeptOutput output, IReadOnlyList<string>? nearImages = null)
    {
        if (AtLimit(failure))
        {
            return;
        }

        switch (failure.Failure)
        {
            case RunnerFailure.OptionsInvalid: failure.Problems.ToList().ForEach(Problem); break;
            case RunnerFailure.ClientNotFound: ClientNotFound(failure); break;
            case RunnerFailure.DaemonNotRunning when SshTrouble.Find(failure.Message) is { } trouble: NoWayBySsh(trouble); break;
            case RunnerFailure.DaemonNotRunning: DaemonNotRunning(failure); break;
            case RunnerFailure.ContextNotFound: ContextNotFound(failure); break;
            case RunnerFailure.PermissionDenied: PermissionDenied(failure); break;
            case RunnerFailure.ImageAbsent when IsLockedToId(options): LocalImageAbsent(failure, options); break;
            case RunnerFailure.ImageAbsent: ImageAbsent(failure, options, nearImages); break;
            case RunnerFailure.ImageNotFound: ImageNotFound(failure, options, nearImages); break;
            case RunnerFailure.PullUnauthorized: PullUnauthorized(failure, options, nearImages); break;
            case RunnerFailure.RegistryUnreachable: RegistryUnreachable(failure, options, nearImages); break;
            case RunnerFailure.PullFailed: PullFailed(failure, options, nearImages); break;
            case RunnerFailure.DiskFull: DiskFull(failure, options); break;
            case RunnerFailure.EngineLost: EngineLost(failure, options); break;
            case RunnerFailure.WrongPlatform: WrongPlatform(failure, options); break;
            case RunnerFailure.UserUnknown: UserUnknown(failure, options); break;
            case RunnerFailure.InitMissing: CouldNotStart(failure, options); break;
            case RunnerFailure.CommandNotFound: CommandNotFound(failure, options, output); break;
            case RunnerFailure.CommandNotExecutable: CommandNotExecutable(failure, options, output); break;
            case RunnerFailure.CouldNotStart: CouldNotStart(failure, options); break;
            case RunnerFailure.Interrupted: Interrupted(failure, options, output); break;
            case RunnerFailure.NotRemoved: NotRemoved(failure, options, output); break;
            case RunnerFailure.WindowsContainers: WindowsContainers(failure); break;
            case RunnerFailure.MountUnseen: MountUnseen(failure, options); break;
            case RunnerFailure.NotCopyable: NotCopyable(failure, options); break;
            case RunnerFailure.TransferFailed: TransferFailed(failure, options); break;
            default: throw new ArgumentOutOfRangeException(nameof(failure), failure.Failure, "no diagnostic for it");
        }
    }

    public void StepNotForCluster(string cluster, string why) =>
        Error("RRB2050", $"The step cannot run on the cluster '{cluster}', because {why}. Change that, or let such steps run here: DockerExecRemoteFallback=true.");

    public void ClusterUnusable(string cluster, ServerFailure failure, string why) =>
        WarningThatNeverFails("RRB2051", $"The cluster '{cluster}' cannot be used, so the steps of this build run here: {why.TrimEnd('.')}.{Access(failure) ?? ClusterAdvice(failure)} Until it can be used, build with an empty DockerExecRemote.");

    public void ClusterLost(string cluster, ServerFailure failure, string why) =>
        Error("RRB2052", $"The cluster '{cluster}' cannot be used: {why.TrimEnd('.')}.{Access(failure) ?? ClusterAdvice(failure)} Or let the steps run here then: DockerExecRemoteFallback=true.");

    public void ClusterRefused(string cluster, ClusterRefusal refusal, string why) =>
        Error("RRB2053", $"The cluster '{cluster}' could not run the step. {Advice(refusal, why)}{Environment.NewLine}{why}");

    public void CommandFailed(StepOptions options, int exitCode, FailedLine? at, KeptOutput output) =>
        Error("RRB3001", $"The command exited with code {exitCode} in image '{options.ImageName}'{Place(at)}.{Why(Failed(options, exitCode, output) with { At = at })}{output.Told}{Shell}", at);

    public void PrepareFailed(StepOptions options, int exitCode, FailedLine? at, KeptOutput output) =>
        Error("RRB3002", $"PrepareCommand ended the script with code {exitCode} in image '{options.ImageName}', so the command did not run{Place(at)}.{Why(Failed(options, exitCode, output) with { At = at })}{output.Told}{Shell}", at);

    public void TimedOut(StepOptions options, KeptOutput output) =>
        Error("RRB3006", $"The step ran longer than {(
            !IsOnCluster ? $"its Timeout of {(int)options.Timeout.TotalMilliseconds} ms in image '{options.ImageName}' and was stopped; its container is removed. Raise"
            : options.Timeout == Timeout.InfiniteTimeSpan ? $"the limit of one hour for steps on a cluster, in image '{options.ImageName}', and was stopped there. Set"
            : $"its Timeout of {(int)options.Timeout.TotalMilliseconds} ms on the cluster, in image '{options.ImageName}', and was stopped there. Raise")} Timeout, or find out what the command waits for.{output.Told}{Shell}");

    public void StepCancelled(string image) => Cancelled($"The step in image '{image}' was cancelled; no container of it is left.");

    public void StepsCancelled() => Cancelled("The steps were cancelled; no container of them is left.");

    public void ErrorsInOutput(string image, int exitCode, KeptOutput output) =>
        Error("RRB3008", $"The command returned {exitCode} in image '{image}', {(exitCode == 0 ? "" : "which is ignored, ")}but its output held the errors above, so the step failed. {NoErrors(output.ErrorCauses)}{output.ToldFile}{Shell}");

    public void OutOfMemory(StepOptions options, int exitCode, KeptOutput output) =>
        Error("RRB3011", $"The command ran out of memory in image '{options.ImageName}'{MemoryLimit(options)}: the kernel killed a process of it, and it exited with code {exitCode}. Raise Memory, or let the command use less, for example fewer jobs at once.{output.Told}{Shell}");

    public void HiddenOutOfMemory(StepOptions options) =>
        Warning("RRB3013", $"A process of the step in image '{options.ImageName}' was killed because memory ran out{MemoryLimit(options)}, but the command exited with code 0: its result may be incomplete. Raise Memory, or let the command fail when a part of it fails (set -e, pipefail).");

    public void ForeignFile(ForeignFile file) =>
        Warning("RRB3012", $"'{file.Path}' was written while the step ran, and belongs to user {file.OwnerId} and not to you, so a later build or 'dotnet clean' may fail to change or delete it. Set User=\"current\" so that the files belong to you. First remove the files that are there already; if you may not, remove them with a step that runs without User (rm -r).");

    public void SlowFormat(string pattern) =>
        Warning("RRB3015", $"ErrorFormats '{pattern}' took longer than a second for one line, and is not used for the rest of the step. Repeats inside repeats, such as (a+)+, do that; write them in another way.");

    public void WindowsPath(string parameter, string path) =>
        Warning("RRB1027", $"{parameter} has the Windows path '{path}'. The shell in the container takes a backslash for a quote and not for a separator, so it reads another name. Write the path as the container has it, with '/'; of a property, such as $(IntermediateOutputPath.Replace('\\', '/')).");

    public void UnknownMetadata(DeclaredStep step, string name) =>
        Warning("RRB1015", $"Step '{step.Name}': DockerExecStep has no metadata '{name}', so it has no effect.{Meant(Spelling.Nearest(name, StepReader.MetadataNames))}");

    public void UnknownProperty(string name) =>
        Warning("RRB1016", $"There is no property '{name}', so it has no effect.{Meant(Spelling.Nearest(name, StepReader.PropertyNames))}");

    public void UnknownImageMetadata(string name) =>
        Warning("RRB1029", $"DockerImage has no metadata '{name}', so it has no effect.{Meant(Spelling.Nearest(name, ImageReader.MetadataNames))}");

    public void ContextHoldsState(DeclaredImage image, string folder) =>
        Error("RRB1032", $"The context '{image.Context}' holds '{folder}', which every build writes to, so every build would build the image again. Give the image a folder of its own, or leave out what builds write (such as obj and bin) in '{IgnoreFile.DockersName}'.");

    public void ImageNotBuilt(DeclaredImage image, ImageBuildFailure failure) =>
        log.LogError(null, "RRB2020", null, image.Dockerfile, failure.Line, 0, 0, 0, "{0}", $"Image '{image.Name}' could not be built: {failure.Reason}{string.Concat(failure.LastLines.Select(line => $"{Environment.NewLine}{line}"))}");

    public void ImageSourceUnusable(DeclaredImage image, ImageSourceException exception)
    {
        switch (exception.Fault)
        {
            case ImageFault.DockerfileAbsent: ImageFileAbsent("Dockerfile", exception.Path); break;
            case ImageFault.ContextAbsent: ImageFileAbsent("context", exception.Path); break;
            case ImageFault.PatternInvalid: IgnorePatternInvalid(image, exception); break;
            case ImageFault.Unreadable: ContextUnusable($"its Dockerfile or context cannot be read: {exception.Message}"); break;
            case ImageFault.NameNotUtf8: ContextUnusable($"the name '{exception.Path}' in its context is not UTF-8, in which keys are written. Rename it ('convmv -f latin1 -t utf8' does)."); break;
            case ImageFault.ChangedMeanwhile: ContextUnusable($"files in '{exception.Path}' changed each time that it was built. Let nothing write there meanwhile, or leave that out in '{IgnoreFile.DockersName}'."); break;
            case ImageFault.IgnoreFileUnread: IgnoreFileUnread(exception.Path); break;
            default: throw new ArgumentOutOfRangeException(nameof(exception), exception.Fault, "no diagnostic for it");
        }
    }

    public void NoOrder(DeclaredStep step, GraphProblem problem)
    {
        switch (problem.Kind)
        {
            case GraphProblemKind.NameTwice: StepTwice(problem); break;
            case GraphProblemKind.NameUnknown: DependsOnUnknown(step, problem); break;
            case GraphProblemKind.Cycle: Cycle(problem); break;
            case GraphProblemKind.OutputTwice: OutputTwice(step, problem); break;
            default: throw new ArgumentOutOfRangeException(nameof(problem), problem.Kind, "no diagnostic for it");
        }
    }

    public void InputAbsent(DeclaredStep step, string input) =>
        Error("RRB1021", $"Step '{step.Name}': the input '{input}' is not there. Create it before the steps run, correct the path, or name the step that makes it in DependsOn.");

    public void InputNameNotUtf8(DeclaredStep step, IReadOnlyList<string> names) =>
        NameNotUtf8(step, "input", names, "Rename it ('convmv -f latin1 -t utf8' does), or leave it out: what begins with '!' in Inputs takes files away, and '?' in it stands for such a byte.");

    public void OutputNameNotUtf8(DeclaredStep step, IReadOnlyList<string> names) =>
        NameNotUtf8(step, "output", names, "Let the command give it another name, or write it where no output is. What the step wrote is removed.");

    public void InputEmpty(DeclaredStep step, string input, string beside) =>
        Warning("RRB1023", $"Step '{step.Name}': the input '{input}' stands for no file.{Sentence(beside)} Correct it, or set AllowEmptyInputs=\"true\" where there may be none.");

    public void InputLeadsNowhere(DeclaredStep step, string link, string target) =>
        Error("RRB1026", $"Step '{step.Name}': the input '{link}' is a link to '{target}', which is not there. Create that, correct the link, or leave it out: '!{link}'.");

    public void OutputHasOtherCase(DeclaredStep step, string output, string name) =>
        Error("RRB1028", $"Step '{step.Name}': in place of its output '{output}' there is '{name}', which is the same file here, because upper and lower case do not count, and which no step has written. Give the output another name. If the file is an old output, write its name as it is, or remove it.");

    public void OutputHoldsProject(DeclaredStep step, string output) =>
        Error("RRB1022", $"Step '{step.Name}': the output '{output}' is the project's folder, or in a folder that the project is in, which the step would see as a whole. Let it write below the project's folder, or into a folder of its own beside it.");

    public void OutputOverwritten(DeclaredStep step, string project, string output, string otherStep, string otherProject) =>
        Warning("RRB1024", $"Step '{step.Name}' of {project} wrote '{output}' over what step '{otherStep}' of {otherProject} had written, so each of the two runs again after the other. Let one of them write it, or give each a folder of its own.");

    public void DependencyFileInvalid(DeclaredStep step, string file, string problem) =>
        Error("RRB3020", $"Step '{step.Name}': its DependencyFile '{file}' does not tell what the step read: {problem}. Let the command write it anew in each run, as make reads it (gcc -MMD -MF, protoc --dependency_out), or remove DependencyFile.{Shell}");

    public void InputOfNoOrder(DeclaredStep step, string input, string other) =>
        Warning("RRB1041", $"Step '{step.Name}' read '{input}', which step '{other}' writes and which '{step.Name}' does not wait for, so it may read an old one, or none. Name '{other}' in its DependsOn, or '{input}' in its Inputs.");

    public void OutputAbsent(DeclaredStep step, string output, string start, IReadOnlyList<string> instead) =>
        Error("RRB3016", $"Step '{step.Name}' succeeded but did not write its output '{output}'. {Instead(output, instead)} Correct {(output == step.Outputs.DependencyFile?.Text ? nameof(step.Outputs.DependencyFile) : nameof(step.Outputs))}, or the command: it starts in the project's folder, which is {start} in the container.{Shell}");

    public void NotHermetic(DeclaredStep step, string parameter) =>
        Error("RRB4001", $"Step '{step.Name}' is hermetic and has {parameter}, which would show it what it does not declare. Declare files in Inputs, or remove Hermetic.");

    public void LockFileAbsent(string lockFile, string why) =>
        Error("RRB4014", $"There is no lock file '{lockFile}', and {why}. Make it ('dotnet build -t:UpdateDockerExecLock'), or correct the property.");

    public void LockFileInvalid(string lockFile, LockFileException problem)
    {
        if (problem.IsOfVersion)
        {
            LockFileTooNew(lockFile, problem);
            return;
        }

        ErrorInLockFile("RRB4010", lockFile, problem.Line, $"The lock file cannot be read: {problem.Message}.");
    }

    public void NoSuchImage(string image, IReadOnlyList<string> named) =>
        Error("RRB4017", $"No step and no DockerImage of this project names image '{image}'.{Meant(Spelling.Nearest(image, named))}{(named.Count == 0 ? "" : $" The images: {string.Join(", ", named)}.")}");

    public void LockFileUnwritable(string lockFile, string reason) =>
        Error("RRB4016", $"The lock file '{lockFile}' cannot be written: {reason}");

    public void ImageNotLocked(string image, string lockFile) =>
        Error("RRB4012", $"Image '{image}' is not in the lock file '{lockFile}', and this build runs locked images only (DockerExecLockedMode, which ContinuousIntegrationBuild and RestoreLockedMode set). Add it: {UpdateLock(image)}{(Step.Length > 0 ? "" : $", where the project names it by <DockerImage Include=\"{image}\" />")}, and commit the file.");

    public void PlatformNotLocked(string image, string platform, IReadOnlyList<string> known, string lockFile) =>
        Error("RRB4013", $"The lock file '{lockFile}' has image '{image}' for {And(known)}, and not for {platform}, which this step needs. If the image has that platform by now, add it: {UpdateLock(image)}. Otherwise set Platform to one that it has.");

    public void OutputHoldsSecret(DeclaredStep step, string output) =>
        Warning("RRB4023", $"Step '{step.Name}': its output '{output}' holds the value of one of its Secrets, so whoever gets the file has it. Its result is not stored in the cache. Let the command not write the value, and remove the file.");

    public void OutputNameHoldsSecret(DeclaredStep step, string output) =>
        Error("RRB4024", $"Step '{step.Name}': the name of its output '{output}' holds the value of one of its Secrets, and names of files are in logs and in what is remembered of a step. Let the command give the file another name. What the step wrote is removed.");

    public void InputNameHoldsSecret(DeclaredStep step, string input) =>
        Error("RRB4026", $"Step '{step.Name}': its DependencyFile names '{input}', which holds the value of one of its Secrets, and names of inputs are in logs and in what is remembered of a step. Let the command read a file of another name.");

    public void OutputTargetHoldsSecret(DeclaredStep step, string output) =>
        Error("RRB4025", $"Step '{step.Name}': the target of the link '{output}', which is an output, holds the value of one of its Secrets, and targets of links are in what is remembered of a step. Let the command link to another name. What the step wrote is removed.");

    public void StepFilesUnusable(DeclaredStep step, Exception exception)
    {
        if (!AtLimit(exception))
        {
            StepFilesUnusable(step, exception.Message);
        }
    }

    public void StepFilesUnusable(DeclaredStep step, string reason) =>
        FilesUnusable($"Step '{step.Name}': its files cannot be read or written: {reason}");

    public void StepFilesUnusable(Exception exception)
    {
        if (AtLimit(exception))
        {
            return;
        }

        FilesUnusable($"What is remembered of the steps cannot be read or written: {exception.Message}");
    }

    public void NoSuchStep(string name, IReadOnlyList<string> steps) =>
        Error("RRB1040", $"{(name.Length == 0 ? "DockerExecShell has to know which step: add -p:Step=NAME" : $"There is no step '{name}'")}. {(steps.Count == 0 ? "This project has none; a step of one framework needs -p:TargetFramework=… too" : $"The steps: {string.Join(", ", steps)}")}.{(name.Length == 0 ? "" : Meant(Spelling.Nearest(name, steps)))}");

    public void NoTerminal(string command) =>
        Warning("RRB3030", $"This build has no terminal for a shell. Copy this command into one:{Environment.NewLine}{command}");

    public void NoShell(StepOptions options, string shell, string command) =>
        Error("RRB3031", $"Image '{options.ImageName}' has no '{shell}', so there is no shell in it. Another image can look at the same files; put its name in the place of IMAGE:{Environment.NewLine}{command}");

    public void ForeignCacheFiles(string mount, string folder, string reason) =>
        Warning("RRB5003", $"Cache mount {mount} is emptied, but files of it stay in '{folder}': they belong to another user, as whom a container ran, and could not be removed in a container either{(reason.Length > 0 ? $" ({reason.TrimEnd('.')})" : "")}. Start the engine and clean again, or remove the folder as root (sudo rm -r). With User=\"current\" such files are yours.");

    public void CacheMountsUnusable(Exception exception)
    {
        if (!AtLimit(exception))
        {
            Error("RRB5002", $"The step's cache mounts cannot be used: {exception.Message}, or remove CacheMounts.");
        }
    }

    public void SharedCacheInvalid(SharedCacheFault fault, string text)
    {
        switch (fault)
        {
            case SharedCacheFault.UrlInvalid: SharedCacheUrlInvalid(text); break;
            case SharedCacheFault.UrlHasPassword: SharedCacheUrlHasPassword(); break;
            case SharedCacheFault.HeaderInvalid: SharedCacheHeaderInvalid(); break;
            case SharedCacheFault.PushInvalid: SharedCachePushInvalid(text); break;
            default: throw new ArgumentOutOfRangeException(nameof(fault), fault, "no diagnostic for it");
        }
    }

    public void SharedCacheGivenUp(string url, ServerException failure) =>
        WarningThatNeverFails("RRB5020", $"The shared cache '{url}' is not used in the rest of this build: {failure.Message.TrimEnd('.')}. Steps run here, or have their results from this machine's cache.{Advice(failure)}");

    public void SharedCacheTakesNot(string url, ServerException failure, bool onlyThis)
    {
        var what = onlyThis ? $"A new result is not stored in the shared cache '{url}'" : $"New results are not stored in the shared cache '{url}' in the rest of this build";
        WarningThatNeverFails("RRB5021", $"{what}: {failure.Message.TrimEnd('.')}.{(onlyThis ? " Others are stored; that more of them are left out is not said again." : "")}{Advice(failure)}");
    }

    public void WouldRun(DeclaredStep step, string reason) =>
        Error("RRB3017", $"Step '{step.Name}' is not up to date: {reason}. The build only asks (-question), so it was not run.");

    public void OwnFault(Exception exception)
    {
        if (AtLimit(exception))
        {
            return;
        }

        Error("RRB9001", $"A fault in RestrictedRunner.Build itself: {exception.GetType().Name}: {exception.Message} Please report it; the details are in the log at low importance.");
        log.LogMessage(Microsoft.Build.Framework.MessageImportance.Low, exception.ToString());
    }

    // True when the system is at a limit: then that is all there is to tell.
    private bool AtLimit(Exception exception)
    {
        if (!IsAtLimit(exception))
        {
            return false;
        }

        Error("RRB3018", $"The system gives the build no more open files, threads or memory, so the step could not run. {(host.IsWindows ? "Let" : "Raise the limit (ulimit -n, ulimit -u), or let")} fewer steps run at once (DockerExecMaxParallel, -m).");
        log.LogMessage(Microsoft.Build.Framework.MessageImportance.Low, exception.ToString());
        return true;
    }

    private void ImageMissing() =>
        Error("RRB1001", $"docker runner requires 'image' option: {(Step.Length > 0 ? "give the step metadata Image, or the project a property DockerExecImage" : "give Image, such as Image=\"alpine:3.20\"; a property that it names may not be set, and DockerExecImage is for declared steps and for tasks with Defaults=\"@(DockerExecDefault)\"")}.");

    private void ImageInvalid(OptionProblem problem) => Error("RRB1002", Text(problem));

    private void ValueInvalid(OptionProblem problem) => Error("RRB1003", Text(problem));

    private void CommandMissing() =>
        Error("RRB1004", "There is nothing to run: give Command, such as Command=\"make all\", or Arguments.");

    private void Conflict(OptionProblem problem) => Error("RRB1005", Text(problem));

    private void MountInvalid(OptionProblem problem) => Error("RRB1006", Text(problem));

    private void MountSourceMissing(OptionProblem problem) =>
        Error("RRB1007", $"{Text(problem)}{Unexpanded(problem.Value)} Create it before the step (MakeDir), or correct the path. A named volume goes into DockerRunOpts=\"-v name:/path\".");

    private void RunOptsInvalid(OptionProblem problem) => Error("RRB1008", Text(problem));

    private void RunOptsForbidden(OptionProblem problem) => Error("RRB1009", $"{Text(problem)} Remove it.");

    private void EnvironmentInvalid(OptionProblem problem) => Error("RRB1010", Text(problem));

    private void TextInvalid(OptionProblem problem) => Error("RRB1011", Text(problem));

    private void InputMissing(OptionProblem problem) => Error("RRB1012", Text(problem));

    private void FormatInvalid(OptionProblem problem) => Error("RRB1013", Text(problem));

    private void WorkingDirectoryUnreachable(OptionProblem problem) => Error("RRB1014", Text(problem));

    private void SecretInvalid(OptionProblem problem) => Error("RRB4020", Text(problem));

    private void SecretMissing(OptionProblem problem) =>
        Error("RRB4021", $"{Text(problem)} Set it where the build runs; Optional=\"true\" of the DockerSecret lets the step run without.");

    private void SecretUnusable(OptionProblem problem) => Error("RRB4022", Text(problem));

    private void StepTwice(GraphProblem problem) =>
        ErrorOfSeveral("RRB1017", $"There are two steps '{problem.What}'. Give one of them another name.");

    private void DependsOnUnknown(DeclaredStep step, GraphProblem problem) =>
        Error("RRB1018", $"Step '{step.Name}' depends on '{problem.What}', and there is no such step.{Meant(problem.Other)}");

    private void Cycle(GraphProblem problem) =>
        ErrorOfSeveral("RRB1019", $"The steps wait for each other: {problem.What}. Remove one of these dependences, in DependsOn or in Inputs and Outputs.");

    private void OutputTwice(DeclaredStep step, GraphProblem problem) =>
        ErrorOfSeveral("RRB1020", $"Steps '{problem.Other}' and '{step.Name}' both write '{problem.What}'. Let one of them write it, or give each a folder of its own.");

    private void ImageFileAbsent(string what, string path) =>
        Error("RRB1030", $"The {what} '{path}' is not there. Create it, or correct Dockerfile or Context; both start in the project's folder, and without Dockerfile it is the file of this name in Context.");

    private void IgnorePatternInvalid(DeclaredImage image, ImageSourceException exception) =>
        log.LogError(null, "RRB1031", null, exception.Path, exception.Line, 0, 0, 0, "{0}", $"Image '{image.Name}': this is no pattern of a {IgnoreFile.DockersName} file: {exception.Message}. Correct or remove it; a builder would refuse it too.");

    private void ContextUnusable(string text) => Error("RRB2021", text);

    private void IgnoreFileUnread(string path) =>
        Error("RRB2022", $"The classic builder of this client does not look at '{path}', and would send what it leaves out. Install BuildKit (docker's plugin buildx), or name it '{IgnoreFile.DockersName}' in the context.");

    private void FilesUnusable(string text) => Error("RRB5001", text);

    private void NameNotUtf8(DeclaredStep step, string kind, IReadOnlyList<string> names, string fix) =>
        Error("RRB1025", $"Step '{step.Name}': the name of the {kind} '{RawName.Shown(names[0])}'{(names.Count > 1 ? $" (and of {names.Count - 1} more)" : "")} is not UTF-8, in which the step's key and its results are written. {fix}");

    private void ClientNotFound(RunnerException failure) =>
        Error("RRB2001", $"{failure.Message}. Install Docker or Podman, or give the client's path in Engine.{WithoutSteps}");

    private void DaemonNotRunning(RunnerException failure) =>
        Error("RRB2002", failure.Message.Contains("Podman", StringComparison.Ordinal)
            ? $"podman's service is not running, or cannot be reached. Start it, or correct the client's settings (CONTAINER_HOST, CONTAINER_CONNECTION, 'podman system connection'), and build again.{WithoutSteps}{Engine(failure)}"
            : $"docker daemon is not running, or cannot be reached. Start Docker, or correct the client's settings (DOCKER_HOST, DOCKER_CONTEXT, 'docker context'), and build again.{WithoutSteps}{Engine(failure)}");

    public void NoShellThere(string step) =>
        Error("RRB2042", $"The engine does not see this machine's files, so that a shell there would have none of step '{step}'. Open the shell on an engine that does: without DOCKER_HOST, DOCKER_CONTEXT and Context, say.");

    private void ContextNotFound(RunnerException failure) =>
        Error("RRB2040", $"{failure.Message.TrimEnd('.')}. Correct Context, or add the engine: 'docker context create NAME --docker host=…' ('podman system connection add').{WithoutSteps}");

    private void NoWayBySsh(SshTrouble trouble) =>
        Error("RRB2041", $"The engine is on another machine, and ssh does not lead to it: {(trouble.Said.Length > 0 ? trouble.Said.TrimEnd('.') : $"it ended with code {trouble.ExitCode}")}. {trouble.Fix}; '{trouble.Command}' has to work without a question.{WithoutSteps}");

    private void PermissionDenied(RunnerException failure) =>
        Error("RRB2003", $"The engine runs, but this user may not use it. {(host.IsWindows ? "Add the user to the group docker-users and sign in again ('net localgroup docker-users NAME /add', as an administrator)" : "Add the user to the group docker and log in again, or use rootless Docker or Podman")}.{WithoutSteps}{Engine(failure)}");

    private void WindowsContainers(RunnerException failure) =>
        Error("RRB2014", $"The engine runs Windows containers, and steps need Linux ones. Switch Docker Desktop in its menu ('Switch to Linux containers'), or by 'DockerCli.exe -SwitchLinuxEngine'.{WithoutSteps}{Engine(failure)}");

    private void ImageAbsent(RunnerException failure, StepOptions options, IReadOnlyList<string>? near) =>
        Error("RRB2004", $"The engine does not have image '{options.ImageName}'{AsLocked(options)}{ForPlatform(options)}, and Pull=\"{options.Pull.ToString().ToLowerInvariant()}\" did not bring it. Pull or build it first, or set Pull=\"missing\".{Near(near)}{Engine(failure)}");

    private void LocalImageAbsent(RunnerException failure, StepOptions options) =>
        Error("RRB4015", $"The lock file has image '{options.ImageName}' as one that came from no registry, and this engine does not have it: {options.Image}. Push the image to a registry, or build it here, and lock what it is then: {UpdateLock(options.ImageName)}.{Engine(failure)}");

    private void ImageNotFound(RunnerException failure, StepOptions options, IReadOnlyList<string>? near) =>
        Error("RRB2005", $"The registry has no image '{options.ImageName}'{AsLocked(options)}{ForPlatform(options)}. {(options.LockedName.Length > 0 ? $"It may have been removed there; {UpdateLock(options.ImageName)} locks what the name stands for now" : "Check name, tag and platform")}; a private image needs 'docker login'.{Near(near)}{Engine(failure)}");

    private void PullUnauthorized(RunnerException failure, StepOptions options, IReadOnlyList<string>? near) =>
        Error("RRB2006", $"The registry refused to give image '{options.ImageName}' to this user. Run 'docker login' for that registry with an account that may read it.{Near(near)}{Engine(failure)}");

    private void RegistryUnreachable(RunnerException failure, StepOptions options, IReadOnlyList<string>? near) =>
        Error("RRB2007", $"The registry of image '{options.ImageName}' could not be reached in three tries. Check the image's name, the network, a proxy, and the registry's name and port.{Near(near)}{Engine(failure)}");

    private void PullFailed(RunnerException failure, StepOptions options, IReadOnlyList<string>? near) =>
        Error("RRB2008", $"Image '{options.ImageName}'{AsLocked(options)} could not be pulled. 'docker pull {options.Image}' shows the same.{Near(near)}{Engine(failure)}");

    private void DiskFull(RunnerException failure, StepOptions options) =>
        Error("RRB2010", $"A disk is full, so the step in image '{options.ImageName}' could not run. Make room where the engine keeps images and containers ('docker system df' shows what it holds), or in the temporary folder.{Engine(failure)}");

    private void EngineLost(RunnerException failure, StepOptions options) =>
        Error("RRB2011", $"The engine went away, or lost the container, while the command ran in image '{options.ImageName}'; how it ended is not known. See that the engine runs, and build again: what is left of the container is removed then.{Engine(failure)}");

    private void WrongPlatform(RunnerException failure, StepOptions options) =>
        Error("RRB2012", $"The programs of image '{options.ImageName}' are for another kind of machine. Use an image for this one, set Platform, or install emulation (binfmt, qemu).{Engine(failure)}");

    private void MountUnseen(RunnerException failure, StepOptions options)
    {
        // The step's own files have gone by now.
        var path = UnseenSource.Find(failure.Message, Path.Exists) ?? UnseenSource.Find(failure.Message, static path => !path.EndsWith('.')) ?? "";
        var isOurs = host.MemoryFolders.Append(host.RunFolder).Any(folder => host.Paths.IsAtOrBelow(path, folder)) && !options.Mounts.Any(mount => mount.HostPath == path);
        Error("RRB2013", $"'{path}' exists here, and the engine does not see it. The engine runs on another machine, outside the container that the build runs in, or in Docker Desktop, which sees shared folders only. Use an engine that runs here, share that folder with it, or let the build run where the engine has the same files at the same paths. Transfer=\"copy\" copies the files instead.{(isOurs ? $" It belongs to the step's script: {OtherRunFolder}, or use Arguments, which need no script." : "")}{Engine(failure)}");
    }

    private void NotCopyable(RunnerException failure, StepOptions options) =>
        Error("RRB2030", $"The step in image '{options.ImageName}' cannot run on an engine that does not see this machine's files: {failure.Message}.");

    private void TransferFailed(RunnerException failure, StepOptions options) =>
        Error("RRB2031", $"The engine does not see this machine's files, and those of the step in image '{options.ImageName}' could not be copied. See that the engine has room and can be reached, and that nothing else writes to the files while the step runs.{Engine(failure)}");

    private void UserUnknown(RunnerException failure, StepOptions options) =>
        Error("RRB3014", $"Image '{options.ImageName}' does not have the user or group that the step asks for. Names must be in the image's own /etc/passwd and /etc/group; numbers (uid:gid) and User=\"current\" need not.{Engine(failure)}");

    // The codes are those of a shell that could not run it.
    private void CommandNotFound(RunnerException failure, StepOptions options, KeptOutput output)
    {
        var name = Program(failure);
        var why = name is null ? "" : Why(Failed(options, 127, output) with { Complaints = name.Contains('/', StringComparison.Ordinal) ? [new(ComplaintKind.Missing, name)] : [] });
        Error("RRB3003", $"Image '{options.ImageName}' has no {(name is null ? "such program" : $"program '{name}'")}.{(why.Length > 0 ? why : " Check the command's first word, Shell and Entrypoint, and that the image has that program.")}{Engine(failure)}");
    }

    private void CommandNotExecutable(RunnerException failure, StepOptions options, KeptOutput output)
    {
        var name = Program(failure);
        var why = name is null ? "" : Why(Failed(options, 126, output) with { Complaints = [new(ComplaintKind.Denied, name)] });
        Error("RRB3004", $"The program{(name is null ? "" : $" '{name}'")} in image '{options.ImageName}' cannot be executed.{(why.Length > 0 ? why : " Check that it is a file with the executable bit, for the machine's platform.")}{Engine(failure)}");
    }

    private void CouldNotStart(RunnerException failure, StepOptions options) =>
        Error("RRB3005", $"The container of image '{options.ImageName}' could not be started{NoPlace(failure, options)}{TooLong(failure)}{Unheard(failure)}:{Engine(failure)}");

    private void Cancelled(string text) => Error("RRB3007", text);

    private void Interrupted(RunnerException failure, StepOptions options, KeptOutput output) =>
        Error("RRB3009", $"The step in image '{options.ImageName}' was interrupted; how its command would have ended is not known.{Engine(failure)}{output.Told}");

    private void NotRemoved(RunnerException failure, StepOptions options, KeptOutput output) =>
        Error("RRB3010", $"The step in image '{options.ImageName}' was stopped, but its container may still be there. Remove it when the engine answers again: its client's 'rm --force', with the name below.{Engine(failure)}{output.Told}");

    private string OtherRunFolder => host.Kind switch
    {
        HostKind.MacOS => $"share '{host.RunFolder}' with the engine",
        HostKind.Windows => "set TMP to a folder that the engine sees",
        _ => "set TMPDIR to a folder that the engine sees",
    };

    // On a line of its own, to be copied.
    private string Shell => Step.Length > 0 && ShellCommand?.Invoke(Step) is { Length: > 0 } command ? $" To look around in such a container:{Environment.NewLine}{command}" : "";

    private string WithoutSteps => Step.Length > 0 ? " With DockerExecEnabled=false the build runs no steps and uses what they wrote before." : "";

    private static string Near(IReadOnlyList<string>? images) => images switch
    {
        null or [] => "",
        [var only] => $" The engine has '{only}': is that meant?",
        _ => $" The engine has {And([.. images.Select(image => $"'{image}'")])}: is one of them meant?",
    };

    // The likeliest first: the same name in another folder, or another ending or case.
    private static string Instead(string output, IReadOnlyList<string> written)
    {
        const int most = 3;
        var stem = Path.GetFileNameWithoutExtension(output);
        string[] first = [.. written.OrderBy(path => Path.GetFileName(path) == Path.GetFileName(output) ? 0 : Path.GetFileNameWithoutExtension(path).Equals(stem, StringComparison.OrdinalIgnoreCase) ? 1 : 2).Take(most).Select(path => $"'{path}'")];
        return written.Count switch
        {
            0 => "While it ran, nothing else was written in the project's folder.",
            1 => $"While it ran, {first[0]} was written instead.",
            <= most => $"While it ran, {And(first)} were written instead.",
            _ => $"While it ran, {string.Join(", ", first)} and {written.Count - most} more were written instead.",
        };
    }

    private static bool IsLockedToId(StepOptions options) => options.LockedName.Length > 0 && options.Image.StartsWith("sha256:", StringComparison.Ordinal);

    private static string AsLocked(StepOptions options) => options.LockedName.Length > 0 ? $" (locked as {options.Image})" : "";

    private static string UpdateLock(string image) => $"'dotnet build -t:UpdateDockerExecLock -p:Image={image}'";

    private static string And(IReadOnlyList<string> names) => names is [var only] ? only : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";

    private static string Meant(string name) => name.Length == 0 ? "" : $" Is '{name}' meant?";

    private static string Text(OptionProblem problem) => $"{problem.Parameter} '{problem.Value}': {problem.Reason}.";

    private static string MemoryLimit(StepOptions options) => options.Memory.Length == 0 ? "" : $" (Memory=\"{options.Memory}\")";

    private static string ForPlatform(StepOptions options) => options.Platform.Length == 0 ? "" : $" for platform {options.Platform}";

    private static string Engine(RunnerException failure) => $"{Environment.NewLine}{failure.Message}";

    private FailedStep Failed(StepOptions options, int exitCode, KeptOutput output) =>
        new(options, exitCode, output.LastLines) { Host = HostFacts.Of(host), Originals = IsHermetic ? new(host.Paths, output.DisplayMounts, []) : null, Copied = SeesCopies ? new(host.Paths, output.DisplayMounts, []) : null };

    private static string Why(FailedStep failed) => Sentence(FailureRules.Explain(failed));

    private static string Place(FailedLine? at) => at is null ? "" : $" (line {at.Line} of {at.Parameter}: {at.Complaint})";

    private static string? Program(RunnerException failure) => Executed().Match(failure.Message) is { Success: true } match ? match.Text("program") : null;

    private static string Sentence(string text) => text.Length == 0 ? "" : $" {text}";

    private static string Unexpanded(string hostPath) =>
        hostPath.Split('/', '\\').Any(name => name.StartsWith('~') || name.StartsWith('$')) ? " No shell expands '~' and '$': use $(MSBuildProjectDirectory)." : "";

    private string NoPlace(RunnerException failure, StepOptions options) =>
        failure.Message.Contains("read-only file system", StringComparison.OrdinalIgnoreCase) && new MountMap(host.Paths, options.Mounts, options.Tmpfs).WithoutPlace(Path.Exists) is { } nested
            ? $". Create '{nested.Place}' before the step: it is where '{nested.Mount.HostPath}' is mounted, inside a read-only mount"
            : "";

    private static string TooLong(RunnerException failure) =>
        failure.Message.Contains("Argument list too long", StringComparison.Ordinal)
            ? ". A word of Arguments or a value of EnvironmentVariables is longer than the system takes (128 KiB, all together 2 MiB): put it into a file, or into Command"
        : failure.Message.Contains("The filename or extension is too long", StringComparison.Ordinal)
            ? ". Arguments and options together are longer than Windows takes (32,767 characters): put them into a file, or into Command"
            : "";

    private static string Unheard(RunnerException failure) =>
        failure.Message.StartsWith("unable to upgrade to tcp", StringComparison.Ordinal)
            ? ". Podman does not tell docker's client why; Engine=\"podman\" shows it"
            : "";

    // The words are of EMFILE, EAGAIN and ENOMEM. .NET says that it is out of memory where it cannot start a thread.
    private static bool IsAtLimit(Exception? exception) =>
        exception is not null
        && (exception is OutOfMemoryException
            || LimitReached.Any(words => exception.Message.Contains(words, StringComparison.Ordinal))
            || IsAtLimit(exception.InnerException));

    private string NoErrors(ErrorCauses causes)
    {
        (ErrorCauses Cause, string Advice)[] known =
        [
            (ErrorCauses.Format, "set IgnoreStandardErrorWarningFormat=\"true\""),
            (ErrorCauses.ErrorFormats, "change ErrorFormats"),
            (ErrorCauses.CustomErrorRegularExpression, "change CustomErrorRegularExpression"),
            (ErrorCauses.LogStandardErrorAsError, "remove LogStandardErrorAsError"),
        ];
        var advice = string.Join(" and ", known.Where(k => causes.HasFlag(k.Cause)).Select(k => k.Advice));
        return advice.Length > 0
            ? $"If these lines are no errors, {advice}{(Step.Length > 0 ? "" : ", or set IgnoreExitCode=\"true\"")}."
            : "Warnings count as errors in this build (-warnaserror, MSBuildTreatWarningsAsErrors, MSBuildWarningsAsErrors). To exempt one code, add it to MSBuildWarningsAsMessages. If the lines are no warnings at all, set IgnoreStandardErrorWarningFormat=\"true\", or change CustomWarningRegularExpression if you have set it.";
    }

    private void SharedCacheUrlInvalid(string reason) =>
        Error("RRB1055", $"DockerExecCacheUrl is no address of a cache: {reason}. Write http://host/path or https://host/path for an HTTP cache, grpc://host:port/instance or grpcs://host:port/instance for a server of the Remote Execution API.");

    private void SharedCacheUrlHasPassword() =>
        Error("RRB1056", "DockerExecCacheUrl holds a user or a password, which would be in logs. Write the address without them, and put them in ~/.netrc ('machine HOST login USER password PASSWORD'), or set DockerExecCacheHeader to the name of an environment variable that holds a header ('Authorization: Bearer TOKEN').");

    private void SharedCacheHeaderInvalid() =>
        Error("RRB1057", "DockerExecCacheHeader is no name of an environment variable. It takes the name of one that holds a header ('Authorization: Bearer TOKEN'), and not the header: write CACHE_HEADER, without '$' and parentheses.");

    private void SharedCachePushInvalid(string value) =>
        Error("RRB1058", $"DockerExecCachePush is '{value}': it is true, false, or ci, which stores results when ContinuousIntegrationBuild is true.");

    // What a cache and a cluster have in common.
    private static string? Access(ServerFailure failure) => failure switch
    {
        ServerFailure.Unauthorized => " Put user and password in ~/.netrc, or let DockerExecCacheHeader name an environment variable that holds a header ('Authorization: Bearer TOKEN').",
        ServerFailure.Certificate => " DockerExecCacheCaBundle names a file with the authorities to trust, DockerExecCacheCertificate one with a certificate of yours and its key.",
        _ => null,
    };

    private static string ClusterAdvice(ServerFailure failure) =>
        failure == ServerFailure.Forbidden ? " Use credentials that may run actions." : " Check DockerExecRemote.";

    private static string Advice(ServerException failure) => Access(failure.Failure) ?? failure.Failure switch
    {
        ServerFailure.Forbidden => " Use credentials that may do that, or set DockerExecCachePush=\"false\" to read only.",
        ServerFailure.WrongProtocol => " Correct DockerExecCacheUrl.",
        ServerFailure.WrongContent => " Whoever runs the server should remove what it has there, and find out who wrote it.",
        ServerFailure.Full => " Give it more room, or a larger limit for what it takes.",
        ServerFailure.TooLarge => " Give the server a larger limit, or the step smaller outputs.",
        ServerFailure.ThisMachine => "",
        ServerFailure.Unreachable or ServerFailure.TimedOut => " Where it cannot be reached, build with an empty DockerExecCacheUrl.",
        _ => " Check DockerExecCacheUrl, and the server.",
    };

    // Why it was not run the cluster says in its own words.
    private static string Advice(ClusterRefusal refusal, string why) => refusal switch
    {
        ClusterRefusal.InputChanged => "Build again, and let nothing write to the step's inputs meanwhile.",
        ClusterRefusal.BlobRefused => "Its log says why it does not take or give this file of the step.",
        ClusterRefusal.Full => "Give it more room, or a larger limit for what it takes, or let the step read less.",
        ClusterRefusal.OutputsGone => "What the step wrote there was gone each time before it could be brought here: give the cluster more room.",
        ClusterRefusal.ResultInvalid => "It names outputs that no step can have written, and nothing of them is in the project. Whoever runs the cluster should find out who wrote its result.",
        _ when why.Contains("is not a file or directory", StringComparison.Ordinal) => "An output is a symbolic link, which this cluster does not give back: let the command copy what it leads to (cp -L), or make a folder the output that the link is in.",
        _ when why.Contains("registry", StringComparison.OrdinalIgnoreCase) => "Its workers do not get the image: push it to a registry that they reach, and see that they need no password for it, or have one.",
        _ => "Check that it has workers with the image and the properties that DockerExecRemoteProperties names.",
    };

    // The package has MSBuild count it as no error where all warnings are; it is a message where a build names its code: a cache or a cluster that is gone fails no build.
    private void WarningThatNeverFails(string code, string text)
    {
        if (IsError(code))
        {
            log.LogMessage(Microsoft.Build.Framework.MessageImportance.High, $"{code}: {text}");
        }
        else
        {
            Warning(code, text);
        }
    }

    // Without a file, MSBuild names the line of the task.
    private void Error(string code, string text, FailedLine? at = null) =>
        log.LogError(null, code, null, at?.File ?? Image?.Place.File ?? file, at?.FileLine ?? Image?.Place.Line ?? 0, 0, 0, 0, "{0}", Masked(OfStep(text)));

    private void LockFileTooNew(string lockFile, LockFileException problem) =>
        ErrorInLockFile("RRB4011", lockFile, problem.Line, $"The lock file is of a form that this version of RestrictedRunner.Build does not know: {problem.Message}. Use the version that wrote it, or a newer one.");

    // All steps and tasks that use the file say the same of it.
    private void ErrorInLockFile(string code, string lockFile, int line, string text) => log.LogError(null, code, null, lockFile, line, 0, 0, 0, "{0}", text);

    // Names the steps itself.
    private void ErrorOfSeveral(string code, string text) => log.LogError(null, code, null, file, 0, 0, 0, 0, "{0}", text);

    private void Warning(string code, string text) => log.LogWarning(null, code, null, Image?.Place.File ?? file, Image?.Place.Line ?? 0, 0, 0, 0, "{0}", Masked(OfStep(text)));

    // An item for each of many files declares many steps at one line of the project.
    private string OfStep(string text) =>
        Image is not null ? $"Image '{Image.Name}': {Continued(text)}"
        : Step.Length == 0 || text.StartsWith("Step '", StringComparison.Ordinal) ? text
        : $"Step '{Step}': {Continued(text)}";

    private static string Continued(string text) =>
        text.StartsWith("The ", StringComparison.Ordinal) || text.StartsWith("There ", StringComparison.Ordinal) || text.StartsWith("A ", StringComparison.Ordinal)
            ? char.ToLowerInvariant(text[0]) + text[1..]
            : text;

    // Docker's runtimes and podman's.
    [GeneratedRegex(@"exec: ""(?<program>[^""]+)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Executed();
}
