using System.Collections.Concurrent;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;
using RestrictedRunner.Build.SharedCache;

namespace RestrictedRunner.Tests;

/// <summary>Whatever keeps a result from being stored is told; nothing vanishes.</summary>
public sealed class SharedUploadsTests : IDisposable
{
    private readonly TemporaryCache _cache = new();
    private readonly ConcurrentQueue<string> _told = new();

    public static TheoryData<Exception, string[]> Ends => new()
    {
        { new NotSupportedException("Specified method is not supported."), ["Result ThisMachine: this machine could not send it: NotSupportedException: Specified method is not supported."] },
        { new IOException("Input/output error"), ["Result ThisMachine: this machine could not send it: Input/output error"] },
        { new TaskCanceledException("of something else"), ["Result ThisMachine: this machine could not send it: TaskCanceledException: of something else"] },
        { new FileNotFoundException("gone from the cache"), [] },
        { new ServerException(ServerFailure.TooLarge, "too large"), ["Result TooLarge: too large"] },
        { new ServerException(ServerFailure.Forbidden, "no"), ["Storing Forbidden: no"] },
        { new ServerException(ServerFailure.Unreachable, "dead"), ["Server Unreachable: dead"] },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task What_keeps_a_result_from_being_stored_is_told_once(Exception end, string[] told)
    {
        using var shared = new SharedServer(() => new Throws(end), _cache.Folder, "build", "address");
        using var uploads = Uploads(shared);
        _cache.Write("file", "content");
        var result = _cache.Store("file").Result!;

        for (var i = 0; i < 3; i++)
        {
            uploads.Begin(ActionKey.Of(new() { Arguments = ["true"] }, Digests.Of(BitConverter.GetBytes(i))), result);
        }

        await uploads.FinishAsync();
        Assert.Equal(told, _told);
    }

    // It is asked for nothing that nobody has.
    [Fact]
    public async Task A_server_that_lacks_what_nobody_asked_about_gets_none_of_it()
    {
        using var server = new Throws(null);
        using var shared = new SharedServer(() => server, _cache.Folder, "build", "address");
        using var uploads = Uploads(shared);
        _cache.Write("file", "content");
        var key = ActionKey.Of(new() { Arguments = ["true"] }, Digests.Of([]));

        uploads.Begin(key, _cache.Store("file").Result!);
        await uploads.FinishAsync();

        Assert.Empty(_told);
        Assert.Equal([key.Digest], server.Results);
    }

    // Some servers do not know the question.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_does_not_answer_whether_it_wants_a_body_gets_it(bool answers)
    {
        var stored = new ConcurrentQueue<int>();
        await using var server = new HostileServer(async (request, connection, end) =>
        {
            if (request.StartsWith("PUT /cas", StringComparison.Ordinal) && request.Contains(Digests.Of(new byte[2_000_000]).Hash, StringComparison.Ordinal))
            {
                if (answers)
                {
                    await HostileServer.WriteAsync(connection, "HTTP/1.1 100 Continue\r\n\r\n", end);
                }

                var body = new byte[2_000_000];
                await connection.ReadExactlyAsync(body, end);
                stored.Enqueue(body.Length);
            }

            await HostileServer.AnswerAsync(connection, request.StartsWith("HEAD", StringComparison.Ordinal) ? 404 : 200, [], end);
        });
        var access = new ServerAccess(server.Url, IsGrpc: false);
        using var shared = new SharedServer(() => new HttpCacheServer(access, ServerHandler.Of(access)), _cache.Folder, "build", "address");
        using var uploads = Uploads(shared);
        _cache.Write("file", new string('\0', 2_000_000));

        uploads.Begin(ActionKey.Of(new() { Arguments = ["true"] }, Digests.Of([])), _cache.Store("file").Result!);
        await uploads.FinishAsync();

        Assert.Empty(_told);
        Assert.Equal([2_000_000], stored);
    }

    public void Dispose() => _cache.Dispose();

    private SharedUploads Uploads(SharedServer shared) =>
        new(shared, _cache.Cache, (failure, loss) => _told.Enqueue($"{loss} {failure.Failure}: {failure.Message}"), TestContext.Current.CancellationToken);

    private sealed class Throws(Exception? end) : ICacheServer
    {
        public ConcurrentQueue<Digest> Results { get; } = new();

        public Traffic Traffic { get; } = new();

        public Task<ActionResult?> FindResultAsync(Digest action, CancellationToken cancellation) => throw new NotSupportedException();

        public Task StoreResultAsync(Digest action, ActionResult result, CancellationToken cancellation)
        {
            Results.Enqueue(action);
            return Task.CompletedTask;
        }

        public Task<IReadOnlyCollection<Digest>> FindMissingAsync(IReadOnlyCollection<Digest> blobs, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyCollection<Digest>>(end is null ? [new Digest { Hash = "../../etc/passwd", SizeBytes = -1 }, Digests.Of("another"u8)] : blobs);

        public Task DownloadAsync(IReadOnlyCollection<Digest> blobs, ReceiveBlob receive, CancellationToken cancellation) => throw new NotSupportedException();

        public Task UploadAsync(IReadOnlyCollection<Blob> blobs, CancellationToken cancellation) => throw end ?? new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
