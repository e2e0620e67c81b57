using RestrictedRunner.Build.Cluster;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;

namespace RestrictedRunner.Build.Strategies;

/// <summary>A way to run a declared step, as Bazel has strategies: where its files are, and what becomes of those that it writes.</summary>
internal interface IStepStrategy
{
    /// <summary>Runs a step.</summary>
    /// <param name="work">What is to run, and on which files.</param>
    /// <param name="finish">Told what the step wrote, while that is also still where the step wrote it.</param>
    /// <returns>What <paramref name="finish"/> returns; null when an error was logged.</returns>
    public StepResultFiles? Run(StepWork work, Func<RanStep, StepResultFiles> finish);
}

/// <summary>What is to run, and on which files.</summary>
/// <param name="Step">The step.</param>
/// <param name="Files">The files of the project that it makes.</param>
/// <param name="Inputs">The files that it reads.</param>
internal sealed record StepWork(DeclaredStep Step, StepFiles Files, FileSnapshot Inputs)
{
    /// <summary>Id of the image that is in the step's key, or the engine's name of one that was built; empty when its own name is run.</summary>
    public required string ImageId { get; init; }

    /// <summary>True for an image that was built, which no registry has.</summary>
    public bool IsImageBuilt { get; init; }

    /// <summary>Options of the step with that image.</summary>
    public StepOptions WithImage(StepOptions options) => options with { ImageId = ImageId, Pull = IsImageBuilt ? PullPolicy.Never : options.Pull };

    /// <summary>The image as a cluster finds it; null where no registry's digest of it is known, or there is no cluster.</summary>
    public ClusterImage? ImageOfCluster { get; init; }

    /// <summary>Where the step logs to.</summary>
    public required StepLogs.Log Log { get; init; }

    /// <summary>
    /// Told what the step wrote as soon as that is in the project, before it is read: that, and what comes after, takes long
    /// for large files, and in a build that is cancelled or killed then they are still the step's to remove.
    /// </summary>
    public required Action<WrittenFiles> Remember { get; init; }

    /// <summary>Ends the step.</summary>
    public required CancellationToken Cancellation { get; init; }
}

/// <summary>A step that has run and succeeded.</summary>
/// <param name="Written">What it wrote, as it is in the project now.</param>
/// <param name="Folder">Full path of the project's folder, or of what stood in for it.</param>
/// <param name="Recorded">What it printed.</param>
internal sealed record RanStep(WrittenFiles Written, string Folder, RecordedOutput Recorded)
{
    /// <summary>False when it may have seen other inputs than those of its key.</summary>
    public bool SawInputs { get; init; } = true;

    /// <summary>Full paths of what its dependency file says that it read; null when it has none.</summary>
    public IReadOnlyList<string>? Discovered { get; init; }

    /// <summary>Why its result is not to be kept; null when it may be.</summary>
    public string? WhyNotKept { get; init; }
}

/// <summary>What a step wrote.</summary>
/// <param name="Written">The files, without those that are inputs too.</param>
/// <param name="Key">The step's key; empty when it is not known what it saw.</param>
internal sealed record StepResultFiles(WrittenFiles Written, string Key);
