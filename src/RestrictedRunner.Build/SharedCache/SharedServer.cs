using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.RemoteServers;

namespace RestrictedRunner.Build.SharedCache;

/// <summary>
/// The server of a shared cache in one build. MSBuild keeps it until the build's end, in each of its nodes. It is asked until it
/// fails for the first time, in whichever node; from then on the build does without.
/// </summary>
internal sealed class SharedServer : IDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly object _lock = new();
    private readonly Func<ICacheServer> _connect;
    private readonly BuildMark _isGivenUp;
    private readonly BuildMark _takesNothing;
    private readonly BuildMark _lacksResult;
    private readonly CancellationTokenSource _end = new();
    private readonly Timer _watch;
    private readonly WaitBudget _budget = new();
    private ICacheServer? _server;
    private ServerException? _failure;
    private int _waiting;
    private long _traffic;

    /// <summary>A server that nobody has asked yet.</summary>
    /// <param name="connect">Makes the one that is asked.</param>
    /// <param name="folder">The cache of this machine.</param>
    /// <param name="build">The id of the build.</param>
    /// <param name="address">What tells the server from others.</param>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "It is disposed of with this.")]
    public SharedServer(Func<ICacheServer> connect, CacheFolder folder, string build, string address)
    {
        _connect = connect;
        (_isGivenUp, _takesNothing, _lacksResult) = (new(folder, build, $"shared {address}"), new(folder, build, $"push {address}"), new(folder, build, $"result {address}"));
        _watch = new(_ => Watch(), null, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>True as long as the build asks it.</summary>
    public bool IsAsked => !_end.IsCancellationRequested && !_isGivenUp.IsSet;

    /// <summary>True as long as the build stores results there.</summary>
    public bool TakesResults => IsAsked && !_takesNothing.IsSet;

    /// <summary>Bytes that have travelled, in both directions.</summary>
    public long Traffic
    {
        get
        {
            lock (_lock)
            {
                return _server?.Traffic.Bytes ?? 0;
            }
        }
    }

    /// <summary>Cancelled when the build asks no more.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>That of a build.</summary>
    /// <param name="engine">The build.</param>
    /// <param name="address">What tells the server, and who asks, from others.</param>
    /// <param name="make">Makes it, for the first who asks.</param>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "MSBuild disposes of the one that it keeps; another one has asked nothing.")]
    public static SharedServer Of(IBuildEngine4 engine, string address, Func<SharedServer> make)
    {
        var key = $"{typeof(SharedServer).FullName} {address}";
        if (engine.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is null)
        {
            // Of several at once, MSBuild keeps the first.
            engine.RegisterTaskObject(key, make(), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }

        return (SharedServer)engine.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build);
    }

    /// <summary>Asks, unless the build does without by now.</summary>
    /// <param name="ask">The questions for one result.</param>
    /// <param name="cancellation">Ends them.</param>
    /// <returns>False when there is no result.</returns>
    /// <exception cref="ServerException">The server has failed just now.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<bool> AskAsync(Func<ICacheServer, CancellationToken, Task<bool>> ask, CancellationToken cancellation)
    {
        if (!IsAsked)
        {
            return false;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, cancellation);
        var hasResult = false;
        try
        {
            var server = Connected();
            BeginToWait();
            try
            {
                return hasResult = await ask(server, ended.Token).ConfigureAwait(false);
            }
            finally
            {
                EndToWait(hasResult);
            }
        }
        catch (ServerException e) when (e.Failure == ServerFailure.BlobMissing)
        {
            // Blobs may go between question and use.
            return false;
        }
        catch (ServerException)
        {
            // What is cancelled may end in any way.
            if (TakeFailure() is { } failure)
            {
                throw failure;
            }

            if (!GiveUp())
            {
                return false;
            }

            throw;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return TakeFailure() is { } failure ? throw failure : false;
        }
    }

    /// <summary>Nobody waits for the server while what it sent is looked at: that takes this machine's time.</summary>
    /// <returns>Goes on to wait when it is disposed of.</returns>
    public IDisposable Pause() => new Looking(this);

    /// <summary>An answer, or a blob, is complete.</summary>
    public void Complete() => _budget.Complete(Now());

    /// <summary>The server, made if it is not there yet.</summary>
    /// <exception cref="ServerException">It cannot be made.</exception>
    public ICacheServer Connected()
    {
        lock (_lock)
        {
            return _server ??= _connect();
        }
    }

    /// <summary>Asks the server no more.</summary>
    /// <returns>True for the first in the build who gives it up, and is to tell why.</returns>
    public bool GiveUp()
    {
        var isFirst = !_end.IsCancellationRequested && _isGivenUp.Set();

        // Not in a lock: what was waiting goes on at once.
        _end.Cancel();
        return isFirst;
    }

    /// <summary>Stores nothing more there.</summary>
    /// <returns>True for the first in the build, who is to tell.</returns>
    public bool StopStoring() => IsAsked && _takesNothing.Set();

    /// <summary>Leaves out one result, and stores others.</summary>
    /// <returns>True for the first in the build, who is to tell.</returns>
    public bool LeaveOut() => TakesResults && _lacksResult.Set();

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _watch.Dispose();
        _server?.Dispose();
        _isGivenUp.Dispose();
        _takesNothing.Dispose();
        _lacksResult.Dispose();
        _end.Dispose();
    }

    private static TimeSpan Now() => Stopwatch.GetElapsedTime(0);

    private void BeginToWait()
    {
        lock (_lock)
        {
            _budget.Begin(Now());
            if (_waiting++ == 0)
            {
                _watch.Change(BetweenLooks, BetweenLooks);
            }
        }
    }

    private void EndToWait(bool hasResult)
    {
        lock (_lock)
        {
            _budget.End(Now(), hasResult);
            if (--_waiting == 0)
            {
                _watch.Change(Timeout.Infinite, Timeout.Infinite);
            }
        }
    }

    // Ends who waits when the time is over, or another node has found that it is in vain.
    private void Watch()
    {
        // Of several blobs in one message none is there before all are.
        var traffic = _server?.Traffic.Bytes ?? 0;
        _budget.Receive(Now(), traffic - Interlocked.Exchange(ref _traffic, traffic));
        if (_isGivenUp.IsSet)
        {
            EndAll();
        }
        else if (_budget.IsOver(Now()) && _isGivenUp.Set())
        {
            _failure = new(ServerFailure.TimedOut, string.Create(CultureInfo.InvariantCulture, $"the build has waited {(WaitBudget.Limit + WaitBudget.Free).TotalSeconds:0.#} s for it in vain"));
            EndAll();
        }
    }

    private void EndAll()
    {
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The build has ended while this was on its way; on a timer's thread it would end the node.
        }
    }

    private ServerException? TakeFailure() => Interlocked.Exchange(ref _failure, null);

    private sealed class Looking : IDisposable
    {
        private readonly SharedServer _server;

        public Looking(SharedServer server)
        {
            _server = server;
            _server.EndToWait(hasResult: false);
        }

        public void Dispose() => _server.BeginToWait();
    }
}
