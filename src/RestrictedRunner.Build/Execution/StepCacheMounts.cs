using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Hosts;
using Task = System.Threading.Tasks.Task;

namespace RestrictedRunner.Build.Execution;

/// <summary>The cache mounts of a step.</summary>
/// <param name="Mounts">What the step declares.</param>
/// <param name="Use">Who uses them.</param>
/// <param name="Log">Is told for whom the step waits.</param>
internal sealed record StepCacheMounts(IReadOnlyList<CacheMount> Mounts, CacheMountUse Use, TaskLoggingHelper Log)
{
    private CacheFolder Cache => CacheFolder.Default(Use.Host) ?? throw new CacheMountsException($"there is no folder for them, because this user has no home. Set {(Use.Host.IsWindows ? "LOCALAPPDATA" : "HOME or XDG_CACHE_HOME")}");

    /// <summary>Takes their folders, after the steps before it have given them back.</summary>
    /// <param name="options">The engine and the image of the container.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CacheMountsException">They cannot be had.</exception>
    /// <exception cref="OperationCanceledException">It waited in vain.</exception>
    public async Task<CacheMountLease> TakeAsync(StepOptions options, CancellationToken cancellation)
    {
        var cache = Cache;
        try
        {
            return await new CacheMountFolders(cache).TakeAsync(Mounts, Use, options, Waits, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
            throw new CacheMountsException($"{e.Message.TrimEnd('.')}. They are in '{cache.Mounts}': let that be yours and have room{(Use.Host.Kind == HostKind.Linux ? ", or name another folder for caches in XDG_CACHE_HOME" : "")}", e);
        }
    }

    /// <summary>Trims the cache if that is due. What is cancelled is left to another build.</summary>
    public async Task TrimAsync(CancellationToken cancellation)
    {
        if (Eviction.TrimIfDue(Cache, Use.Limit, ofMounts: true) is null || new CacheMountFolders(Cache).Gone.Count == 0)
        {
            return;
        }

        try
        {
            await ForeignCacheFiles.RemoveAsync(Cache, Use.Host, static _ => { }, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The result of the step stands.
        }
    }

    // It may take long.
    private void Waits(CacheMount mount, string user) =>
        Log.LogMessage(MessageImportance.High, $"Waits for cache mount '{mount.Name}', which is in use{(user.Length > 0 ? $", last taken by {user}" : "")}.");
}
