using System.Collections.Concurrent;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;
using RestrictedRunner.Build.SharedCache;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Cluster;

/// <summary>A cluster, for all steps of a build: what is known of it, and whether it can still be used.</summary>
internal sealed class ClusterConnection : IDisposable
{
    // So little is sent in less time than the cluster would be asked in whether it has it: most of it is of this step alone.
    private const long MostUnasked = 16 * 1024;

    private readonly ClusterSetting _setting;
    private readonly GrpcConnection _connection;
    private readonly GrpcBlobs _blobs;
    private readonly ConcurrentDictionary<Digest, bool> _there = [];
    private readonly CancellationTokenSource _end = new();
    private volatile ClusterUnavailableException? _loss;
    private volatile bool _wasThere;
    private readonly BuildMark? _told;
    private int _isTold;

    /// <param name="setting">Where it is; what else a project says is for its own steps.</param>
    /// <param name="buildId">What the calls of one build have in common, for the cluster's log.</param>
    /// <param name="told">Says that it was told that the cluster cannot be used; null where only this node is asked.</param>
    /// <param name="host">The machine that builds.</param>
    /// <exception cref="ServerException">A header or a certificate cannot be had.</exception>
    public ClusterConnection(ClusterSetting setting, string buildId, BuildMark? told, Host host)
    {
        _setting = setting;
        _told = told;
        _connection = new(ServerConnection.AccessOf(setting.Server, host) with { ConnectLimit = setting.Patience.Connect, AnswerLimit = setting.Patience.Answer, StoreLimit = setting.Patience.Store }, buildId);
        _blobs = new(_connection);
    }

    /// <summary>Why it is not used any more in this build; null while it is.</summary>
    public ClusterUnavailableException? Loss => _loss;

    /// <summary>True once, for who wants to say that it is not used any more.</summary>
    public bool IsFirstToTell() => Interlocked.Exchange(ref _isTold, 1) == 0 && _told?.Set() != false;

    /// <summary>Nothing is asked of it any more, and nobody waits for it: a dead cluster costs all steps no more than one.</summary>
    public void GiveUp(ClusterUnavailableException why)
    {
        _loss ??= why;
        _end.Cancel();
    }

    /// <summary>Sees that it runs actions at all.</summary>
    /// <exception cref="ClusterUnavailableException">It does not, or cannot be asked.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        try
        {
            var capabilities = await UseAsync(_connection.CapabilitiesAsync, cancellation).ConfigureAwait(false);
            if (capabilities.ExecutionCapabilities?.ExecEnabled != true)
            {
                throw new ClusterUnavailableException("it runs no actions: it is a cache only (its Capabilities have no exec_enabled)");
            }
        }
        catch (ServerException e)
        {
            // Such as an instance that it does not have. That is no matter of the step.
            throw new ClusterUnavailableException(e.Message, e);
        }
    }

    /// <summary>Sees that it has some blobs. Those that it was seen to have are not sent or asked for again.</summary>
    /// <param name="blobs">Which; a digest may come more than once.</param>
    /// <param name="anew">True for all of them: it may have thrown some away.</param>
    /// <param name="cancellation">Ends the upload.</param>
    /// <exception cref="ClusterUnavailableException">The cluster cannot be asked.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ServerException">It did not take one of them.</exception>
    public async Task UploadAsync(IEnumerable<Blob> blobs, bool anew, CancellationToken cancellation)
    {
        var asked = blobs.Where(blob => anew || !_there.ContainsKey(blob.Digest)).DistinctBy(static blob => blob.Digest).ToList();
        if (asked.Count == 0)
        {
            return;
        }

        var lacks = asked;
        if (asked.Sum(static blob => blob.Digest.SizeBytes) > MostUnasked)
        {
            var missing = await UseAsync(end => _blobs.FindMissingAsync([.. asked.Select(static blob => blob.Digest)], end), cancellation).ConfigureAwait(false);
            lacks = asked.FindAll(blob => missing.Contains(blob.Digest));
        }

        await UseAsync(async end =>
        {
            await _blobs.UploadAsync(lacks, end).ConfigureAwait(false);
            return true;
        }, cancellation).ConfigureAwait(false);
        asked.ForEach(blob => _there[blob.Digest] = true);
    }

    /// <summary>Brings blobs.</summary>
    /// <exception cref="ClusterUnavailableException">The cluster cannot be asked, or sends something else.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ServerException">It does not have one of them any more.</exception>
    public Task DownloadAsync(IReadOnlyCollection<Digest> blobs, ReceiveBlob receive, CancellationToken cancellation) => UseAsync(async end =>
    {
        await _blobs.DownloadAsync(blobs, receive, end).ConfigureAwait(false);
        return true;
    }, cancellation);

    /// <summary>Executes an action, all of whose blobs are there.</summary>
    /// <inheritdoc cref="ClusterOperation.RunAsync"/>
    public Task<Answer> ExecuteAsync(Digest action, bool skipsCache, TimeSpan timeout, Action<string> tell, CancellationToken cancellation)
    {
        var request = new ExecuteRequest { InstanceName = _setting.Server.Access.Instance, ActionDigest = action, SkipCacheLookup = skipsCache, InlineStdout = true, InlineStderr = true };
        return UntilGivenUpAsync(new ClusterOperation(_connection, _setting.Patience, request, timeout, tell).RunAsync, cancellation);
    }

    /// <summary>Leaves it alone for some time.</summary>
    /// <exception cref="ClusterUnavailableException">It is given up meanwhile.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task DelayAsync(TimeSpan delay, CancellationToken cancellation) => UntilGivenUpAsync(
        async end =>
        {
            await Task.Delay(delay, end).ConfigureAwait(false);
            return true;
        },
        cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        _told?.Dispose();
        _connection.Dispose();
        _end.Dispose();
    }

    // What is wrong with one blob is the step's, all else the cluster's. One that was there before may be about to come back.
    private Task<T> UseAsync<T>(Func<CancellationToken, Task<T>> use, CancellationToken cancellation) => UntilGivenUpAsync(
        end => TryAsync(() => use(end), end),
        cancellation);

    private async Task<T> TryAsync<T>(Func<Task<T>> use, CancellationToken cancellation)
    {
        for (var failures = 0; ;)
        {
            try
            {
                var answer = await use().ConfigureAwait(false);
                _wasThere = true;
                return answer;
            }
            catch (ServerException e) when (e.Failure == ServerFailure.Unreachable && _wasThere && _loss is null && failures < _setting.Patience.Pauses.Count)
            {
                await Task.Delay(_setting.Patience.Pauses[failures++], cancellation).ConfigureAwait(false);
            }
            catch (ServerException e) when (e.Failure is not (ServerFailure.BlobMissing or ServerFailure.Refused or ServerFailure.Full or ServerFailure.TooLarge))
            {
                throw new ClusterUnavailableException(e.Message, e);
            }
        }
    }

    private async Task<T> UntilGivenUpAsync<T>(Func<CancellationToken, Task<T>> wait, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, cancellation);
        try
        {
            end.Token.ThrowIfCancellationRequested();
            return await wait(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_loss is { } loss && !cancellation.IsCancellationRequested)
        {
            throw new ClusterUnavailableException(loss.Message, loss);
        }
    }
}
