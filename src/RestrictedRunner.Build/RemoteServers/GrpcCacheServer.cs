using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>A cache that is a server of the Remote Execution API.</summary>
/// <param name="connection">The server. It is disposed of with this.</param>
internal sealed class GrpcCacheServer(GrpcConnection connection) : ICacheServer
{
    private readonly ActionCache.ActionCacheClient _results = new(connection.Calls);
    private readonly GrpcBlobs _blobs = new(connection);

    /// <inheritdoc/>
    public Traffic Traffic => connection.Traffic;

    /// <inheritdoc/>
    public async Task<ActionResult?> FindResultAsync(Digest action, CancellationToken cancellation)
    {
        await connection.CapabilitiesAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await connection.AskAsync(
                options => _results.GetActionResultAsync(new() { InstanceName = connection.Access.Instance, ActionDigest = action }, options),
                connection.Access.AnswerLimit,
                cancellation,
                action.Hash).ConfigureAwait(false);
        }
        catch (ServerException e) when (e.Failure == ServerFailure.BlobMissing)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task StoreResultAsync(Digest action, ActionResult result, CancellationToken cancellation) => await connection.AskAsync(
        options => _results.UpdateActionResultAsync(new() { InstanceName = connection.Access.Instance, ActionDigest = action, ActionResult = result }, options),
        connection.Access.StoreLimit,
        cancellation,
        action.Hash,
        stores: true).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<IReadOnlyCollection<Digest>> FindMissingAsync(IReadOnlyCollection<Digest> blobs, CancellationToken cancellation) => _blobs.FindMissingAsync(blobs, cancellation);

    /// <inheritdoc/>
    public Task DownloadAsync(IReadOnlyCollection<Digest> blobs, ReceiveBlob receive, CancellationToken cancellation) => _blobs.DownloadAsync(blobs, receive, cancellation);

    /// <inheritdoc/>
    public Task UploadAsync(IReadOnlyCollection<Blob> blobs, CancellationToken cancellation) => _blobs.UploadAsync(blobs, cancellation);

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();
}
