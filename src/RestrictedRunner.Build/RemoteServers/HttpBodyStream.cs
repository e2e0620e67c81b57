namespace RestrictedRunner.Build.RemoteServers;

/// <summary>
/// The body of an answer, as it travels. Turns a broken connection into a <see cref="ServerException"/>; an <see cref="IOException"/> stays one of
/// this machine's disk.
/// </summary>
/// <param name="content">The body. Whoever has the answer disposes of it.</param>
/// <param name="limit">Ends a body that does not come.</param>
/// <param name="cancellation">Ends it for another reason.</param>
internal sealed class HttpBodyStream(Stream content, TransferLimit limit, CancellationToken cancellation) : ForwardStream
{
    /// <inheritdoc/>
    /// <exception cref="ServerException">The connection broke, or too little comes.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            limit.Await();
            var count = await content.ReadAsync(buffer, limit.End).ConfigureAwait(false);
            limit.Done();
            return count;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw limit.IsPassed ? TransferLimit.TooSlow(e) : HttpFailures.Of(e);
        }
    }
}
