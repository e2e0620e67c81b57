using Microsoft.Build.Framework;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Execution;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Reports;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;
using RestrictedRunner.Commands;

namespace RestrictedRunner.Build.Building;

/// <summary>How a step was made that was not up to date.</summary>
internal enum StepMade
{
    /// <summary>Not at all: nothing has changed, and an error says why.</summary>
    Not,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>Its result came from the cache.</summary>
    Restored,

    /// <summary>It ran.</summary>
    Run,
}

/// <summary>Makes a step that is not up to date: brings its result from the cache or runs it, and remembers how that ended.</summary>
/// <param name="look">The step.</param>
/// <param name="image">Its image.</param>
/// <param name="causes">Why it is not up to date; none where nobody listens.</param>
/// <param name="setting">Of all steps.</param>
/// <param name="log">Where the step logs to.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class StepMake(StepLook look, StepImage image, IReadOnlyList<string> causes, StepBuildSetting setting, StepLogs.Log log, CancellationToken cancellation)
{
    private readonly StepCache _cache = new(setting, look.Files, log, cancellation);
    private Func<IReadOnlyList<OverwrittenOutput>> _overwritten = static () => [];

    // What is remembered, and what of the look a result in the cache or the run has changed.
    private StepState _state = look.Earlier.Forgotten();
    private FileSnapshot _inputs = look.Inputs;
    private ResultKey? _key = look.ResultKey;
    private IReadOnlyList<string> _discovered = look.Earlier.Discovered;

    /// <summary>Paths of outputs that were there before and are no longer, as <see cref="OutputPath"/> from the project's folder.</summary>
    public IReadOnlyList<string> Removed { get; private set; } = [];

    private DeclaredStep Step => look.Step;

    private StepOptions Options => look.Options;

    /// <summary>Makes it.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public StepMade Make()
    {
        StateFile.Forget(look.Paths.State, look.Earlier);
        log.ForgetWarnings();
        _overwritten = OverwrittenOutput.Watch(Step.Outputs, setting.Writers, setting.State, cancellation);
        var before = look.Files.Paths();
        try
        {
            var made = Restore() ?? Run();
            if (made == StepMade.Failed)
            {
                Save(Ended(cancellation.IsCancellationRequested ? LastRun.Cancelled : LastRun.Failed));
            }

            return made;
        }
        catch (OperationCanceledException)
        {
            Save(Ended(LastRun.Cancelled));
            throw;
        }
        finally
        {
            Removed = [.. before.Where(path => OutputOnDisk.At(setting.ProjectDirectory, path) is null)];
        }
    }

    // Null when there is no result.
    private StepMade? Restore()
    {
        var logged = StepPlace.OfEarlierRun(_inputs, Step, setting.ProjectDirectory).Parameters(Step, setting.Mounts);
        log.Record?.Enter(StepPhase.Restoring);
        if (setting.Shares && _key is { Shared: null })
        {
            image.TellThatItIsNotShared();
        }

        if (Restore(StepContainer.Execution(setting, Step, logged, log)) is not { } restored)
        {
            return null;
        }

        var own = look.Files.Own(WrittenFiles.Of(restored));
        Remember(own);
        log.Record?.Add(static known => known with { State = ReportedState.Restored });

        // A warning of the step may be an error in this build.
        return !log.HasErrors && Keep(_key!.Hash, KnownHash(look.Files, own, restored) ?? look.OutputsOf(own).Root.Hash) ? StepMade.Restored : StepMade.Failed;
    }

    // What a step of the same declared inputs read in another checkout, or here before it was cleaned, this one reads too, if
    // the files are the same: their content is in the key.
    private IReadOnlyList<InputEntry>? Restore(StepExecution execution)
    {
        if (_cache.Restore(_key, execution, () => Tell("is restored")) is { } restored)
        {
            _cache.ShareDiscovered(KeyOfDiscovered(look.Earlier.Written));
            return restored;
        }

        if (_cache.FindDiscovered(KeyOfDiscovered(look.Earlier.Written)) is { } others && !others.SequenceEqual(_discovered))
        {
            var inputs = look.InputsWithout(look.Earlier.Written, Step.Outputs.Depth, others);
            var key = look.KeyOf(inputs);
            if (_cache.Restore(key, execution, () => Tell("is restored")) is { } ofOthers)
            {
                (_key, _inputs, _discovered) = (key, inputs, others);
                return ofOthers;
            }
        }

        return null;
    }

    private StepMade Run()
    {
        log.Record?.Add(static known => known with { State = ReportedState.Ran });
        log.Record?.Enter(StepPhase.Looking);
        Tell("runs");
        var onCluster = setting.Cluster is null ? null : image.OfCluster;
        if (((onCluster is null || setting.Cluster?.Connection.Loss is not null) && !image.Ensure()) || ReadSecrets() is not { } secrets)
        {
            // Nothing has changed, so what was true of the outputs still is.
            if (look.Earlier != look.Earlier.Forgotten())
            {
                StateFile.Save(look.Paths.State, look.Earlier);
            }

            return StepMade.Not;
        }

        // An engine that is back may know the image's name by another identity than the one that was remembered, and an
        // image that was built again may be another.
        _key = look.KeyOf(_inputs);
        log.Messages.LogMessage(MessageImportance.High, Step.Description.Length > 0 ? $"{Step.Name}: {Step.Description}" : Step.Name);
        IStepStrategy here = Step.Hermetic ? new InStage(setting) : new InProject(setting);
        var strategy = setting.Cluster is null ? here : new OnCluster(setting, setting.Cluster, here);
        var step = Step with { Parameters = Step.Parameters with { Options = Step.Parameters.Options with { Secrets = secrets } } };
        var work = new StepWork(step, look.Files, _inputs) { ImageId = image.Id, IsImageBuilt = image.IsBuilt, ImageOfCluster = onCluster, Log = log, Remember = Remember, Cancellation = cancellation };
        var began = Step.Outputs.DependencyFile is null ? 0 : NewFile.Now(look.Paths.State);
        return strategy.Run(work, ran => Finish(ran, began)) is { } result && Keep(result.Key, look.OutputsOf(result.Written).Root.Hash) ? StepMade.Run : StepMade.Failed;
    }

    private StepResultFiles Finish(RanStep ran, long began)
    {
        var own = look.Files.Own(ran.Written);
        Remember(own);
        var key = ran.SawInputs ? KeyAfterRun(ran, began) : null;
        log.Record?.Add(known => known with { Key = key?.Hash ?? "" });
        if (ran.WhyNotKept is null)
        {
            _cache.Store(key, ran.Folder, ran.Recorded);
            _cache.StoreDiscovered(key is null ? null : KeyOfDiscovered(ran.Written), _discovered);
        }
        else
        {
            _cache.LogProblem(ran.WhyNotKept);
        }

        return new(own, key?.Hash ?? "");
    }

    // Null when it is not known what the step saw. An image that was pulled for the run is known only then.
    private ResultKey? KeyAfterRun(RanStep ran, long began)
    {
        var before = _discovered;
        _discovered = DiscoveredAfterRun.Of(ran, Step, before);
        var read = ReferenceEquals(_discovered, before) ? _inputs : look.InputsWithout(ran.Written, Step.Outputs.Depth, _discovered);
        if (!look.InputsWithout(ran.Written, _inputs.Depth, before).Root.Equals(_inputs.Root))
        {
            log.Messages.LogMessage(MessageImportance.Normal, $"The inputs of step '{Step.Name}' changed while it ran: the next build runs it again.");
            return null;
        }

        if (DiscoveredAfterRun.Changed(_inputs, read, began) is { } changed)
        {
            log.Messages.LogMessage(MessageImportance.Normal, $"'{log.Diagnostics.Masked(changed)}', which step '{Step.Name}' read, changed while it ran: the next build runs it again. If the step writes it itself, name it in Outputs.");
            return null;
        }

        var isSame = ReferenceEquals(read, _inputs);
        _inputs = read;
        if (!image.IsBuilt && (_key is null || Options.Pull == PullPolicy.Always))
        {
            image.LookUpAgain();
            return look.KeyOf(_inputs);
        }

        return isSame ? _key : look.KeyOf(_inputs);
    }

    // Of the declared inputs alone. Null for a step that discovers none.
    private ResultKey? KeyOfDiscovered(WrittenFiles written) =>
        Step.Outputs.DependencyFile is null ? null : look.KeyOf(look.InputsWithout(written, Step.Outputs.Depth, []), salt: " discovered inputs");

    // Once, so that what is masked is what the step sees; in vain where the step then has its result from elsewhere, so last.
    // Null when an error was logged.
    private IReadOnlyList<Secret>? ReadSecrets()
    {
        var secrets = SecretValues.Read(Options.Secrets, setting.Host);
        secrets.Problems.ToList().ForEach(log.Diagnostics.Problem);
        log.Diagnostics.Mask = secrets.Mask;
        return secrets.Problems.Count == 0 ? secrets.Known : null;
    }

    private bool Keep(string keyOfOutputs, string outputs)
    {
        // Other frameworks of this build need not hear its warnings again.
        _ = FirstLook.Is(log.Engine, look.Paths);
        setting.Writers?.Add(Step.Outputs.Folders, look.Paths.State);

        // Without the warnings below, which are about this run alone.
        StepWarning[]? warnings = log.Warnings is { } logged ? [.. logged.Select(warning => StepWarning.Of(warning, Step.Place, setting.ProjectDirectory, setting.Host.Paths))] : null;
        foreach (var output in _overwritten())
        {
            log.Diagnostics.OutputOverwritten(Step, Path.GetFileName(setting.State.Project), output.Path, output.By.Step, output.Project);
        }

        StepFileRules.TellOfNoOrder(Step, _discovered, setting, log);
        if (log.HasErrors)
        {
            return false;
        }

        var action = look.Action(_inputs);
        if (warnings is null || action is null || keyOfOutputs.Length == 0)
        {
            Save(Ended(warnings is null ? LastRun.TooManyWarnings : action is null ? LastRun.ImageUnknown : LastRun.InputsChanged) with { Discovered = _discovered });
            return true;
        }

        RememberedKey.Of(keyOfOutputs, StepActions.PartsOf(action, Options), _inputs.Root.Hash, _inputs.Contents()).Save(look.Paths.Key);
        Save(_state with { Key = keyOfOutputs, OutputsHash = outputs, Warnings = warnings, Discovered = _discovered });
        return true;
    }

    private StepState Ended(LastRun end) => _state with { Key = "", OutputsHash = "", Warnings = [], LastRun = end, Writer = StepWriter.Of(Step, setting.State.Project, setting.Scope) };

    private void Remember(WrittenFiles own) => Save(_state with { Written = own, Writer = StepWriter.Of(Step, setting.State.Project, setting.Scope) });

    private void Save(StepState next)
    {
        StateFile.Update(look.Paths.State, _state, next);
        _state = next;
    }

    private void Tell(string what)
    {
        if (causes.Count > 0)
        {
            log.Messages.LogMessage(MessageImportance.Normal, $"{Step.Name}: {what} because {CauseText.Short(causes)}");
        }

        if (causes.Count > 1)
        {
            log.Messages.LogMessage(MessageImportance.Low, $"{Step.Name}: {what} because\n{CauseText.Lines(causes)}");
        }
    }

    // What was verified a moment ago need not be read again; what a link leads to was not.
    private static string? KnownHash(StepFiles files, WrittenFiles written, IReadOnlyList<InputEntry> restored)
    {
        var known = restored.OfType<InputEntry.File>().Where(file => written.Contents.ContainsKey(file.Path)).ToList();
        return files.Step.Outputs.Depth == 0 && known.Count == written.Files.Count() ? InputTree.Of(known).Root.Hash : null;
    }
}
