using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>
/// A server that keeps contents under their digests, and results under the digests of the actions that they are of. Each
/// call has a deadline of its own, and whatever keeps it from its work is a <see cref="ServerException"/>.
/// </summary>
internal interface ICacheServer : IDisposable
{
    /// <summary>What goes to the server and comes from it.</summary>
    Traffic Traffic { get; }

    /// <summary>Asks for a result.</summary>
    /// <param name="action">Digest of the step's action; its hash is the key.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>What the server says, which nobody has checked; null when it has none.</returns>
    /// <exception cref="ServerException">The server could not be asked.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<ActionResult?> FindResultAsync(Digest action, CancellationToken cancellation);

    /// <summary>Stores a result. All contents that it names are there.</summary>
    /// <exception cref="ServerException">It could not be stored.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task StoreResultAsync(Digest action, ActionResult result, CancellationToken cancellation);

    /// <summary>Asks which of some blobs the server lacks.</summary>
    /// <exception cref="ServerException">The server could not be asked.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<IReadOnlyCollection<Digest>> FindMissingAsync(IReadOnlyCollection<Digest> blobs, CancellationToken cancellation);

    /// <summary>Brings blobs, in any order and several at once.</summary>
    /// <param name="blobs">Which; each once.</param>
    /// <param name="receive">Takes each of them, and checks what it gets.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="ServerException">Not all could be had; some may have been received.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task DownloadAsync(IReadOnlyCollection<Digest> blobs, ReceiveBlob receive, CancellationToken cancellation);

    /// <summary>Stores blobs, several at once, whether the server has them or not.</summary>
    /// <exception cref="ServerException">Not all could be stored.</exception>
    /// <exception cref="IOException">One could not be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task UploadAsync(IReadOnlyCollection<Blob> blobs, CancellationToken cancellation);
}

/// <summary>Takes a blob that comes from a server.</summary>
/// <param name="digest">What was asked for.</param>
/// <param name="content">What came, which may be something else.</param>
/// <param name="cancellation">Ends the transfer.</param>
/// <exception cref="InvalidDataException">It is not the blob.</exception>
internal delegate Task ReceiveBlob(Digest digest, Stream content, CancellationToken cancellation);
