using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;
using Status = RestrictedRunner.Build.RemoteExecution.Status;

namespace RestrictedRunner.Build.Cluster;

/// <summary>What a cluster answers in the end, by whichever of the ways that it has: as the end of a call, or of the operation.</summary>
/// <param name="Status">How that went.</param>
/// <param name="Response">With the result, as far as there is one; null where there is none.</param>
internal sealed record Answer(Status Status, ExecuteResponse? Response)
{
    /// <summary>How it went.</summary>
    public StatusCode Code => (StatusCode)Status.Code;

    /// <summary>When to come again, if the cluster says so.</summary>
    public TimeSpan? RetryDelay => GrpcStatus.RetryDelayOf(Status);

    /// <summary>True when blobs may be missing there: some servers say so by codes that mean other things too.</summary>
    public bool MayMissBlobs => Code is StatusCode.FailedPrecondition or StatusCode.NotFound or StatusCode.Internal;

    /// <summary>The status in words, as the protocol has them.</summary>
    public string Text => $"{GrpcStatus.NameOf(Code)}: {Status.Message}{string.Concat(Missing)}";

    /// <summary>That of an operation that is done.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is not what a cluster answers.</exception>
    public static Answer Of(Operation operation)
    {
        var response = operation.ResultCase == Operation.ResultOneofCase.Response ? operation.Response.Unpack<ExecuteResponse>() : null;
        return new(operation.Error ?? response?.Status ?? new Status(), response);
    }

    /// <summary>That of a call.</summary>
    public static Answer Of(RpcException end) => new(GrpcStatus.Of(end) ?? new Status { Code = (int)end.StatusCode, Message = end.Status.Detail }, null);

    private IEnumerable<string> Missing =>
        Status.Details.Where(detail => detail.Is(PreconditionFailure.Descriptor)).SelectMany(Violations)
            .Select(violation => $" ({violation.Type} {violation.Subject} {violation.Description})".Replace(" )", ")", StringComparison.Ordinal));

    // What cannot be read says nothing.
    private static IEnumerable<PreconditionFailure.Types.Violation> Violations(Any detail)
    {
        try
        {
            return detail.Unpack<PreconditionFailure>().Violations;
        }
        catch (InvalidProtocolBufferException)
        {
            return [];
        }
    }
}
