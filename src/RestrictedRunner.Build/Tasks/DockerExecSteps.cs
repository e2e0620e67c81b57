using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Building;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Cluster;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Build.Workers;
using RestrictedRunner.Hosts;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build;

/// <summary>Brings all declared steps of a project up to date: in order, those at once that do not wait for each other.</summary>
[MSBuildMultiThreadableTask]
public sealed partial class DockerExecSteps : Microsoft.Build.Utilities.Task, ICancelableTask, IIncrementalTask, IDisposable
{
    private readonly StepCancellation _cancellation = new();
    private bool _hasUnknownProperty;

    /// <summary>Builds the steps.</summary>
    /// <returns>False when an error was logged.</returns>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A stack trace in a user's log explains nothing; it is logged at low importance.")]
    public override bool Execute()
    {
        var project = ProjectFiles.FirstOrDefault()?.GetMetadata("FullPath");
        var host = (project is null ? Host.OfThisMachine : Host.OfThisMachine.At(project)).ConnectingOnce(BuildEngine);
        var diagnostics = new Diagnostics(Log, host, project) { IsError = code => BuildEngine is IBuildEngine8 engine && engine.ShouldTreatWarningAsError(code) };
        try
        {
            return (!OpensShell && !OnlyExplain && !Reports && IsUpToDate(host)) || _cancellation.Watch(() => BuildAsync(host, diagnostics).GetAwaiter().GetResult());
        }
        catch (Exception e) when (_cancellation.Token.IsCancellationRequested || IsAbort(e))
        {
            diagnostics.StepsCancelled();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            diagnostics.StepFilesUnusable(e);
        }
        catch (Exception e)
        {
            diagnostics.OwnFault(e);
        }

        return false;
    }

    /// <summary>Stops the containers that run; starts no more.</summary>
    public void Cancel() => _cancellation.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _cancellation.Dispose();

    private async Task<bool> BuildAsync(Host host, Diagnostics diagnostics)
    {
        var (start, began) = (DateTime.UtcNow, Stopwatch.GetTimestamp());
        var projectDirectory = ProjectFolder.Find();
        var logs = new StepLogs((IBuildEngine8)BuildEngine, host) { ShellCommand = step => ShellCommandOf(step, host) };
        if (ProjectLock.Read(LockFile, LockedMode, IsLockedByDefault, Images, projectDirectory, host, diagnostics) is not { } images)
        {
            return false;
        }

        var steps = Read(projectDirectory, host, diagnostics, logs, images);
        if (StepGraph.Of(steps, (step, problem) => Tell(logs, step, to => to.NoOrder(step, problem))) is not { } graph)
        {
            return false;
        }

        var cache = CacheSetting.Read(Cache, CacheSize, host, diagnostics.Problem);
        var shared = ReadSharedCache(cache, projectDirectory, host, diagnostics);
        var setting = Setting(projectDirectory, host, cache) with { Shares = shared is not null, Cluster = Cluster(cache, projectDirectory, host, diagnostics) };
        if (Log.HasLoggedErrors || logs.HaveErrors)
        {
            return false;
        }

        var dockerfiles = new DockerfileImages(BuildEngine, setting.State, host) { Remembers = !OnlyExplain, Progress = Log };
        if (!dockerfiles.Read(Images, steps.Select(step => step.Parameters.Options), projectDirectory, Log, _cancellation.Token))
        {
            return false;
        }

        setting = setting with { Images = LookUp(steps.SelectMany(step => dockerfiles.Asked(step.Parameters.Options)), setting.State, cache, projectDirectory, host) };
        if (OpensShell)
        {
            return await OpenShellAsync(steps, setting, dockerfiles, logs, diagnostics).ConfigureAwait(false);
        }

        if (OnlyExplain)
        {
            return Explain(graph, setting, dockerfiles, logs);
        }

        setting.State.RemoveAbandoned();
        var declared = AllFrameworks ? [.. Steps.Select(item => StepReader.ReadAlone(item, projectDirectory, host))] : steps;
        var goneFiles = FailIfNotIncremental ? [] : RemovedOutputs.OfGoneSteps(declared, setting, Log, _cancellation.Token);
        var report = Reports && steps.Count > 0 ? BeginReport(graph, logs, host) : null;

        // Before cores are asked for: where MSBuild lends some to a task, it builds no project for it any more.
        using var sharedCache = shared is null || FailIfNotIncremental ? null : OpenSharedCache(shared, cache, host, diagnostics);
        var there = StepPlaces.FindThere(steps, setting, dockerfiles, _cancellation.Token);
        using var cores = Cores.Request(BuildEngine, Math.Min(ParallelHere(setting), Math.Max(1, steps.Count - there.Count)));
        var workers = !KeepStages && BuildWorkers.Of(BuildEngine) is { } ofBuild ? new ProjectWorkers(ofBuild, setting.State, host, steps, cores.Granted) : null;
        using var places = new StepPlaces(cores.Granted, there.Count == 0 ? 0 : MaxParallel > 0 ? MaxParallel : ClusterSetting.DefaultParallel);
        there.ToList().ForEach(places.AddThere);
        var builder = new StepBuilder(setting with { Cache = sharedCache?.Results ?? setting.Cache, Workers = workers, Places = places.Here, PlacesInstead = places.Instead, Graph = graph }, dockerfiles, logs, _cancellation.Token);
        var results = await StepSchedule.RunAsync(graph, places.Of, StopAtFailure, builder.BuildAsync, _cancellation.Token).ConfigureAwait(false);
        report?.Invoke(results, setting);
        if (sharedCache is not null)
        {
            await sharedCache.FinishAsync().ConfigureAwait(false);
        }

        TellHowItEnded(results, workers, builder, Stopwatch.GetElapsedTime(began), diagnostics);
        var readAt = ReadAt > 0 ? new DateTime(ReadAt, DateTimeKind.Utc) : DateTime.UtcNow;
        var removed = await RemovedOutputs.SinceAsync([.. goneFiles, .. Cleaned.Select(file => OutputPath.Of(file.ItemSpec)), .. builder.Removed], readAt, setting, _cancellation.Token).ConfigureAwait(false);
        Removed = [.. removed.Select(path => new TaskItem(EscapedText.Escape(OutputPath.Absolute(projectDirectory, path))))];
        FindOutputs(results, steps, setting);
        if (!results.All(result => result.End == StepEnd.Succeeded) || Log.HasLoggedErrors || logs.HaveErrors)
        {
            return false;
        }

        WriteStamp(start, projectDirectory, host);
        var upToDate = builder.UpToDate.ToDictionary(step => step.Step.Name, StringComparer.OrdinalIgnoreCase);
        if (steps.Count > 0 && upToDate.Count == steps.Count && !logs.HaveWarnings && !dockerfiles.HaveWarnings && !_hasUnknownProperty && !FailIfNotIncremental)
        {
            UpToDateRecord.Save(ParametersHashOf(projectDirectory), [.. graph.Steps.Select(step => upToDate[step.Name])], declared, [.. ProjectFiles.Select(file => file.GetMetadata("FullPath")), .. images.Files], AllFrameworks, began, setting, dockerfiles);
        }

        return true;
    }

