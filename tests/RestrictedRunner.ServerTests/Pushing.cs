using System.Collections.Concurrent;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.SharedCache;

namespace RestrictedRunner.ServerTests;

/// <summary>A machine that stores results of steps on a server, with a cache in a folder of its own.</summary>
internal sealed class Pushing : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ResultCache _local;
    private readonly SharedServer _server;
    private readonly SharedUploads _uploads;
    private readonly ConcurrentQueue<string> _told = new();
    private int _results;

    public Pushing(ServerAccess access)
    {
        var folder = new CacheFolder(_folder["cache"]);
        _local = new(folder);
        _server = new(() => access.IsGrpc ? new GrpcCacheServer(new GrpcConnection(access)) : new HttpCacheServer(access, ServerHandler.Of(access)), folder, "build", $"{access.Url}");
        _uploads = new(_server, _local, (failure, loss) => _told.Enqueue($"{loss} {failure.Failure}: {failure.Message}"), TestContext.Current.CancellationToken);
    }

    /// <summary>What the build was told, and whether it does without a result, without storing or without the server.</summary>
    public IReadOnlyList<string> Told => [.. _told];

    /// <summary>Begins to store the result of a step that has written some files.</summary>
    public ActionKey Begin(params IReadOnlyList<byte[]> files)
    {
        var key = ActionKey.Of(new() { Arguments = ["true"] }, Digests.Of(BitConverter.GetBytes(_results++)));
        var folder = System.IO.Directory.CreateDirectory(_folder[$"{_results}"]).FullName;
        for (var i = 0; i < files.Count; i++)
        {
            File.WriteAllBytes(Path.Combine(folder, $"{i}"), files[i]);
        }

        var outcome = _local.Store(key.Digest.Hash, new(folder, [.. Enumerable.Range(0, files.Count).Select(i => $"{i}")]), TestContext.Current.CancellationToken);
        Assert.Null(outcome.Problem);
        _uploads.Begin(key, outcome.Result!);
        return key;
    }

    public Task FinishAsync() => _uploads.FinishAsync();

    public void Dispose()
    {
        _uploads.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }
}
