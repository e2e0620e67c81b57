using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>
/// A server of Bazel's HTTP cache: <c>ac/</c> has results and <c>cas/</c> contents, each under its hash:
/// https://bazel.build/remote/caching#http-caching
/// </summary>
/// <param name="access">Where it is.</param>
/// <param name="handler">Sends the requests; disposed of with this.</param>
internal sealed class HttpCacheServer(ServerAccess access, ServerHandler handler) : ICacheServer
{
    private const int AtOnce = 8;

    // Larger than any result: one of 10,000 files has 1 MB.
    private const int LongestResult = 16 * 1024 * 1024;

    // A server that is not to have it says so before it is sent.
    private const long SentAfterQuestion = 1024 * 1024;

    private static readonly string[] Results = ["ac", "cas"];

    private readonly HttpClient _client = new(handler) { Timeout = Timeout.InfiniteTimeSpan, DefaultRequestVersion = HttpVersion.Version11 };
    private readonly string _root = access.Url.AbsoluteUri.TrimEnd('/');

    /// <inheritdoc/>
    public Traffic Traffic => handler.Traffic;

    /// <inheritdoc/>
    public async Task<ActionResult?> FindResultAsync(Digest action, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, Results[0], action, content: null, cancellation).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        Check(answer);
        try
        {
            var bytes = await ReadAsync(answer, cancellation).ConfigureAwait(false);
            return bytes.Length == 0 ? throw NoResult() : ActionResult.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            throw NoResult();
        }
        catch (IOException e)
        {
            throw HttpFailures.Of(e);
        }
    }

    /// <inheritdoc/>
    public Task StoreResultAsync(Digest action, ActionResult result, CancellationToken cancellation)
    {
        var bytes = result.ToByteArray();
        return PutAsync(Results[0], action, new(action, () => new MemoryStream(bytes, writable: false)), bytes.Length, cancellation);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyCollection<Digest>> FindMissingAsync(IReadOnlyCollection<Digest> blobs, CancellationToken cancellation)
    {
        var missing = new ConcurrentBag<Digest>();
        await ForEachAsync(
            blobs,
            async (digest, token) =>
            {
                using var answer = await SendAsync(HttpMethod.Head, Results[1], digest, content: null, token).ConfigureAwait(false);
                if (answer.StatusCode == HttpStatusCode.NotFound)
                {
                    missing.Add(digest);
                    return;
                }

                Check(answer);
            },
            cancellation).ConfigureAwait(false);
        return missing;
    }

    /// <inheritdoc/>
    public Task DownloadAsync(IReadOnlyCollection<Digest> blobs, ReceiveBlob receive, CancellationToken cancellation) => ForEachAsync(
        blobs,
        async (digest, token) =>
        {
            using var answer = await SendAsync(HttpMethod.Get, Results[1], digest, content: null, token).ConfigureAwait(false);
            Check(answer);
            if (answer.Content.Headers.ContentLength is { } length && length != digest.SizeBytes)
            {
                throw new ServerException(ServerFailure.WrongContent, $"of blob {digest.Hash} it sends {length} bytes instead of {digest.SizeBytes}");
            }

            var content = await answer.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
            try
            {
                await receive(digest, new Received(content), token).ConfigureAwait(false);
            }
            catch (InvalidDataException e)
            {
                throw new ServerException(ServerFailure.WrongContent, $"what it sends is not blob {digest.Hash}: {e.Message}", e);
            }
        },
        cancellation);

    /// <inheritdoc/>
    public Task UploadAsync(IReadOnlyCollection<Blob> blobs, CancellationToken cancellation) =>
        ForEachAsync(blobs, (blob, token) => new(PutAsync(Results[1], blob.Digest, blob, blob.Digest.SizeBytes, token)), cancellation);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static Task ForEachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, ValueTask> body, CancellationToken cancellation) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, body);

    private static void Check(HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw HttpFailures.Of(answer);
        }
    }

    private static ServerException NoResult() => new(ServerFailure.WrongProtocol, "what it sends is no result of a step: is the address that of an HTTP cache?");

    private static async Task<byte[]> ReadAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        using var content = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await content.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var count)
        {
            if (bytes.Length + count > LongestResult)
            {
                throw NoResult();
            }

            bytes.Write(buffer, 0, count);
        }

        return bytes.ToArray();
    }

    private async Task PutAsync(string place, Digest digest, Blob blob, long size, CancellationToken cancellation)
    {
        using var content = new StreamContent(blob.Open());
        content.Headers.ContentLength = size;
        content.Headers.ContentType = new("application/octet-stream");
        using var answer = await SendAsync(HttpMethod.Put, place, digest, content, cancellation).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            throw new ServerException(ServerFailure.Refused, "it has no place for that (404): the path of the address may be wrong");
        }

        Check(answer);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string place, Digest digest, HttpContent? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, $"{_root}/{place}/{digest.Hash}") { Content = content };
        if (content?.Headers.ContentLength > SentAfterQuestion)
        {
            request.Headers.ExpectContinue = true;
        }

        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw HttpFailures.Of(e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            // The limit for a connection, which only its own words tell from a cancellation.
            throw new ServerException(ServerFailure.Unreachable, $"there is no connection to it within {access.ConnectLimit.TotalSeconds} s", e);
        }
    }

    /// <summary>What comes of a blob. That the way to the server broke is known from that the blob could not be kept.</summary>
    private sealed class Received(Stream content) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                throw HttpFailures.Of(e);
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
