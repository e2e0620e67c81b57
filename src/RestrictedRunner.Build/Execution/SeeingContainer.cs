using RestrictedRunner.Build.Images;
using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Execution;

/// <summary>A container of the step's own that has to see the project's folder itself: nobody copies all of that.</summary>
/// <param name="Host">The machine.</param>
/// <param name="Images">What the build knows of images and engines.</param>
internal sealed record SeeingContainer(Host Host, BuildImages Images) : IStepRunner
{
    /// <inheritdoc/>
    /// <exception cref="UnseenFilesException">The engine has other files than this machine, and they may be copied.</exception>
    public async Task<RunResult> RunAsync(StepOptions options, RunObserver observer, CancellationToken cancellation)
    {
        try
        {
            return await new OwnContainer(Host, Images).RunAsync(options.Transfer == FileTransfer.Auto ? options with { Transfer = FileTransfer.Mount } : options, observer, cancellation).ConfigureAwait(false);
        }
        catch (RunnerException e) when (e.Failure == RunnerFailure.MountUnseen && options.Transfer == FileTransfer.Auto && UnseenSource.IsAbsent(e.Message))
        {
            Images.Transfers.Remember(options);
            throw new UnseenFilesException();
        }
    }
}
