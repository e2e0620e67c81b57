using Grpc.Core;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>
/// Retries once, if the server asks for it. Nothing else is tried twice: a step that waits for a cache has already lost what
/// it was to save.
/// </summary>
internal static class RetryDelay
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(0.5);

    /// <summary>Calls, and calls again if the server asks for that.</summary>
    /// <exception cref="RpcException">How the call ended, or the second one.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled meanwhile.</exception>
    public static async Task<T> OnceAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (RpcException e) when (Of(e) is { } delay && delay <= Longest)
        {
            await Task.Delay(delay, cancellation).ConfigureAwait(false);
            return await call().ConfigureAwait(false);
        }
    }

    /// <summary>After which time a server wants to be asked again; null when it does not say that it does.</summary>
    public static TimeSpan? Of(RpcException end) =>
        end.StatusCode == StatusCode.Unavailable && GrpcStatus.Of(end) is { } status ? GrpcStatus.RetryDelayOf(status) : null;
}
