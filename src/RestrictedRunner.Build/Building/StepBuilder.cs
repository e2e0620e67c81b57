using System.Collections.Concurrent;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.Execution;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.Reports;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;
using RestrictedRunner.Commands;

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
        var isBuilt = dockerfiles.Has(parameters.Options);
        if (isBuilt && !setting.OnlyAsk && dockerfiles.Identity(parameters.Options, setting) is null && !HasImage(parameters.Options, log))
        {
            return false;
        }

        var look = new StepLook(step, parameters.Options, earlier, setting, dockerfiles, cancellation);
        var (options, inputs, files, key) = (look.Options, look.Inputs, look.Files, look.Key);
        var discovered = earlier.Discovered;
        log.Record?.Saw(look);
        if (!AreThere(step, inputs, log) || HasFilesOfUsers(step, earlier.Written, log))
        {
            return false;
        }

        if (look.IsSame && !earlier.Warnings.Any(warning => warning.IsError(log.Engine)))
        {
            UpToDateMessages.UpToDate(log.Messages, step.Name);
            _upToDate.Enqueue(new(step, parameters, earlier, paths, inputs.Found, look.Outputs!.Found));
            if (IsFirstLook(log.Engine, paths))
            {
                earlier.Warnings.ToList().ForEach(warning => warning.Log(log.Messages, setting.ProjectDirectory, setting.Host.Paths));
                TellOfNoOrder(step, discovered, log);
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
        StateFile.Forget(paths.State, earlier);
        var state = earlier.Forgotten();
        log.ForgetWarnings();
        var overwritten = OverwrittenOutput.Watch(step.Outputs, setting.Writers, setting.State, cancellation);
        var before = files.Paths();
        try
        {
            return Make();
        }
        catch (OperationCanceledException)
        {
            Save(Ended(LastRun.Cancelled));
            throw;
        }
        finally
        {
            foreach (var removed in before.Where(path => OutputOnDisk.At(setting.ProjectDirectory, path) is null))
            {
                _removed.Enqueue(removed);
            }
        }

        bool Make()
        {
            var cache = new StepCache(setting, files, log, cancellation);
            var logged = StepPlace.OfEarlierRun(inputs, step, setting.ProjectDirectory).Parameters(step, setting.Mounts);
            log.Record?.Enter(StepPhase.Restoring);
            if (Restore(cache, StepContainer.Execution(setting, step, logged, log)) is { } restored)
            {
                var own = files.Own(WrittenFiles.Of(restored));
                Remember(own);
                log.Record?.Add(static known => known with { State = ReportedState.Restored });

                // A warning of the step may be an error in this build.
                return Succeeds(!log.HasErrors && Keep(key, KnownHash(files, own, restored) ?? look.OutputsOf(own).Root.Hash), ref _restored);
            }

            log.Record?.Add(static known => known with { State = ReportedState.Ran });
            log.Record?.Enter(StepPhase.Looking);
            Tell("runs");
            if ((isBuilt ? !HasImage(options, log) : IsEngineAbsent(options, log)) || !HasSecrets())
            {
                // Nothing has changed, so what was true of the outputs still is.
                if (earlier != earlier.Forgotten())
                {
                    StateFile.Save(paths.State, earlier);
                }

                return false;
            }

            // An engine that is back may know the image's name by another identity than the one that was remembered, and an
            // image that was built again may be another.
            key = look.KeyOf(inputs);
            log.Messages.LogMessage(MessageImportance.High, step.Description.Length > 0 ? $"{step.Name}: {step.Description}" : step.Name);
            IStepStrategy strategy = step.Hermetic ? new InStage(setting) : new InProjectFolder(setting);
            var work = new StepWork(step, files, inputs) { ImageId = ImageId(options), IsImageBuilt = isBuilt, Log = log, Remember = Remember, Cancellation = cancellation };
            var began = step.Outputs.DependencyFile is null ? 0 : NewFile.Now(paths.State);
            return Succeeds(strategy.Run(work, Finish) is { } result && Keep(result.Key, look.OutputsOf(result.Written).Root.Hash), ref _run);

            StepResultFiles Finish(RanStep ran)
            {
                var own = files.Own(ran.Written);
                Remember(own);
                var keyOfRun = ran.SawInputs ? KeyAfterRun(ran, began) : "";
                log.Record?.Add(known => known with { Key = keyOfRun });
                if (ran.WhyNotKept is null)
                {
                    cache.Store(keyOfRun, ran.Folder, ran.Recorded);
                    cache.StoreDiscovered(keyOfRun.Length > 0 ? KeyOfDiscovered(ran.Written) : "", discovered);
                }
                else
                {
                    cache.LogProblem(ran.WhyNotKept);
                }

                return new(own, keyOfRun);
            }
        }

        bool Succeeds(bool succeeded, ref int count)
        {
            if (succeeded)
            {
                Interlocked.Increment(ref count);
            }
            else
            {
                Save(Ended(cancellation.IsCancellationRequested ? LastRun.Cancelled : LastRun.Failed));
            }

            return succeeded;
        }

        StepState Ended(LastRun end) => state with { Key = "", OutputsHash = "", Warnings = [], LastRun = end, Writer = StepWriter.Of(step, setting.State.Project, setting.Scope) };

        // Read in vain where the step then has its result from elsewhere, so it is done last.
        bool HasSecrets()
        {
            var secrets = SecretValues.Read(options.Secrets, setting.Host);
            secrets.Problems.ToList().ForEach(log.Diagnostics.Problem);
            log.Diagnostics.Mask = secrets.Mask;
            return secrets.Problems.Count == 0;
        }

        // What a step of the same declared inputs read in another checkout, or here before it was cleaned, this one reads too, if
        // the files are the same: their content is in the key.
        IReadOnlyList<InputEntry>? Restore(StepCache cache, StepExecution execution)
        {
            if (cache.Restore(key, execution, () => Tell("is restored")) is { } restored)
            {
                return restored;
            }

            if (cache.FindDiscovered(KeyOfDiscovered(earlier.Written)) is { } others && !others.SequenceEqual(discovered))
            {
                var asOthers = look.InputsWithout(earlier.Written, step.Outputs.Depth, others);
                var keyOfOthers = look.KeyOf(asOthers);
                if (cache.Restore(keyOfOthers, execution, () => Tell("is restored")) is { } ofOthers)
                {
                    (key, inputs, discovered) = (keyOfOthers, asOthers, others);
                    return ofOthers;
                }
            }

            return null;
        }

        // Of the declared inputs alone. Empty for a step that discovers none.
        string KeyOfDiscovered(WrittenFiles written) =>
            step.Outputs.DependencyFile is null ? "" : look.KeyOf(look.InputsWithout(written, step.Outputs.Depth, []), salt: " discovered inputs");

        void Remember(WrittenFiles own) => Save(state with { Written = own, Writer = StepWriter.Of(step, setting.State.Project, setting.Scope) });

        void Save(StepState next)
        {
            StateFile.Update(paths.State, state, next);
            state = next;
        }

        bool Keep(string keyOfOutputs, string outputs)
        {
            // Other frameworks of this build need not hear its warnings again.
            _ = IsFirstLook(log.Engine, paths);
            setting.Writers?.Add(step.Outputs.Folders, paths.State);

            // Without the warning below, which is about this run alone.
            StepWarning[]? warnings = log.Warnings is { } logged ? [.. logged.Select(warning => StepWarning.Of(warning, step.Place, setting.ProjectDirectory, setting.Host.Paths))] : null;
            foreach (var output in overwritten())
            {
                log.Diagnostics.OutputOverwritten(step, Path.GetFileName(setting.State.Project), output.Path, output.By.Step, output.Project);
            }

            TellOfNoOrder(step, discovered, log);
            if (log.HasErrors)
            {
                return false;
            }

            var action = look.Action(inputs);
            if (warnings is null || action is null || keyOfOutputs.Length == 0)
            {
                Save(Ended(warnings is null ? LastRun.TooManyWarnings : action is null ? LastRun.ImageUnknown : LastRun.InputsChanged) with { Discovered = discovered });
                return true;
            }

            RememberedKey.Of(keyOfOutputs, StepActions.PartsOf(action, options), inputs.Root.Hash, inputs.Contents()).Save(paths.Key);
            Save(state with { Key = keyOfOutputs, OutputsHash = outputs, Warnings = warnings, Discovered = discovered });
            return true;
        }

        void Tell(string what)
        {
            if (causes.Count > 0)
            {
                log.Messages.LogMessage(MessageImportance.Normal, $"{step.Name}: {what} because {CauseText.Short(causes)}");
            }

            if (causes.Count > 1)
            {
                log.Messages.LogMessage(MessageImportance.Low, $"{step.Name}: {what} because\n{CauseText.Lines(causes)}");
            }
        }

        // Empty when it is not known what the step saw. An image that was pulled for the run is known only then.
        string KeyAfterRun(RanStep ran, long began)
        {
            var before = discovered;
            discovered = DiscoveredAfterRun.Of(ran, step, before);
            var read = ReferenceEquals(discovered, before) ? inputs : look.InputsWithout(ran.Written, step.Outputs.Depth, discovered);
            if (!look.InputsWithout(ran.Written, inputs.Depth, before).Root.Equals(inputs.Root))
            {
                log.Messages.LogMessage(MessageImportance.Normal, $"The inputs of step '{step.Name}' changed while it ran: the next build runs it again.");
                return "";
            }

            if (DiscoveredAfterRun.Changed(inputs, read, began) is { } changed)
            {
                log.Messages.LogMessage(MessageImportance.Normal, $"'{changed}', which step '{step.Name}' read, changed while it ran: the next build runs it again. If the step writes it itself, name it in Outputs.");
                return "";
            }

            var isSame = ReferenceEquals(read, inputs);
            inputs = read;
            if (!isBuilt && (key.Length == 0 || options.Pull == PullPolicy.Always))
            {
                setting.Images[options.Engine].LookUpAgain(options.Image, cancellation);
                return look.KeyOf(inputs);
            }

            return isSame ? key : look.KeyOf(inputs);
        }
    }

    // In each build anew: the order is not in the key.
    private void TellOfNoOrder(DeclaredStep step, IReadOnlyList<string> discovered, StepLogs.Log log)
    {
        foreach (var other in discovered.Count == 0 || setting.Graph is not { } graph ? [] : graph.NotBefore(step))
        {
            var written = new Lazy<WrittenFiles>(() => StateFile.Load(setting.State.Of(other).State).Written);
            var read = discovered.Where(path => other.Outputs.Has(setting.Host.Paths.At(setting.ProjectDirectory, path)));

            // In a folder, or where a glob matches, a file may be the user's.
            if (read.FirstOrDefault(path => other.Outputs.Names(setting.Host.Paths.At(setting.ProjectDirectory, path)) || written.Value.IsOwn(OutputPath.Of(path))) is { } input)
            {
                log.Diagnostics.InputOfNoOrder(step, input, other.Name);
            }
        }
    }

    // In a build of several frameworks each may find the step up to date. Other nodes of MSBuild know nothing of this.
    private static bool IsFirstLook(IBuildEngine4 build, StatePaths paths)
    {
        var key = $"{typeof(StepWarning).FullName} {paths.State}";
        if (build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is not null)
        {
            return false;
        }

        build.RegisterTaskObject(key, key, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        return true;
    }

    // In every build: a step that nothing is an input of would be up to date for good. The warning may be an error in this build.
    private bool AreThere(DeclaredStep step, FileSnapshot inputs, StepLogs.Log log)
    {
        foreach (var input in inputs.Absent())
        {
            log.Diagnostics.InputAbsent(step, input.Text);
        }

        if (inputs.Found.RawNames is { Count: > 0 } names)
        {
            log.Diagnostics.InputNameNotUtf8(step, names);
        }

        foreach (var link in inputs.Found.Nowhere)
        {
            log.Diagnostics.InputLeadsNowhere(step, link.Path, link.Text);
        }

        foreach (var input in step.AllowEmptyInputs ? [] : inputs.Empty())
        {
            log.Diagnostics.InputEmpty(step, input.Text, NearInput.Of(input, setting.ProjectDirectory));
        }

        return !log.HasErrors;
    }

    // What the step wrote before is its own, however the file is called.
    private static bool HasFilesOfUsers(DeclaredStep step, WrittenFiles earlier, StepLogs.Log log)
    {
        foreach (var found in OtherSpelling.Of(step.Outputs).Where(found => !earlier.Contents.ContainsKey(OutputPath.Of(step.Outputs.Host.Relative(step.Outputs.ProjectDirectory, found.Output.Glob.Start)))))
        {
            log.Diagnostics.OutputHasOtherCase(step, found.Output.Text, found.Name);
        }

        return log.HasErrors;
    }

    // What was verified a moment ago need not be read again; what a link leads to was not.
    private static string? KnownHash(StepFiles files, WrittenFiles written, IReadOnlyList<InputEntry> restored)
    {
        var known = restored.OfType<InputEntry.File>().Where(file => written.Contents.ContainsKey(file.Path)).ToList();
        return files.Step.Outputs.Depth == 0 && known.Count == written.Files.Count() ? InputTree.Of(known).Root.Hash : null;
    }

    // True when an error was logged.
    private bool IsEngineAbsent(StepOptions options, StepLogs.Log log)
    {
        var absence = setting.Images[options.Engine].WhyAbsent(options.Image, cancellation);
        if (absence is not null)
        {
            log.Diagnostics.NotRun(absence, options, KeptOutput.None);
        }

        return absence is not null;
    }

    // False when an error was logged.
    private bool HasImage(StepOptions options, StepLogs.Log log) =>
        dockerfiles.Ensure(options, setting.Images[options.Engine], log.Messages, BuildImages.Of(log.Engine), cancellation) is not null;

    // What the key says is run, though the image's name may stand for another by now. Of one name there are images for
    // several platforms.
    private string ImageId(StepOptions options) =>
        dockerfiles.Has(options) ? dockerfiles.Name(options, setting.Images[options.Engine])!
        : setting.ResolveImages && options.Pull != PullPolicy.Always && options.Platform.Length == 0 ? setting.Images[options.Engine].Id(options.Image) ?? "" : "";
}
