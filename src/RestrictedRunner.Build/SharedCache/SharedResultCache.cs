using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;

namespace RestrictedRunner.Build.SharedCache;

/// <summary>
/// A server behind the cache of this machine, for the steps of a project: what is not here is asked for there, and what comes
/// from there is kept here. It never fails a step: whatever is wrong with it is told once in a build.
/// </summary>
/// <param name="local">The cache of this machine.</param>
/// <param name="limit">Bytes that it may take.</param>
/// <param name="shared">The server.</param>
/// <param name="uploads">Stores new results there; null where they are not to be stored.</param>
/// <param name="tellFailure">Is told that the build does without the server from now on.</param>
internal sealed class SharedResultCache(ResultCache local, long limit, SharedServer shared, SharedUploads? uploads, Action<ServerException> tellFailure) : IResultCache
{
    /// <inheritdoc/>
    public bool Has(string key, OutputPlaces places) => local.Has(key, places);

    /// <inheritdoc/>
    public RestoreOutcome Restore(ResultKey key, OutputPlaces places, CancellationToken cancellation)
    {
        var outcome = local.Restore(key.Hash, places, cancellation);
        if (outcome.Result is not null || outcome.Problem is not null)
        {
            Share(key);
            return outcome;
        }

        return Fetch(key, result => ResultCache.IsOf(result, places), cancellation) switch
        {
            { } problem => new(Result: null, problem.Length == 0 ? null : problem),
            null => local.Restore(key.Hash, places, cancellation) with { IsShared = true },
        };
    }

    /// <inheritdoc/>
    public StoreOutcome Store(ResultKey key, StepOutputs outputs, CancellationToken cancellation)
    {
        var outcome = local.Store(key.Hash, outputs, cancellation);
        if (key.Shared is { } shared && outcome.Result is { } result)
        {
            uploads?.Begin(shared, result);
        }

        return outcome;
    }

    /// <inheritdoc/>
    public byte[]? FindText(ResultKey key, CancellationToken cancellation)
    {
        if (local.FindText(key.Hash) is { } text)
        {
            Share(key);
            return text;
        }

        return Fetch(key, static result => !OutputEntries.Paths(result).Any(), cancellation) is null ? local.FindText(key.Hash) : null;
    }

    /// <inheritdoc/>
    public void Share(ResultKey key)
    {
        // A server that was dead or not there when the step ran, or that has lost the result since, gets it now.
        if (uploads is not null && key.Shared is { } shared && local.Find(key.Hash) is { } result)
        {
            uploads.Begin(shared, result, onlyIfAbsent: true);
        }
    }

    /// <inheritdoc/>
    public TrimReport? TrimIfDue(long limit) => local.TrimIfDue(limit);

    // Null when it is here now; empty when there is none; otherwise why this machine cannot take it.
    private string? Fetch(ResultKey key, Func<ActionResult, bool> isOfStep, CancellationToken cancellation)
    {
        if (key.Shared is null)
        {
            return "";
        }

        try
        {
            if (shared.AskAsync((server, token) => new SharedResult(server, shared, local, limit).FetchAsync(key, isOfStep, token), cancellation).GetAwaiter().GetResult())
            {
                // Not what has just come: that is in use.
                local.TrimIfDue(limit);
                return null;
            }

            return "";
        }
        catch (ServerException e)
        {
            tellFailure(e);
            return "";
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
            return e.Message;
        }
    }
}
