namespace RestrictedRunner.Build.Execution;

/// <summary>Shows a container the cache mounts of its step.</summary>
/// <param name="Runner">Runs the command.</param>
/// <param name="Mounts">The cache mounts.</param>
internal sealed record WithCacheMounts(IStepRunner Runner, StepCacheMounts Mounts) : IStepRunner
{
    /// <inheritdoc/>
    /// <exception cref="CacheMountsException">They cannot be had.</exception>
    public async Task<RunResult> RunAsync(StepOptions options, RunObserver observer, CancellationToken cancellation)
    {
        using var lease = await Mounts.TakeAsync(options, cancellation).ConfigureAwait(false);
        var result = await Runner.RunAsync(options with { Mounts = [.. options.Mounts, .. lease.Mounts] }, observer, cancellation).ConfigureAwait(false);
        await Mounts.TrimAsync(cancellation).ConfigureAwait(false);
        return result;
    }
}
