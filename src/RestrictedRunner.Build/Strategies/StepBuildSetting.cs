using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Cluster;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Workers;
using RestrictedRunner.Hosts;
using RestrictedRunner.Options;
using RestrictedRunner.Transfer;

namespace RestrictedRunner.Build.Strategies;

/// <summary>What all steps of a project have in common.</summary>
internal sealed record StepBuildSetting
{
    /// <summary>Full path of the project's folder.</summary>
    public required string ProjectDirectory { get; init; }

    /// <summary>The machine that builds.</summary>
    public Host Host { get; init; } = Host.OfThisMachine;

    /// <summary>The files that remember how outputs were made.</summary>
    public required StateFolder State { get; init; }

    /// <summary>What the project is built for.</summary>
    public required BuildScope Scope { get; init; }

    /// <summary>Full paths of the folders that the build writes to.</summary>
    public IReadOnlyList<string> BuildFolders { get; init; } = [];

    /// <summary>Mounts of every step.</summary>
    public required IReadOnlyList<Mount> Mounts { get; init; }

    /// <summary>What is wrong with how those mounts are written.</summary>
    public IReadOnlyList<OptionProblem> MountProblems { get; init; } = [];

    /// <summary>Which step waits for which; null for no order.</summary>
    public StepGraph? Graph { get; init; }

    /// <summary>Nobody is left who would give a step time to end.</summary>
    public CancellationToken StopAtOnce { get; init; }

    /// <summary>What images' names stand for, by the engine.</summary>
    public IReadOnlyDictionary<EngineChoice, ProjectImages> Images { get; init; } = new Dictionary<EngineChoice, ProjectImages>();

    /// <summary>False takes an image's name for its content.</summary>
    public bool ResolveImages { get; init; } = true;

    /// <summary>What the build knows of engines that do not see this machine's files; null for nothing.</summary>
    public Transfers? Engines { get; init; }

    /// <summary>Lets so many steps run at once; null for any number.</summary>
    public SemaphoreSlim? Places { get; init; }

    /// <summary>The cluster that hermetic steps run on; null where there is none.</summary>
    public ProjectCluster? Cluster { get; init; }

    /// <summary>Where contents that come from elsewhere are kept; null where they are for one step only.</summary>
    public CacheFolder? Contents { get; init; }

    /// <summary>Lets so many steps run here at once that a lost cluster leaves; null for any number.</summary>
    public SemaphoreSlim? PlacesInstead { get; init; }

    /// <summary>The containers that hermetic steps share.</summary>
    public ProjectWorkers? Workers { get; init; }

    /// <summary>Results of earlier runs; null when they are not to be used.</summary>
    public IResultCache? Cache { get; init; }

    /// <summary>True when <see cref="Cache"/> asks other machines.</summary>
    public bool Shares { get; init; }

    /// <summary>Tells of the steps of other projects; null where nothing can be kept for that.</summary>
    public OutputWriters? Writers { get; init; }

    /// <summary>Bytes that the cache may take.</summary>
    public long CacheLimit { get; init; } = Eviction.DefaultLimit;

    /// <summary>True for a build that only wants to know whether there is something to do (<c>-question</c>).</summary>
    public bool OnlyAsk { get; init; }

    /// <summary>True keeps the stage of a step that fails.</summary>
    public bool KeepsStages { get; init; }

    /// <summary>False where no logger wants to hear why a step runs.</summary>
    public bool TellsWhy { get; init; } = true;

    /// <summary>True for a build that only tells what it would do (<c>ExplainDockerExecSteps</c>), and writes nothing.</summary>
    public bool OnlyExplain { get; init; }
}
