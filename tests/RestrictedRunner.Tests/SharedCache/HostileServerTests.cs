using System.Diagnostics;
using Google.Protobuf;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;
using RestrictedRunner.Build.SharedCache;
using Directory = RestrictedRunner.Build.RemoteExecution.Directory;

namespace RestrictedRunner.Tests;

/// <summary>Servers that lie, dawdle or break off. Nothing wrong is kept, nothing hangs, and a step runs as if there were no server.</summary>
public sealed class HostileServerTests : IDisposable
{
    private static readonly ActionKey Action = ActionKey.Of(new() { Arguments = ["true"] }, Digests.Of([]));
    private static readonly ResultKey Key = new(TemporaryCache.Key, Action);
    private static readonly Digest Content = Digests.Of("content"u8);

    private static readonly byte[] Result = File("file", Content).ToByteArray();

    private readonly TemporaryCache _cache = new();
    private readonly List<ServerException> _told = [];

    /// <summary>What a server says to each request, and why the build does without it then.</summary>
    public static TheoryData<string, string, string> Answers => new()
    {
        { "is no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", nameof(ServerFailure.WrongProtocol) },
        { "ends at once", "", nameof(ServerFailure.Unreachable) },
        { "ends in the head", "HTTP/1.1 200 OK\r\nContent-Len", nameof(ServerFailure.Unreachable) },
        { "ends in the result", $"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc", nameof(ServerFailure.Unreachable) },
        { "is a page", "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>", nameof(ServerFailure.WrongProtocol) },
        { "is nothing", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", nameof(ServerFailure.WrongProtocol) },
        { "sends us elsewhere", "HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/ac\r\nContent-Length: 0\r\n\r\n", nameof(ServerFailure.WrongProtocol) },
        { "does not know us", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", nameof(ServerFailure.Unauthorized) },
        { "does not let us", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", nameof(ServerFailure.Forbidden) },
        { "has a fault", "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n", nameof(ServerFailure.Refused) },
        { "is busy", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", nameof(ServerFailure.Refused) },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_that_is_none_is_told_once_and_nobody_asks_again(string what, string answer, string failure)
    {
        await using var server = new HostileServer((_, connection, end) => HostileServer.WriteAsync(connection, answer, end));
        using var shared = Shared(server);

        MustMiss(shared);
        var asked = server.Requests.Count;
        MustMiss(shared);

        Assert.True(_told.Select(told => $"{told.Failure}").SequenceEqual([failure]), $"{what}: {string.Join(' ', _told)}");
        Assert.Equal(asked, server.Requests.Count);
    }

    /// <summary>What a server goes on with without end.</summary>
    public static TheoryData<string, string, string, string> Floods => new()
    {
        { "has headers without end", "HTTP/1.1 200 OK\r\n", "X-More: and more\r\n", nameof(ServerFailure.WrongProtocol) },
        { "has one header without end", "HTTP/1.1 200 OK\r\nX-Long: ", "and longer ", nameof(ServerFailure.WrongProtocol) },
        { "has a status without end", "HTTP/1.1 200 ", "OK ", nameof(ServerFailure.WrongProtocol) },
        { "has an extension of a chunk without end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "more=more;", nameof(ServerFailure.Unreachable) },
        { "has chunks without end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", nameof(ServerFailure.WrongProtocol) },
        { "has a chunk of a size that nobody has", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFFF\r\n", "x", nameof(ServerFailure.WrongProtocol) },
        { "has trailers without end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", "X-More: and more\r\n", nameof(ServerFailure.WrongProtocol) },
        { "has more than it says", "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n", "xxxxxxxxxxxxxxxx", nameof(ServerFailure.WrongProtocol) },
        { "has a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\n", "xxxxxxxxxxxxxxxx", nameof(ServerFailure.WrongProtocol) },
    };

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task An_answer_without_an_end_ends(string what, string begin, string more, string failure)
    {
        await using var server = new HostileServer(async (_, connection, end) =>
        {
            await HostileServer.WriteAsync(connection, begin, end);
            var piece = string.Concat(Enumerable.Repeat(more, 1000));
            while (true)
            {
                await HostileServer.WriteAsync(connection, piece, end);
            }
        });
        using var shared = Shared(server);

        await Task.Run(() => MustMiss(shared), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.True(_told.Select(told => $"{told.Failure}").SequenceEqual([failure]), $"{what}: {string.Join(' ', _told)}");
    }

    [Fact]
    public async Task A_length_without_a_body_costs_less_than_two_seconds()
    {
        await using var server = new HostileServer(async (_, connection, end) =>
        {
            await HostileServer.WriteAsync(connection, "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n", end);
            await Task.Delay(Timeout.Infinite, end);
        });
        using var shared = Shared(server);
        var began = Stopwatch.GetTimestamp();

        MustMiss(shared);

        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 1, 10);
        Assert.Equal(ServerFailure.TimedOut, Assert.Single(_told).Failure);
    }

    // Each of a thousand outputs may be the same small tree of many folders.
    [Fact]
    public async Task Many_outputs_do_not_unfold_to_gigabytes()
    {
        var leaf = new Directory();
        var tree = new Tree { Root = new Directory { Directories = { Enumerable.Range(0, 50_000).Select(i => new DirectoryNode { Name = $"{i}", Digest = Digests.Of(leaf) }) } }, Children = { leaf } };
        var digest = Digests.Of(tree);
        var result = new ActionResult { OutputDirectories = { Enumerable.Range(0, 1000).Select(i => new OutputDirectory { Path = $"{i}", TreeDigest = digest }) } };
        await using var server = HostileServer.Of(new Dictionary<string, byte[]> { [$"ac/{Action.Digest.Hash}"] = result.ToByteArray(), [$"cas/{digest.Hash}"] = tree.ToByteArray() });
        using var shared = Shared(server);

        MustMiss(shared, [.. Enumerable.Range(0, 1000).Select(i => $"{i}")]);

        Assert.Equal(ServerFailure.WrongContent, Assert.Single(_told).Failure);
    }

    [Theory]
    [InlineData("other content of the same size", "CONTENT")]
    [InlineData("less", "conte")]
    [InlineData("more", "contents")]
    [InlineData("nothing", "")]
    public async Task A_wrong_blob_is_not_kept(string what, string content)
    {
        Assert.NotEmpty(what);
        foreach (var saysLength in new[] { true, false })
        {
            _told.Clear();
            await using var server = new HostileServer((request, connection, end) =>
                request.Contains("/ac/", StringComparison.Ordinal) ? HostileServer.AnswerAsync(connection, 200, Result, end)
                : HostileServer.WriteAsync(connection, $"HTTP/1.1 200 OK\r\n{(saysLength ? $"Content-Length: {content.Length}\r\n" : "")}Connection: close\r\n\r\n{content}", end));
            using var shared = Shared(server);

            MustMiss(shared);

            Assert.Equal(ServerFailure.WrongContent, Assert.Single(_told).Failure);
            Assert.False(_cache.Cache.Blobs.Has(Content));
        }
    }

    [Fact]
    public async Task A_blob_without_an_end_ends_where_it_should()
    {
        await using var server = new HostileServer(async (request, connection, end) =>
        {
            if (request.Contains("/ac/", StringComparison.Ordinal))
            {
                await HostileServer.AnswerAsync(connection, 200, Result, end);
                return;
            }

            await HostileServer.WriteAsync(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", end);
            while (true)
            {
                await connection.WriteAsync(new byte[64 * 1024], end);
            }
        });
        using var shared = Shared(server);

        MustMiss(shared);

        Assert.Equal(ServerFailure.WrongContent, Assert.Single(_told).Failure);
    }

    [Fact]
    public async Task What_is_packed_is_not_unpacked()
    {
        await using var server = new HostileServer((_, connection, end) => HostileServer.AnswerAsync(connection, 200, new byte[20 * 1024 * 1024], end, "Content-Encoding: gzip\r\n"));
        using var shared = Shared(server);

        MustMiss(shared);

        Assert.Equal(ServerFailure.WrongProtocol, Assert.Single(_told).Failure);
    }

    // Of a set of clients a blob may be gone that another one has just been told of.
    [Fact]
    public async Task A_blob_that_is_gone_is_a_miss_without_a_word()
    {
        await using var server = HostileServer.Of(new Dictionary<string, byte[]> { [$"ac/{Action.Digest.Hash}"] = Result });
        using var shared = Shared(server);

        MustMiss(shared);
        MustMiss(shared);

        Assert.Empty(_told);
        Assert.Equal(4, server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(ForgedResultTests.Results), MemberType = typeof(ForgedResultTests))]
    [MemberData(nameof(ForgedResultTests.Trees), MemberType = typeof(ForgedResultTests))]
    public async Task A_forged_result_touches_nothing(IMessage result)
    {
        var contents = new Dictionary<string, byte[]> { [$"cas/{Digests.Of("1"u8).Hash}"] = [.. "1"u8] };
        if (result is Tree tree)
        {
            contents[$"cas/{Digests.Of(tree).Hash}"] = tree.ToByteArray();
            result = new ActionResult { OutputDirectories = { new OutputDirectory { Path = "folder", TreeDigest = Digests.Of(tree) } } };
        }

        contents[$"ac/{Action.Digest.Hash}"] = result.ToByteArray();
        await using var server = HostileServer.Of(contents);
        using var shared = Shared(server);

        MustMiss(shared, [.. OutputEntries.Paths((ActionResult)result).Where(path => path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal) && OutputPath.IsBelow(path))]);
    }

    [Theory]
    [InlineData(7, "file", 7)]
    [InlineData(0, "another", 7)]
    [InlineData(0, "file", 1L << 50)]
    [InlineData(0, "file", 11L * 1024 * 1024 * 1024)]
    public async Task Results_of_failures_of_other_outputs_and_of_no_size_that_anybody_has_are_none(int exitCode, string path, long size)
    {
        var result = File(path, new() { Hash = Content.Hash, SizeBytes = size });
        result.ExitCode = exitCode;
        await using var server = HostileServer.Of(new Dictionary<string, byte[]> { [$"ac/{Action.Digest.Hash}"] = result.ToByteArray(), [$"cas/{Content.Hash}"] = [.. "content"u8] });
        using var shared = Shared(server);

        MustMiss(shared);

        Assert.Empty(_told);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("says nothing", false, "")]
    [InlineData("sends a byte of the head now and then", false, "HTTP/1.1 200 OK")]
    [InlineData("sends a byte of the blob now and then", true, "content")]
    public async Task A_server_that_dawdles_costs_all_steps_together_less_than_two_seconds(string what, bool hasResult, string text)
    {
        await using var server = new HostileServer(async (request, connection, end) =>
        {
            if (hasResult && request.Contains("/ac/", StringComparison.Ordinal))
            {
                await HostileServer.AnswerAsync(connection, 200, Result, end);
                return;
            }

            await HostileServer.WriteAsync(connection, hasResult ? "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n" : "", end);
            foreach (var letter in text)
            {
                await HostileServer.WriteAsync(connection, $"{letter}", end);
                await Task.Delay(1000, end);
            }

            await Task.Delay(Timeout.Infinite, end);
        });
        using var shared = Shared(server);
        var began = Stopwatch.GetTimestamp();

        Parallel.For(0, 20, new() { MaxDegreeOfParallelism = 4 }, _ => Assert.Null(shared.Cache.Restore(Key, new(_cache.Project, ["file"]), TestContext.Current.CancellationToken).Result));

        // That of a quiet machine is below 2 s: build/bench.sh measures it.
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 1, 10);
        Assert.True(_told.Select(told => told.Failure).SequenceEqual([ServerFailure.TimedOut]), $"{what}: {string.Join(' ', _told)}");
    }

    [Fact]
    public async Task Who_cancels_waits_for_nobody()
    {
        await using var server = new HostileServer((_, _, end) => Task.Delay(Timeout.Infinite, end));
        using var shared = Shared(server);
        using var cancellation = new CancellationTokenSource(50);

        Assert.ThrowsAny<OperationCanceledException>(() => shared.Cache.Restore(Key, new(_cache.Project, ["file"]), cancellation.Token));

        Assert.Empty(_told);
    }

    [Fact]
    public async Task An_honest_server_is_believed()
    {
        await using var server = HostileServer.Of(new Dictionary<string, byte[]> { [$"ac/{Action.Digest.Hash}"] = Result, [$"cas/{Content.Hash}"] = [.. "content"u8] });
        using var shared = Shared(server);

        var outcome = shared.Cache.Restore(Key, new(_cache.Project, ["file"]), TestContext.Current.CancellationToken);

        Assert.True(outcome.IsShared);
        Assert.Equal("content", _cache.Read("file"));
        Assert.Empty(_told);

        // From now on it is here.
        _cache.EmptyProject();
        Assert.False(shared.Cache.Restore(Key, new(_cache.Project, ["file"]), TestContext.Current.CancellationToken).IsShared);
        Assert.Equal(2, server.Requests.Count);
    }

    public void Dispose() => _cache.Dispose();

    private static ActionResult File(string path, Digest digest) => new() { OutputFiles = { new OutputFile { Path = path, Digest = digest } } };

    private void MustMiss(SharedOf shared, params string[] outputs)
    {
        var outcome = shared.Cache.Restore(Key, new(_cache.Project, outputs.Length == 0 ? ["file"] : outputs), TestContext.Current.CancellationToken);

        Assert.Null(outcome.Result);
        Assert.Empty(System.IO.Directory.EnumerateFileSystemEntries(_cache.Project));
        Assert.False(System.IO.File.Exists(_cache.Folder.Result(Key.Hash)));
        Assert.Empty(System.IO.Directory.Exists(_cache.Folder.Unfinished) ? System.IO.Directory.EnumerateFiles(_cache.Folder.Unfinished).Where(file => !Path.GetFileName(file).StartsWith("build-", StringComparison.Ordinal)) : []);
    }

    private SharedOf Shared(HostileServer server)
    {
        var access = new ServerAccess(server.Url, IsGrpc: false);
        return new(new(() => new HttpCacheServer(access, ServerHandler.Of(access)), _cache.Folder, $"build-{Guid.NewGuid():N}", $"{server.Url}"), _cache.Cache, _told);
    }

    private sealed class SharedOf(SharedServer server, ResultCache local, List<ServerException> told) : IDisposable
    {
        public SharedResultCache Cache { get; } = new(local, 10L * 1024 * 1024 * 1024, server, uploads: null, told.Add);

        public void Dispose() => server.Dispose();
    }
}
