using Google.Protobuf;
using Grpc.Core;
using RestrictedRunner.Build.RemoteExecution;
using Status = RestrictedRunner.Build.RemoteExecution.Status;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>What the end of a call says, besides its code.</summary>
internal static class GrpcStatus
{
    private const string Details = "grpc-status-details-bin";

    /// <summary>The status with its details; null if the server sent none that can be read.</summary>
    public static Status? Of(RpcException end)
    {
        try
        {
            return end.Trailers.GetValueBytes(Details) is { } details ? Status.Parser.ParseFrom(details) : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>When to come again, if the server says so.</summary>
    public static TimeSpan? RetryDelayOf(Status status)
    {
        try
        {
            return status.Details.FirstOrDefault(static detail => detail.Is(RetryInfo.Descriptor))?.Unpack<RetryInfo>().RetryDelay?.ToTimeSpan() is { } delay && delay >= TimeSpan.Zero ? delay : null;
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException or OverflowException or ArgumentException)
        {
            // Whatever it says, it is no time.
            return null;
        }
    }

    /// <summary>A code as the protocol writes it: <c>INVALID_ARGUMENT</c>.</summary>
    public static string NameOf(StatusCode code) => code == StatusCode.OK
        ? "OK"
        : string.Concat(code.ToString().Select(static (character, i) => i > 0 && char.IsUpper(character) ? $"_{character}" : $"{char.ToUpperInvariant(character)}"));
}
