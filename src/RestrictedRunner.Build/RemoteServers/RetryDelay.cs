using Google.Protobuf;
using Grpc.Core;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>
/// When a server says that it is to be asked again soon, it is, once. Nothing else is tried twice: a step that waits for a
/// cache has already lost what it was to save.
/// </summary>
internal static class RetryDelay
{
    private const string Details = "grpc-status-details-bin";
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
    public static TimeSpan? Of(RpcException end)
    {
        if (end.StatusCode != StatusCode.Unavailable || end.Trailers.GetValueBytes(Details) is not { } bytes)
        {
            return null;
        }

        try
        {
            return In(RemoteExecution.Status.Parser.ParseFrom(bytes));
        }
        catch (InvalidProtocolBufferException)
        {
            // Whatever it says, it is not that.
            return null;
        }
    }

    /// <summary>The same of a status, whatever its code is.</summary>
    public static TimeSpan? In(RemoteExecution.Status status)
    {
        try
        {
            return status.Details.FirstOrDefault(static detail => detail.Is(RetryInfo.Descriptor))?.Unpack<RetryInfo>().RetryDelay?.ToTimeSpan() is { } delay
                && delay >= TimeSpan.Zero ? delay : null;
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException or OverflowException)
        {
            // Whatever it says, it is not that.
            return null;
        }
    }
}
