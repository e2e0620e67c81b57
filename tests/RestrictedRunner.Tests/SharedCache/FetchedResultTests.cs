using System.Security.Cryptography;
using Google.Protobuf;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;
using RestrictedRunner.Build.SharedCache;
using Directory = RestrictedRunner.Build.RemoteExecution.Directory;
using File = System.IO.File;

namespace RestrictedRunner.Tests;

/// <summary>What comes from a server is kept here, and the cache of this machine stays as small as the user wants it.</summary>
public sealed class FetchedResultTests : IDisposable
{
    private const long Limit = 2_000_000;

    private static readonly ActionKey Action = ActionKey.Of(new() { Arguments = ["true"] }, Digests.Of([]));
    private static readonly ResultKey Key = new(TemporaryCache.Key, Action);

    private readonly TemporaryCache _cache = new();
    private readonly List<ServerException> _told = [];
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(1_500_000);

    [Fact]
    public async Task What_arrives_counts()
    {
        new CacheTotal(7 * 4096, DateTimeOffset.UtcNow).Write(_cache.Folder);

        Assert.NotNull(await RestoreAsync(Result(Digests.Of(_content), printed: "text"), _content));

        // The file, what the step printed, and the result.
        Assert.Equal((7 * 4096) + CacheTotal.OnDisk(_content.Length) + (2 * 4096), CacheTotal.Read(_cache.Folder)?.Bytes);
    }

    [Fact]
    public async Task What_arrived_counts_when_the_rest_does_not()
    {
        var tree = new Tree { Root = new Directory { Files = { new FileNode { Name = "gone", Digest = Digests.Of("gone"u8) } } } };
        new CacheTotal(0, DateTimeOffset.UtcNow).Write(_cache.Folder);

        Assert.Null(await RestoreAsync(new() { OutputDirectories = { new OutputDirectory { Path = "file", TreeDigest = Digests.Of(tree) } } }, tree.ToByteArray()));

        Assert.Equal(4096, CacheTotal.Read(_cache.Folder)?.Bytes);
    }

    [Fact]
    public async Task What_arrives_makes_room_for_itself()
    {
        var old = _cache.Cache.Blobs.Put(RandomNumberGenerator.GetBytes(1_000_000)).Digest;
        File.SetLastWriteTimeUtc(_cache.Folder.Blob(old.Hash), DateTime.UtcNow.AddDays(-1));
        new CacheTotal(1_000_000, DateTimeOffset.UtcNow.AddMinutes(-10)).Write(_cache.Folder);

        Assert.NotNull(await RestoreAsync(Result(Digests.Of(_content)), _content));

        Assert.False(File.Exists(_cache.Folder.Blob(old.Hash)));
        Assert.InRange(CacheTotal.Read(_cache.Folder)!.Bytes, _content.Length, Limit);
    }

    // One blob may be in many files, and be sent once.
    [Fact]
    public async Task A_result_that_is_larger_than_the_cache_may_be_is_none()
    {
        var result = new ActionResult { OutputFiles = { Enumerable.Range(0, 3).Select(i => new OutputFile { Path = $"{i}", Digest = Digests.Of(_content) }) } };

        Assert.Null(await RestoreAsync(result, _content, "0", "1", "2"));

        Assert.Empty(_told);
        Assert.Empty(System.IO.Directory.EnumerateFileSystemEntries(_cache.Project));
    }

    public void Dispose() => _cache.Dispose();

    private static ActionResult Result(Digest content, string printed = "") =>
        new() { OutputFiles = { new OutputFile { Path = "file", Digest = content } }, StdoutRaw = ByteString.CopyFromUtf8(printed) };

    private async Task<RestoredResult?> RestoreAsync(ActionResult result, byte[] content, params string[] outputs)
    {
        await using var server = HostileServer.Of(new Dictionary<string, byte[]> { [$"ac/{Action.Digest.Hash}"] = result.ToByteArray(), [$"cas/{Digests.Of(content).Hash}"] = content });
        var access = new ServerAccess(server.Url, IsGrpc: false);
        using var shared = new SharedServer(() => new HttpCacheServer(access, ServerHandler.Of(access)), _cache.Folder, "build", $"{server.Url}");
        return new SharedResultCache(_cache.Cache, Limit, shared, uploads: null, _told.Add).Restore(Key, new(_cache.Project, outputs.Length > 0 ? outputs : ["file"]), TestContext.Current.CancellationToken).Result;
    }
}
