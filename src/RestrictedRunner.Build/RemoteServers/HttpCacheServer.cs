using System.Collections.Concurrent;
using System.Net;
using System.Text;
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

    // Of all results together, and fewer than there are connections: so that others can ask meanwhile.
    private const int UploadsAtOnce = 6;

    // Larger than any result: one of 10,000 files has 1 MB.
    private const int LongestResult = 16 * 1024 * 1024;

    // As much of a page in words as may say what is wrong.
    private const int LongestPage = 4096;

    // Larger bodies use Expect: 100-continue, so the server can refuse before they are sent.
    private const long SentAfterQuestion = 1024 * 1024;

    private static readonly string[] Results = ["ac", "cas"];

    private readonly HttpClient _client = new(handler) { Timeout = Timeout.InfiniteTimeSpan, DefaultRequestVersion = HttpVersion.Version11 };
    private readonly string _root = access.Url.AbsoluteUri.TrimEnd('/');
    private readonly SemaphoreSlim _uploads = new(UploadsAtOnce);

    /// <inheritdoc/>
    public Traffic Traffic => handler.Traffic;

    /// <inheritdoc/>
    public async Task<ActionResult?> FindResultAsync(Digest action, CancellationToken cancellation)
    {
        using var limit = AnswerLimit(cancellation);
        using var answer = await SendAsync(HttpMethod.Get, Results[0], action, content: null, limit, cancellation).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await CheckAsync(answer, limit, cancellation).ConfigureAwait(false);
        var content = await BodyAsync(answer, limit, cancellation).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            var bytes = await ReadAsync(content, LongestResult).ConfigureAwait(false);
            try
            {
                return bytes.Length is 0 or > LongestResult || !MessageSize.IsUsual(bytes, depth: 1) ? throw NoResult() : ActionResult.Parser.ParseFrom(bytes);
            }
            catch (InvalidProtocolBufferException)
            {
                throw NoResult();
            }
        }
    }

    /// <inheritdoc/>
    public Task StoreResultAsync(Digest action, ActionResult result, CancellationToken cancellation)
    {
        var bytes = result.ToByteArray();
        if (bytes.Length > LongestResult)
        {
            throw new ServerException(ServerFailure.TooLarge, $"nobody would read a result of {bytes.Length} bytes");
        }

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
                using var limit = AnswerLimit(token);
                using var answer = await SendAsync(HttpMethod.Head, Results[1], digest, content: null, limit, token).ConfigureAwait(false);
                if (answer.StatusCode == HttpStatusCode.NotFound)
                {
                    missing.Add(digest);
                    return;
                }

                await CheckAsync(answer, limit, token).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
        return missing;
    }

    /// <inheritdoc/>
    public Task DownloadAsync(IReadOnlyCollection<Digest> blobs, ReceiveBlob receive, CancellationToken cancellation) => ForEachAsync(
        blobs,
        async (digest, token) =>
        {
            using var limit = AnswerLimit(token);
            using var answer = await SendAsync(HttpMethod.Get, Results[1], digest, content: null, limit, token).ConfigureAwait(false);
            await CheckAsync(answer, limit, token).ConfigureAwait(false);
            if (answer.Content.Headers.ContentLength is { } length && length != digest.SizeBytes)
            {
                throw new ServerException(ServerFailure.WrongContent, $"of blob {digest.Hash} it sends {length} bytes instead of {digest.SizeBytes}");
            }

            var content = await BodyAsync(answer, limit, token).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                try
                {
                    await receive(digest, content, token).ConfigureAwait(false);
                }
                catch (InvalidDataException e)
                {
                    throw new ServerException(ServerFailure.WrongContent, $"what it sends is not blob {digest.Hash}: {e.Message}", e);
                }
            }
        },
        cancellation);

    /// <inheritdoc/>
    public Task UploadAsync(IReadOnlyCollection<Blob> blobs, CancellationToken cancellation) =>
        ForEachAsync(blobs, (blob, token) => new(PutAsync(Results[1], blob.Digest, blob, blob.Digest.SizeBytes, token)), cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _uploads.Dispose();
    }

    private static Task ForEachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, ValueTask> body, CancellationToken cancellation) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, body);

    private static ServerException NoResult() => new(ServerFailure.WrongProtocol, "what it sends is no result of a step: is the address that of an HTTP cache?");

    // As much as there is, and a little more than the most at most.
    private static async Task<byte[]> ReadAsync(HttpBodyStream content, int most)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (bytes.Length <= most && await content.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false) is > 0 and var count)
        {
            bytes.Write(buffer, 0, count);
        }

        return bytes.ToArray();
    }

    private static async Task<HttpBodyStream> BodyAsync(HttpResponseMessage answer, TransferLimit limit, CancellationToken cancellation) =>
        new(await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), limit, cancellation);

    private TransferLimit AnswerLimit(CancellationToken cancellation) => new(Traffic, access.AnswerLimit, cancellation);

    private async Task CheckAsync(HttpResponseMessage answer, TransferLimit limit, CancellationToken cancellation)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw HttpFailures.Of(answer, access, answer.StatusCode == HttpStatusCode.BadRequest && await WantsCertificateAsync(answer, limit, cancellation).ConfigureAwait(false));
        }
    }

    // Without a certificate of ours, each such answer may mean that; otherwise its words say so, if they do.
    private async Task<bool> WantsCertificateAsync(HttpResponseMessage answer, TransferLimit limit, CancellationToken cancellation)
    {
        if (access.Url.Scheme != Uri.UriSchemeHttps || access.ClientCertificate.Length == 0)
        {
            return access.Url.Scheme == Uri.UriSchemeHttps;
        }

        var content = await BodyAsync(answer, limit, cancellation).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            return Encoding.UTF8.GetString(await ReadAsync(content, LongestPage).ConfigureAwait(false)).Contains("certificate", StringComparison.OrdinalIgnoreCase);
        }
    }

    private async Task PutAsync(string place, Digest digest, Blob blob, long size, CancellationToken cancellation)
    {
        await _uploads.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await PutInTurnAsync(place, digest, blob, size, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _uploads.Release();
        }
    }

    private async Task PutInTurnAsync(string place, Digest digest, Blob blob, long size, CancellationToken cancellation)
    {
        using var limit = new TransferLimit(Traffic, access.StoreLimit, cancellation);
        using var content = new StreamContent(blob.Open());
        content.Headers.ContentLength = size;
        content.Headers.ContentType = new("application/octet-stream");
        using var answer = await SendAsync(HttpMethod.Put, place, digest, content, limit, cancellation).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            throw new ServerException(ServerFailure.Refused, "it has no place for that (404): the path of the address may be wrong");
        }

        await CheckAsync(answer, limit, cancellation).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string place, Digest digest, HttpContent? content, TransferLimit limit, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, $"{_root}/{place}/{digest.Hash}") { Content = content };
        if (content?.Headers.ContentLength > SentAfterQuestion)
        {
            request.Headers.ExpectContinue = true;
        }

        try
        {
            limit.Await();
            var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.End).ConfigureAwait(false);
            limit.Done();
            return answer;
        }
        catch (HttpRequestException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw limit.IsPassed ? TransferLimit.TooSlow(e) : HttpFailures.Of(e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            // The limit for a connection, which only its own words tell from a cancellation.
            throw limit.IsPassed ? TransferLimit.TooSlow(e) : new ServerException(ServerFailure.Unreachable, $"there is no connection to it within {access.ConnectLimit.TotalSeconds} s", e);
        }
    }
}
