using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;

namespace RestrictedRunner.Build.SharedCache;

/// <summary>
/// Brings a result from a server to the cache of this machine: its contents first, each of which is checked while it arrives, the
/// result last. Whatever the server sends may be forged.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="signs">Is told what arrives.</param>
/// <param name="local">The cache of this machine.</param>
/// <param name="limit">Bytes that it may take.</param>
internal sealed class SharedResult(ICacheServer server, SharedServer signs, ResultCache local, long limit)
{
    // A folder's content is read into memory, and so is what a step printed, of which no more than that is ever stored.
    private const long LongestMessage = 64 * 1024 * 1024;

    private long _added;

    /// <summary>Brings it.</summary>
    /// <param name="key">What it is kept under.</param>
    /// <param name="isOfStep">Tells a result that has what the step declares.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>False when there is none that is of any use.</returns>
    /// <exception cref="ServerException">The server could not be asked, or sends what it should not.</exception>
    /// <exception cref="IOException">There is no room here.</exception>
    /// <exception cref="UnauthorizedAccessException">The cache of this machine may not be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<bool> FetchAsync(ResultKey key, Func<ActionResult, bool> isOfStep, CancellationToken cancellation)
    {
        var answer = await server.FindResultAsync(key.Shared!.Digest, cancellation).ConfigureAwait(false);
        signs.Complete();

        // Servers store results of commands that failed too.
        if (answer is null || answer.ExitCode != 0)
        {
            return false;
        }

        try
        {
            var result = Known(answer);
            if (!isOfStep(result))
            {
                return false;
            }

            List<Digest> trees = [.. result.OutputDirectories.Select(static folder => ServerDigest.Checked(folder.TreeDigest, LongestMessage)).Distinct()];
            if (trees.Sum(static tree => tree.SizeBytes) > LongestMessage)
            {
                throw new InvalidDataException("its folders have too much in them");
            }

            await DownloadAsync(trees, cancellation).ConfigureAwait(false);
            List<Digest> files;
            using (signs.Pause())
            {
                files = [.. OutputEntries.Of(result, local.Blobs.Read).OfType<InputEntry.File>().Select(static file => ServerDigest.Checked(file.Digest))];
            }

            List<Digest> texts = [.. new[] { result.StdoutDigest, result.StderrDigest }.OfType<Digest>().Select(static text => ServerDigest.Checked(text, LongestMessage))];

            // Larger than all that is kept here: it would be in nobody's interest. One content may be that of many files, each of which takes room.
            if (files.Any(file => file.SizeBytes > limit) || files.Sum(static file => (double)file.SizeBytes) > limit)
            {
                return false;
            }

            await DownloadAsync([.. files.Concat(texts).Distinct()], cancellation).ConfigureAwait(false);
            local.Put(key.Hash, result);
            Interlocked.Add(ref _added, CacheTotal.OnDisk(1));
            return true;
        }
        catch (InvalidDataException e)
        {
            throw new ServerException(ServerFailure.WrongContent, $"its result of action {key.Shared.Digest.Hash} is none that a step can have: {e.Message}", e);
        }
        finally
        {
            // Also of what did not become a result.
            local.Added(Interlocked.Exchange(ref _added, 0));
        }
    }

    // Without what is not of our results, such as texts in the message itself.
    private ActionResult Known(ActionResult answer) => new()
    {
        OutputFiles = { answer.OutputFiles.Select(static file => new OutputFile { Path = file.Path, Digest = file.Digest, IsExecutable = file.IsExecutable }) },
        OutputDirectories = { answer.OutputDirectories.Select(static folder => new OutputDirectory { Path = folder.Path, TreeDigest = folder.TreeDigest }) },
        OutputSymlinks = { answer.OutputSymlinks.Select(static link => new OutputSymlink { Path = link.Path, Target = link.Target }) },
        StdoutDigest = Text(answer.StdoutDigest, answer.StdoutRaw),
        StderrDigest = Text(answer.StderrDigest, answer.StderrRaw),
        ExecutionMetadata = new() { Worker = OutputCollector.Worker },
    };

    private Digest? Text(Digest? digest, Google.Protobuf.ByteString raw) => digest is { SizeBytes: > 0 } ? digest : raw.Length > 0 ? Counted(local.Blobs.Put(raw.Memory)).Digest : null;

    private StoredBlob Counted(StoredBlob blob)
    {
        Interlocked.Add(ref _added, blob.IsNew ? CacheTotal.OnDisk(blob.Digest.SizeBytes) : 0);
        return blob;
    }

    private async Task DownloadAsync(IReadOnlyList<Digest> blobs, CancellationToken cancellation)
    {
        foreach (var empty in blobs.Where(static blob => blob.SizeBytes == 0).Distinct())
        {
            if (!local.Blobs.Put(ReadOnlyMemory<byte>.Empty).Digest.Equals(empty))
            {
                throw new InvalidDataException("it has a hash of nothing that is none");
            }
        }

        List<Digest> missing = [.. blobs.Where(static blob => blob.SizeBytes > 0).Distinct().Where(blob => !local.Blobs.Has(blob))];
        if (missing.Count > 0)
        {
            await server.DownloadAsync(missing, ReceiveAsync, cancellation).ConfigureAwait(false);
            if (missing.Find(blob => !local.Blobs.Has(blob)) is { } absent)
            {
                throw new ServerException(ServerFailure.WrongContent, $"it did not send blob {absent.Hash}, nor say that it has none");
            }
        }
    }

    private async Task ReceiveAsync(Digest digest, Stream content, CancellationToken cancellation)
    {
        Counted(await local.Blobs.ReceiveAsync(digest, content, cancellation).ConfigureAwait(false));
        signs.Complete();
    }
}
