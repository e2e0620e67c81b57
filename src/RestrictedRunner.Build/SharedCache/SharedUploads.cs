using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;

namespace RestrictedRunner.Build.SharedCache;

/// <summary>Stores new results of a project on a server, beside the steps that follow.</summary>
/// <param name="shared">The server.</param>
/// <param name="local">The cache of this machine, which has the results.</param>
/// <param name="tell">Is told why something is not stored, once in a build for each loss.</param>
/// <param name="cancellation">Drops what is not there yet.</param>
internal sealed class SharedUploads(SharedServer shared, ResultCache local, Action<ServerException, UploadLoss> tell, CancellationToken cancellation) : IDisposable
{
    // Of one result all blobs go at once.
    private const int AtOnce = 2;

    // A server with a limit for blobs has none below this; what it says of a larger one may be about that blob alone.
    private const long Large = 1024 * 1024;
    private const int MostFull = 3;

    private readonly SemaphoreSlim _places = new(AtOnce);
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly ConcurrentBag<Task> _all = [];
    private int _full;

    /// <summary>Begins to store a result.</summary>
    /// <param name="key">The action that it is of.</param>
    /// <param name="result">The result, whose contents are in the cache of this machine.</param>
    /// <param name="onlyIfAbsent">True asks the server first whether it has one.</param>
    public void Begin(ActionKey key, ActionResult result, bool onlyIfAbsent = false)
    {
        if (shared.TakesResults && !_end.IsCancellationRequested)
        {
            _all.Add(Task.Run(() => UploadAsync(key, result, onlyIfAbsent), CancellationToken.None));
        }
    }

    /// <summary>Waits until all are stored, as long as the server is there.</summary>
    public async Task FinishAsync()
    {
        var all = Task.WhenAll(_all);
        if (!await new ServerWatch(shared).IsThereUntilAsync(all).ConfigureAwait(false))
        {
            Fail(new(ServerFailure.TimedOut, "it takes no more of what is sent"));
        }

        await all.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        Task.WhenAll(_all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        _end.Dispose();
        _places.Dispose();
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "It is told; nobody else would hear of it.")]
    private async Task UploadAsync(ActionKey key, ActionResult result, bool onlyIfAbsent)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, shared.End);
        try
        {
            await _places.WaitAsync(ended.Token).ConfigureAwait(false);
            try
            {
                if (shared.TakesResults && (!onlyIfAbsent || await shared.Connected().FindResultAsync(key.Digest, ended.Token).ConfigureAwait(false) is not { ExitCode: 0 }))
                {
                    await UploadAsync(shared.Connected(), key, result, ended.Token).ConfigureAwait(false);
                }
            }
            finally
            {
                _places.Release();
            }
        }
        catch (ServerException e)
        {
            Fail(e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or InvalidDataException || ended.IsCancellationRequested)
        {
            // Gone from this machine's cache before it was sent, or cancelled.
        }
        catch (Exception e)
        {
            Fail(new(ServerFailure.ThisMachine, $"this machine could not send it: {(CacheEntry.IsOfFiles(e) ? "" : $"{e.GetType().Name}: ")}{e.Message}", e));
        }
    }

    private async Task UploadAsync(ICacheServer server, ActionKey key, ActionResult result, CancellationToken token)
    {
        var blobs = Blobs(key, result).DistinctBy(static blob => blob.Digest).ToList();
        var missing = (await server.FindMissingAsync([.. blobs.Select(static blob => blob.Digest)], token).ConfigureAwait(false)).ToHashSet();
        List<Blob> toSend = [.. blobs.Where(blob => missing.Contains(blob.Digest))];
        if (toSend.Count > 0)
        {
            await SendAsync(server, toSend, token).ConfigureAwait(false);
        }

        // Last: whoever finds it finds all that it names.
        await server.StoreResultAsync(key.Digest, result, token).ConfigureAwait(false);
    }

    // A server without room for a large blob may have some for others, but not for ever.
    private async Task SendAsync(ICacheServer server, List<Blob> blobs, CancellationToken token)
    {
        try
        {
            await server.UploadAsync(blobs, token).ConfigureAwait(false);
            Volatile.Write(ref _full, 0);
        }
        catch (ServerException e) when (e.Failure == ServerFailure.Full && blobs.Exists(static blob => blob.Digest.SizeBytes >= Large) && Interlocked.Increment(ref _full) < MostFull)
        {
            throw new ServerException(ServerFailure.TooLarge, e.Message, e);
        }
    }

    // Servers look for each folder of a tree, and some for the action and its command.
    private IEnumerable<Blob> Blobs(ActionKey key, ActionResult result)
    {
        yield return Blob.Of(key.Action);
        yield return Blob.Of(key.Command);
        foreach (var digest in result.OutputDirectories.Select(static folder => folder.TreeDigest))
        {
            yield return OfCache(digest);
            var tree = OutputTree.Read(local.Blobs.Read(digest) ?? throw new FileNotFoundException($"blob {digest.Hash} is gone"));
            foreach (var folder in tree.Children.Append(tree.Root))
            {
                yield return Blob.Of(folder);
            }
        }

        foreach (var file in OutputEntries.Of(result, local.Blobs.Read).OfType<InputEntry.File>())
        {
            yield return OfCache(file.Digest);
        }

        foreach (var text in new[] { result.StdoutDigest, result.StderrDigest }.OfType<Digest>())
        {
            yield return OfCache(text);
        }
    }

    private Blob OfCache(Digest digest) => new(digest, () => local.Blobs.OpenChecked(digest));

    private void Fail(ServerException failure)
    {
        if (_end.IsCancellationRequested)
        {
            return;
        }

        var loss = failure.Failure switch
        {
            ServerFailure.TooLarge or ServerFailure.ThisMachine => UploadLoss.Result,
            ServerFailure.Unreachable or ServerFailure.TimedOut => UploadLoss.Server,
            _ => UploadLoss.Storing,
        };
        if (loss switch { UploadLoss.Result => shared.LeaveOut(), UploadLoss.Server => shared.GiveUp(), _ => shared.StopStoring() })
        {
            tell(failure, loss);
        }

        if (loss != UploadLoss.Result)
        {
            _end.Cancel();
        }
    }
}
