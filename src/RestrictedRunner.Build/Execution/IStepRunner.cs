using RestrictedRunner.Build.Images;
using RestrictedRunner.Hosts;
using RestrictedRunner.Workers;

namespace RestrictedRunner.Build.Execution;

/// <summary>A way to run a step's command in a container.</summary>
internal interface IStepRunner
{
    /// <summary>Runs the command to its end.</summary>
    /// <inheritdoc cref="DockerRunner.RunAsync"/>
    Task<RunResult> RunAsync(StepOptions options, RunObserver observer, CancellationToken cancellation);
}

/// <summary>A container of the step's own, whose image is pulled where it is not there.</summary>
/// <param name="Host">The machine.</param>
/// <param name="Images">What the build knows of images and engines.</param>
internal sealed record OwnContainer(Host Host, BuildImages Images) : IStepRunner
{
    /// <inheritdoc/>
    public Task<RunResult> RunAsync(StepOptions options, RunObserver observer, CancellationToken cancellation) =>
        DockerRunner.RunInBuildAsync(Host, options, Images.Pulls, Images.Transfers, observer, captureOutput: false, cancellation);
}

/// <summary>A container that has run other steps before.</summary>
/// <param name="Worker">The container.</param>
internal sealed record SharedContainer(Worker Worker) : IStepRunner
{
    /// <inheritdoc/>
    /// <exception cref="WorkerLostException">It is not known how the command ended.</exception>
    public Task<RunResult> RunAsync(StepOptions options, RunObserver observer, CancellationToken cancellation) => Worker.RunAsync(options, observer, cancellation);
}
