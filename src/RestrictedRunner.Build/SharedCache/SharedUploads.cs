using System.Collections.Concurrent;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;

namespace RestrictedRunner.Build.SharedCache;

/// <summary>Stores new results of a project on a server, beside the steps that follow.</summary>
/// <param name="shared">The server.</param>
/// <param name="local">The cache of this machine, which has the results.</param>
/// <param name="tell">Is told once in a build why results are not stored, and whether the build does without the server altogether.</param>
/// <param name="cancellation">Drops what is not there yet.</param>
internal sealed class SharedUploads(SharedServer shared, ResultCache local, Action<ServerException, bool> tell, CancellationToken cancellation) : IDisposable
{
    // Of one result all blobs go at once.
    private const int AtOnce = 2;

    // A dead server costs a build no more at its end than it does before.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _places = new(AtOnce);
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly ConcurrentBag<Task> _all = [];
    private long _signs;

    /// <summary>Begins to store a result.</summary>
    /// <param name="key">The action that it is of.</param>
    /// <param name="result">The result, whose contents are in the cache of this machine.</param>
    public void Begin(ActionKey key, ActionResult result)
    {
        if (shared.TakesResults && !_end.IsCancellationRequested)
        {
            _all.Add(Task.Run(() => UploadAsync(key, result), CancellationToken.None));
        }
    }

    /// <summary>Waits until all are stored, as long as something moves.</summary>
    public async Task FinishAsync()
    {
        var all = Task.WhenAll(_all);
        var (seen, silence) = (0L, TimeSpan.Zero);
        while (await Task.WhenAny(all, Task.Delay(BetweenLooks, CancellationToken.None)).ConfigureAwait(false) != all)
        {
            var signs = Interlocked.Read(ref _signs);
            silence = signs == seen ? silence + BetweenLooks : TimeSpan.Zero;
            seen = signs;
            if (silence >= LongestSilence)
            {
                Fail(new(ServerFailure.TimedOut, "it takes no more of what is sent"));
                break;
            }
        }

        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        Task.WhenAll(_all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        _end.Dispose();
        _places.Dispose();
    }

    private async Task UploadAsync(ActionKey key, ActionResult result)
    {
        try
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, shared.End);
            await _places.WaitAsync(ended.Token).ConfigureAwait(false);
            try
            {
                if (shared.TakesResults)
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
        catch (Exception e) when (CacheEntry.IsOfFiles(e) || e is OperationCanceledException or InvalidDataException)
        {
            // Cancelled, or gone from this machine's cache before it was sent.
        }
    }

    private async Task UploadAsync(ICacheServer server, ActionKey key, ActionResult result, CancellationToken token)
    {
        var blobs = Blobs(key, result).DistinctBy(static blob => blob.Digest).ToList();
        var missing = (await server.FindMissingAsync([.. blobs.Select(static blob => blob.Digest)], token).ConfigureAwait(false)).ToHashSet();
        Sign();
        List<Blob> toSend = [.. blobs.Where(blob => missing.Contains(blob.Digest))];
        if (toSend.Count > 0)
        {
            await server.UploadAsync(toSend, token).ConfigureAwait(false);
            Sign();
        }

        // Last: whoever finds it finds all that it names.
        await server.StoreResultAsync(key.Digest, result, token).ConfigureAwait(false);
        Sign();
    }

    // Servers look for each folder of a tree, and some for the action and its command.
    private IEnumerable<Blob> Blobs(ActionKey key, ActionResult result)
    {
        yield return Blob.Of(key.Action);
        yield return Blob.Of(key.Command);
        foreach (var digest in result.OutputDirectories.Select(static folder => folder.TreeDigest))
        {
            yield return OfCache(digest);
            var tree = Tree.Parser.ParseFrom(local.Blobs.Read(digest) ?? throw new FileNotFoundException($"blob {digest.Hash} is gone"));
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

    private Blob OfCache(Digest digest) => new(digest, () => new Sent(local.Blobs.OpenChecked(digest), Sign));

    private void Sign() => Interlocked.Increment(ref _signs);

    private void Fail(ServerException failure)
    {
        if (!_end.IsCancellationRequested)
        {
            var isDead = failure.Failure is ServerFailure.Unreachable or ServerFailure.TimedOut;
            if (isDead ? shared.GiveUp() : shared.StopStoring())
            {
                tell(failure, isDead);
            }
        }

        _end.Cancel();
    }

    /// <summary>A content that tells when a piece of it is taken.</summary>
    private sealed class Sent(Stream content, System.Action onPiece) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => content.Length;

        public override long Position
        {
            get => content.Position;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            onPiece();
            return content.Read(buffer, offset, count);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            onPiece();
            return content.ReadAsync(buffer, cancellationToken);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                content.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
