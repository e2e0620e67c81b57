using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Execution;

/// <summary>Shows a container cache mounts, after the steps before it have given them back.</summary>
/// <param name="Runner">Runs the command.</param>
/// <param name="Mounts">The cache mounts.</param>
/// <param name="Use">Who uses them.</param>
/// <param name="Waits">Is told for which of them the step waits, and who has taken it last.</param>
internal sealed record WithCacheMounts(IStepRunner Runner, IReadOnlyList<CacheMount> Mounts, CacheMountUse Use, Action<CacheMount, string> Waits) : IStepRunner
{
    /// <inheritdoc/>
    /// <exception cref="CacheMountsException">They cannot be had.</exception>
    public async Task<RunResult> RunAsync(StepOptions options, RunObserver observer, CancellationToken cancellation)
    {
        var cache = CacheFolder.Default(Use.Host) ?? throw new CacheMountsException($"there is no folder for them, because this user has no home. Set {(Use.Host.IsWindows ? "LOCALAPPDATA" : "HOME or XDG_CACHE_HOME")}");
        using var lease = await TakeAsync(cache, options, cancellation).ConfigureAwait(false);
        var result = await Runner.RunAsync(options with { Mounts = [.. options.Mounts, .. lease.Mounts] }, observer, cancellation).ConfigureAwait(false);
        await TrimAsync(cache, cancellation).ConfigureAwait(false);
        return result;
    }

    private async Task<CacheMountLease> TakeAsync(CacheFolder cache, StepOptions options, CancellationToken cancellation)
    {
        try
        {
            return await new CacheMountFolders(cache).TakeAsync(Mounts, Use, options, Waits, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
            throw new CacheMountsException($"{e.Message.TrimEnd('.')}. They are in '{cache.Mounts}': let that be yours and have room{(Use.Host.Kind == HostKind.Linux ? ", or name another folder for caches in XDG_CACHE_HOME" : "")}", e);
        }
    }

    // The step has run, so what is cancelled now is left to another build.
    private async Task TrimAsync(CacheFolder cache, CancellationToken cancellation)
    {
        if (Eviction.TrimIfDue(cache, Use.Limit, ofMounts: true) is null || new CacheMountFolders(cache).Gone.Count == 0)
        {
            return;
        }

        try
        {
            await ForeignCacheFiles.RemoveAsync(cache, Use.Host, static _ => { }, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
    }
}
