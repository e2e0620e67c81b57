using System.Collections.Concurrent;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;

namespace RestrictedRunner.Build.Building;

/// <summary>
/// Brings a declared step up to date: looks at its inputs, and unless its outputs are those of these inputs already,
/// restores them from the cache or runs it.
/// </summary>
internal sealed class StepBuilder(StepBuildSetting setting, StepLogs logs, CancellationToken cancellation)
{
    private readonly ConcurrentQueue<string> _removed = new();
    private readonly ConcurrentQueue<SeenStep> _upToDate = new();

    /// <summary>The steps that were up to date, with what was looked at to know that.</summary>
    public IEnumerable<SeenStep> UpToDate => _upToDate;

    /// <summary>Paths of outputs that were there before a step was built and are no longer, as <see cref="OutputPath"/> from the project's folder.</summary>
    public IEnumerable<string> Removed => _removed;

    /// <summary>Builds one step; the steps before it have succeeded.</summary>
    /// <returns>False when an error was logged.</returns>
    public async Task<bool> BuildAsync(DeclaredStep step)
    {
        using var log = logs.Open(step);
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
            return Build(step, parameters, paths, StateFile.Load(paths.State), log);
        }
        catch (OperationCanceledException)
        {
            log.Diagnostics.StepCancelled(step.Parameters.Options.Image);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Diagnostics.StepFilesUnusable(step, e);
        }

        return false;
    }

    private bool Build(DeclaredStep step, StepParameters parameters, StatePaths paths, StepState earlier, StepLogs.Log log)
    {
        var options = parameters.Options;
        var inputs = InputsWithout(earlier.Written, step.Outputs.Depth);
        if (!AreThere(step, inputs, log) || HasFilesOfUsers(step, earlier.Written, log))
        {
            return false;
        }

        var files = new StepFiles(step, setting.ProjectDirectory, earlier.Written, inputs);
        var key = KeyOf(step, options, inputs);
        var outputs = key.Length > 0 && earlier.Key == key ? Outputs(earlier.Written, paths) : null;
        var isSame = outputs is not null && earlier.OutputsHash == outputs.Root.Hash && !files.Outputs.Absent().Any();
        if (isSame && !earlier.Warnings.Any(warning => warning.IsError(log.Engine)))
        {
            UpToDateMessages.UpToDate(log.Messages, step.Name);
            _upToDate.Enqueue(new(step, parameters, earlier, paths, inputs.Found, outputs!.Found));
            foreach (var warning in IsFirstLook(log.Engine, paths) ? earlier.Warnings : [])
            {
                warning.Log(log.Messages, setting.ProjectDirectory, setting.Host.Paths);
            }

            return true;
        }

        if (setting.OnlyAsk)
        {
            log.Diagnostics.WouldRun(
                step,
                isSame ? "its output had warnings, which are errors in this build"
                : earlier.Key == key ? "its outputs are not those that it wrote"
                : "its inputs or parameters have changed");
            return false;
        }

        StateFile.Forget(paths.State, earlier);
        var state = earlier.Forgotten();
        log.ForgetWarnings();
        var overwritten = OverwrittenOutput.Watch(step.Outputs, setting.Writers, setting.State, cancellation);
        var before = files.Paths();
        try
        {
            return Make();
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
            if (cache.Restore(key, StepContainer.Execution(step, logged, log)) is { } restored)
            {
                var own = files.Own(WrittenFiles.Of(restored));
                Remember(own);

                // A warning of the step may be an error in this build.
                return !log.HasErrors && Keep(key, KnownHash(files, own, restored) ?? HashOf(own, paths));
            }

            if (setting.Images[options.Engine].WhyAbsent(options.Image, cancellation) is { } absence)
            {
                // Nothing has changed, so what was true of the outputs still is.
                if (earlier.Key.Length > 0)
                {
                    StateFile.Save(paths.State, earlier);
                }

                log.Diagnostics.NotRun(absence, options, KeptOutput.None);
                return false;
            }

            // An engine that is back may know the image's name by another identity than the one that was remembered.
            key = KeyOf(step, options, inputs);
            log.Messages.LogMessage(MessageImportance.High, step.Description.Length > 0 ? $"{step.Name}: {step.Description}" : step.Name);
            IStepStrategy strategy = step.Hermetic ? new InStage(setting) : new InProjectFolder(setting);
            var work = new StepWork(step, files, inputs) { ImageId = ImageId(options), Log = log, Remember = Remember, Cancellation = cancellation };
            return strategy.Run(work, Finish) is { } result && Keep(result.Key, HashOf(result.Written, paths));

            StepResultFiles Finish(RanStep ran)
            {
                var own = files.Own(ran.Written);
                Remember(own);
                var keyOfRun = ran.SawInputs ? KeyAfterRun(ran.Written) : "";
                if (ran.WhyNotKept is null)
                {
                    cache.Store(keyOfRun, ran.Folder, ran.Recorded);
                }
                else
                {
                    cache.LogProblem(ran.WhyNotKept);
                }

                return new(own, keyOfRun);
            }
        }

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

            if (warnings is not null && !log.HasErrors)
            {
                Save(state with { Key = keyOfOutputs, OutputsHash = outputs, Warnings = warnings });
            }

            return !log.HasErrors;
        }

        FileSnapshot InputsWithout(WrittenFiles written, int depth) =>
            FileSnapshot.Find(step.Inputs, paths.Inputs, cancellation, depth, StepExclusions.Of(step, setting, written));

        // Empty when it is not known what the step saw. An image that was pulled for the run is known only then.
        string KeyAfterRun(WrittenFiles written)
        {
            if (!InputsWithout(written, inputs.Depth).Root.Equals(inputs.Root))
            {
                log.Messages.LogMessage(MessageImportance.Normal, $"The inputs of step '{step.Name}' changed while it ran: the next build runs it again.");
                return "";
            }

            if (key.Length == 0 || options.Pull == PullPolicy.Always)
            {
                setting.Images[options.Engine].LookUpAgain(options.Image, cancellation);
                return KeyOf(step, options, inputs);
            }

            return key;
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

    private string HashOf(WrittenFiles files, StatePaths paths) => Outputs(files, paths).Root.Hash;

    private FileSnapshot Outputs(WrittenFiles files, StatePaths paths)
    {
        var written = files.Files.Select(file => OutputPath.Absolute(setting.ProjectDirectory, file));
        return FileSnapshot.OfOutputs(setting.Host.Paths, [.. written], setting.ProjectDirectory, paths.Outputs, cancellation);
    }

    // What the key says is run, though the image's name may stand for another by now. Of one name there are images for
    // several platforms.
    private string ImageId(StepOptions options) =>
        setting.ResolveImages && options.Pull != PullPolicy.Always && options.Platform.Length == 0 ? setting.Images[options.Engine].Id(options.Image) ?? "" : "";

    // Empty for an image that the engine does not have yet.
    private string KeyOf(DeclaredStep step, StepOptions options, FileSnapshot inputs) =>
        (setting.ResolveImages ? setting.Images[options.Engine].Find(options.Image) : options.Image) is { } image
            ? ActionKey.Of(StepActions.Of(step, options, image, inputs.ProjectInTree, setting.Host, setting.ProjectDirectory), inputs.Root).Digest.Hash
            : "";
}
