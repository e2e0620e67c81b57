using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>
/// The connection to a server of the Remote Execution API, for all that is asked of it: whoever has it shares what is open
/// and what is known of the server.
/// </summary>
internal sealed class GrpcConnection : IDisposable
{
    /// <summary>Longest message, in both directions: what gRPC's servers and clients take unless they are told otherwise.</summary>
    public const int MessageLimit = 4 << 20;

    // A batch is in memory as a whole. However many steps there are, their batches are not all there at once.
    private const int MostTransfers = 8;

    private const string MetadataHeader = "build.bazel.remote.execution.v2.requestmetadata-bin";
    private const int ApiMajor = 2;

    private readonly GrpcChannel _channel;
    private readonly RequestMetadata _metadata;
    private readonly SemaphoreSlim _asking = new(1);
    private ServerCapabilities? _capabilities;

    /// <param name="access">The server.</param>
    /// <param name="buildId">What the calls of one build have in common, for the server's log.</param>
    /// <exception cref="ServerException">A certificate cannot be read.</exception>
    public GrpcConnection(ServerAccess access, string buildId = "")
    {
        Access = access;
        _metadata = new() { ToolDetails = new() { ToolName = "RestrictedRunner.Build", ToolVersion = typeof(GrpcConnection).Assembly.GetName().Version!.ToString(3) }, ToolInvocationId = buildId };
        var handler = ServerHandler.Of(access);
        Traffic = handler.Traffic;
        _channel = GrpcChannel.ForAddress(access.Url, new()
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MessageLimit,
            MaxSendMessageSize = MessageLimit,
            ThrowOperationCanceledOnCancellation = false,
        });
    }

    /// <summary>The server.</summary>
    public ServerAccess Access { get; }

    /// <summary>What goes to the server and comes from it.</summary>
    public Traffic Traffic { get; }

    /// <summary>Places of those who bring blobs.</summary>
    public SemaphoreSlim Downloads { get; } = new(MostTransfers);

    /// <summary>Places of those who send blobs.</summary>
    public SemaphoreSlim Uploads { get; } = new(MostTransfers);

    /// <summary>Makes calls, with <see cref="Options"/>; what they throw is for <see cref="Failure"/>.</summary>
    public CallInvoker Calls => _channel.CreateCallInvoker();

    /// <summary>What a call has: a deadline, and who calls.</summary>
    /// <param name="limit">Longest time of the call; null for one that has a <see cref="TransferLimit"/>.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <param name="action">Hash of the action that it is for.</param>
    public CallOptions Options(TimeSpan? limit, CancellationToken cancellation, string action = "")
    {
        var metadata = new RequestMetadata(_metadata) { ActionId = action };
        return new(new Metadata { { MetadataHeader, metadata.ToByteArray() } }, DateTime.UtcNow + limit, cancellation);
    }

    /// <summary>Asks something that has a short answer.</summary>
    /// <param name="call">Calls, with the options that it is given.</param>
    /// <param name="limit">Longest time until the answer.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <param name="action">Hash of the action that it is for.</param>
    /// <param name="stores">True when the question is the longer message, and the answer a word.</param>
    /// <exception cref="ServerException">The server could not be asked.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<T> AskAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> call, TimeSpan limit, CancellationToken cancellation, string action = "", bool stores = false)
    {
        try
        {
            return await RetryDelay.OnceAsync(() => ResponseAsync(call(Options(limit, cancellation, action))), cancellation).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw Failure(e, limit, stores);
        }
    }

    /// <summary>Sends or brings blobs in one message, however long that takes as long as something goes on.</summary>
    /// <param name="call">Calls, with the options that it is given.</param>
    /// <param name="silence">Longest time in which nothing goes on.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <param name="stores">True when blobs are sent.</param>
    /// <exception cref="ServerException">The server could not be asked.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<T> TransferAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> call, TimeSpan silence, CancellationToken cancellation, bool stores = false)
    {
        using var limit = new TransferLimit(Traffic, silence, cancellation);
        limit.Await();
        try
        {
            return await RetryDelay.OnceAsync(() => ResponseAsync(call(Options(null, limit.End))), limit.End).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw limit.IsPassed ? TransferLimit.TooSlow(e) : e is RpcException end ? Failure(end, stores: stores) : e;
        }
    }

    /// <summary>What the end of a call means.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="limit">The longest time that it had; null if it had none.</param>
    /// <param name="stores">True when it was to store something.</param>
    public ServerException Failure(RpcException end, TimeSpan? limit = null, bool stores = false) => GrpcFailures.Of(end, Access, limit, stores);

    /// <summary>What the server can do. It is asked once.</summary>
    /// <exception cref="ServerException">The server could not be asked, or is of another version.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<ServerCapabilities> CapabilitiesAsync(CancellationToken cancellation)
    {
        if (_capabilities is { } known)
        {
            return known;
        }

        await _asking.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return _capabilities ??= Checked(await AskAsync(
                options => new Capabilities.CapabilitiesClient(Calls).GetCapabilitiesAsync(new() { InstanceName = Access.Instance }, options),
                Access.AnswerLimit,
                cancellation).ConfigureAwait(false));
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _channel.Dispose();
        _asking.Dispose();
        Downloads.Dispose();
        Uploads.Dispose();
    }

    private static async Task<T> ResponseAsync<T>(AsyncUnaryCall<T> call)
    {
        using (call)
        {
            return await call.ResponseAsync.ConfigureAwait(false);
        }
    }

    // A server need not say what it speaks.
    private static ServerCapabilities Checked(ServerCapabilities capabilities)
    {
        if ((capabilities.LowApiVersion?.Major ?? 0) > ApiMajor || (capabilities.HighApiVersion?.Major ?? ApiMajor) < ApiMajor)
        {
            throw new ServerException(
                ServerFailure.WrongProtocol,
                $"it speaks the versions {Text(capabilities.LowApiVersion)} to {Text(capabilities.HighApiVersion)} of the Remote Execution API, and version 2 is needed");
        }

        if (capabilities.CacheCapabilities?.DigestFunctions is { Count: > 0 } functions && !functions.Contains(DigestFunction.Types.Value.Sha256))
        {
            throw new ServerException(ServerFailure.WrongProtocol, $"it has blobs under other digests ({string.Join(", ", functions)}), and SHA256 is needed");
        }

        return capabilities;
    }

    private static string Text(SemVer? version) => version is null ? "?" : $"{version.Major}.{version.Minor}";
}
