using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;

namespace RestrictedRunner.Build.Strategies;

/// <summary>A way to run a declared step, as Bazel has strategies: where its files are, and what becomes of those that it writes.</summary>
internal interface IStepStrategy
{
    /// <summary>Runs a step, and keeps its result in the cache.</summary>
    /// <param name="work">What is to run, and on which files.</param>
    /// <returns>What it wrote; null when an error was logged.</returns>
    StepResultFiles? Run(StepWork work);
}

/// <summary>What is to run, and on which files.</summary>
/// <param name="Step">The step.</param>
/// <param name="Files">The files of the project that it makes.</param>
/// <param name="Inputs">The files that it reads.</param>
internal sealed record StepWork(DeclaredStep Step, StepFiles Files, FileSnapshot Inputs)
{
    /// <summary>Id of the image that is in the step's key; empty when its name is run.</summary>
    public required string ImageId { get; init; }

    /// <summary>Where the step logs to.</summary>
    public required StepLogs.Log Log { get; init; }

    /// <summary>Keeps the result.</summary>
    public required StepCache Cache { get; init; }

    /// <summary>
    /// Told what the step wrote as soon as that is in the project, and again when it has been read: that, and what comes after,
    /// takes long for large files, and in a build that is cancelled or killed then they are still the step's to remove.
    /// </summary>
    public required Action<WrittenFiles> Remember { get; init; }

    /// <summary>
    /// Tells the step's key, asked for after the run with what it wrote: only then an image may be there to tell. Empty when it
    /// is not known what the step saw.
    /// </summary>
    public required Func<WrittenFiles, string> KeyAfterRun { get; init; }

    /// <summary>Ends the step.</summary>
    public required CancellationToken Cancellation { get; init; }
}

/// <summary>What a step wrote.</summary>
/// <param name="Written">The files, without those that are inputs too.</param>
/// <param name="Key">The step's key; empty when it is not known what it saw.</param>
internal sealed record StepResultFiles(WrittenFiles Written, string Key);