    // With a cluster, the property is for the steps that run there.
    private int ParallelHere(StepBuildSetting setting) =>
        MaxParallel == 0 ? Environment.ProcessorCount
        : setting.Cluster is null ? MaxParallel
        : Math.Min(MaxParallel, Environment.ProcessorCount);

    private void TellHowItEnded(IReadOnlyList<StepResult> results, ProjectWorkers? workers, StepBuilder builder, TimeSpan time, Diagnostics diagnostics)
    {
        if (workers is { Containers: > 0 })
        {
            Log.LogMessage(MessageImportance.Normal, $"{workers.Steps} hermetic steps ran in {workers.Containers} shared {(workers.Containers == 1 ? "container" : "containers")}.");
        }

        if (results.Count > 0 && !FailIfNotIncremental && !_cancellation.Token.IsCancellationRequested)
        {
            int Count(StepEnd end) => results.Count(result => result.End == end);

            new StepSummary(builder.UpToDate.Count(), builder.Restored, builder.Run, Count(StepEnd.Failed), Count(StepEnd.NotRun), time).Log(Log);
        }

        foreach (var result in results.Where(result => result.End == StepEnd.NotRun))
        {
            Log.LogMessage(MessageImportance.High, $"Step '{result.Step.Name}' was not run, because {WhyNot()}.");
        }

        if (_cancellation.Token.IsCancellationRequested && results.All(result => result.End != StepEnd.Failed))
        {
            diagnostics.StepsCancelled();
        }
    }

    private void FindOutputs(IReadOnlyList<StepResult> results, List<DeclaredStep> steps, StepBuildSetting setting)
    {
        var outputs = new List<ITaskItem>();
        foreach (var step in results.Where(result => result.End == StepEnd.Succeeded).Select(result => result.Step))
        {
            AddOutputs(outputs, step.Name, StateFile.Load(setting.State.Of(step).State).Written.Files.Where(file => File.Exists(OutputPath.Absolute(setting.ProjectDirectory, file))).Select(OutputPath.Ordinary), path => setting.Host.Paths.Full(path, setting.ProjectDirectory));
        }

        OutputFiles = [.. outputs];
        if (!FailIfNotIncremental)
        {
            DiscoveredList.Save(setting.State.Discovered(Scope, AllFrameworks), steps.Where(step => step.Outputs.DependencyFile is not null).SelectMany(step => StateFile.Load(setting.State.Of(step).State).Discovered));
        }
    }

    private IReadOnlyDictionary<EngineChoice, ProjectImages> LookUp(IEnumerable<StepOptions> steps, StateFolder state, CacheSetting cache, string projectDirectory, Host host) =>
        ImageLookup.Of(steps.Select(Withholding), ResolveImages, new RememberedImages([state.Images, .. cache.Folder is null ? Array.Empty<string>() : [cache.Folder.Images]]) { IsReadOnly = OnlyExplain }, projectDirectory, host, Log, BuildEngine, _cancellation.Token);

    // The client that is asked for images need not see the variables that secrets come from.
    private StepOptions Withholding(StepOptions options) =>
        SecretItems.Length == 0 && CacheHeader.Length == 0 ? options : options with { Withheld = [.. SecretItems.Select(item => item.GetMetadata(nameof(Secret.Environment))).Append(CacheHeader).Where(name => name.Length > 0)] };

    private string WhyNot() =>
        _cancellation.Token.IsCancellationRequested ? "the build was cancelled"
        : FailIfNotIncremental ? "another step is not up to date"
        : "another step failed";

    private StepBuildSetting Setting(string projectDirectory, Host host, CacheSetting cache)
    {
        var mounts = ParameterReader.ReadMounts(Mounts.Select(GivenItem.Of), projectDirectory, host);
        return new()
        {
            ProjectDirectory = projectDirectory,
            Host = host,
            State = State(projectDirectory, host),
            Scope = Scope,
            BuildFolders = [.. BuildFolders.Select(folder => folder.GetMetadata("FullPath"))],
            Mounts = mounts.Mounts,
            MountProblems = mounts.Problems,
            ResolveImages = ResolveImages,
            Engines = BuildImages.Of(BuildEngine).Transfers,
            OnlyAsk = FailIfNotIncremental,
            KeepsStages = KeepStages,
            TellsWhy = FailIfNotIncremental || Reports || Log.LogsMessagesOfImportance(MessageImportance.Normal),
            OnlyExplain = OnlyExplain,
            StopAtOnce = _cancellation.StopAtOnce,
            Writers = CacheFolder.Default(host) is { } folder ? new(folder, host.Paths) : null,
            Cache = cache.Folder is null ? null : new ResultCache(cache.Folder, OnlyExplain),
            CacheLimit = cache.Limit,
            Contents = cache.Folder,
        };
    }

    private BuildScope Scope => new(Configuration, InnerFramework);

    private StateFolder State(string projectDirectory, Host host) => new(FullStateFolder(projectDirectory, host), ProjectFiles[0].GetMetadata("FullPath")) { Host = host.Paths };

    private string FullStateFolder(string projectDirectory, Host host) => host.Paths.Trimmed(host.Paths.Full(StateFolder, projectDirectory));

    // What MSBuild throws where a task asks it for something after Ctrl-C; it is in an assembly that tasks do not reference.
    private static bool IsAbort(Exception exception) => exception.GetType().Name == "BuildAbortedException";

    // An input that changed meanwhile is newer.
    private void WriteStamp(DateTime time, string projectDirectory, Host host)
    {
        if (Stamp.Length == 0 || FailIfNotIncremental)
        {
            return;
        }

        var path = host.Paths.Full(Stamp, projectDirectory);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        File.SetLastWriteTimeUtc(file.SafeFileHandle, time);
    }

    private List<DeclaredStep> Read(string projectDirectory, Host host, Diagnostics diagnostics, StepLogs logs, ProjectLock images)
    {
        var given = (BuildEngine as IBuildEngine6)?.GetGlobalProperties().Keys ?? [];
        ProjectProperties.Unknown(ProjectFiles.Select(file => file.GetMetadata("FullPath")), given, host.Variables(), StepReader.PropertyNames, UnknownProperty);
        var reader = new StepReader(GivenValues.OfProperties(Defaults), projectDirectory, FullStateFolder(projectDirectory, host), host, DeclaredSecrets.Read([.. SecretItems.Select(GivenItem.Of)], projectDirectory, host) with { AlsoWithheld = CacheHeader });
        return [.. Steps.Where(item => !AllFrameworks || !StepReader.IsPerTargetFramework(item)).Select(item => images.Apply(reader.Read(item, (step, name) => Tell(logs, step, to => to.UnknownMetadata(step, name))), logs))];

        void UnknownProperty(string name)
        {
            _hasUnknownProperty = true;
            diagnostics.UnknownProperty(name);
        }
    }

    private static void Tell(StepLogs logs, DeclaredStep step, Action<Diagnostics> tell)
    {
        using var log = logs.Open(step);
        tell(log.Diagnostics);
    }

    private void AddOutputs(List<ITaskItem> outputs, string step, IEnumerable<string> files, Func<string, string> full)
    {
        var item = Array.Find(Steps, item => item.ItemSpec.Equals(step, StringComparison.OrdinalIgnoreCase))!;
        var (compile, dependencyFile) = (item.GetMetadata("Compile"), item.GetMetadata(nameof(DeclaredOutputs.DependencyFile)));
        foreach (var file in files)
        {
            var output = new TaskItem(EscapedText.Escape(file));
            output.SetMetadata("Step", step);
            output.SetMetadata("Compile", compile.Length == 0 || dependencyFile.Length == 0 || full(file) != full(dependencyFile) ? compile : "");
            outputs.Add(output);
        }
    }
}
