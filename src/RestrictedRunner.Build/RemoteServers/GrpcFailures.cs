using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using Google.Protobuf;
using Grpc.Core;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>What the ends of calls mean: those that a server decided on, and those that the way to it did.</summary>
internal static class GrpcFailures
{
    private const string NoGrpc = "Bad gRPC response. ";
    private const string HttpStatus = NoGrpc + "HTTP status code: ";

    // How servers name a full disk, for which gRPC has no code of its own.
    private static readonly string[] NoRoom = ["OutOfSpace", "No space left", "disk full", "quota"];

    /// <summary>What an end means.</summary>
    /// <param name="end">How the call ended.</param>
    /// <param name="access">The server.</param>
    /// <param name="limit">The longest time that the call had; null if it had none.</param>
    /// <param name="stores">True for a call that was to store something.</param>
    public static ServerException Of(RpcException end, ServerAccess access, TimeSpan? limit, bool stores)
    {
        var failure = FailureOf(end, access, stores);
        return new(failure, Text(failure, end, access, limit), end);
    }

    private static ServerFailure FailureOf(RpcException end, ServerAccess access, bool stores) => end.StatusCode switch
    {
        StatusCode.Unauthenticated => ServerFailure.Unauthorized,
        StatusCode.PermissionDenied => ServerFailure.Forbidden,
        StatusCode.DeadlineExceeded => ServerFailure.TimedOut,
        StatusCode.Unimplemented => ServerFailure.WrongProtocol,
        StatusCode.ResourceExhausted => !IsTooLong(end) ? ServerFailure.Full : stores ? ServerFailure.TooLarge : ServerFailure.WrongContent,
        StatusCode.NotFound => ServerFailure.BlobMissing,
        StatusCode.DataLoss => ServerFailure.WrongContent,
        _ when IsNotConnected(end) => ServerFailure.Unreachable,
        _ when HttpStatusOf(end) == 400 => LacksCertificate(access) ? ServerFailure.Certificate : ServerFailure.Refused,
        _ when IsNoTls(end) || IsNoHttp2(end) || IsNoGrpc(end) || IsNoMessage(end) => ServerFailure.WrongProtocol,
        _ when Causes(end).Any(cause => cause is AuthenticationException) || IsCertificateWanted(end) => ServerFailure.Certificate,
        StatusCode.Unavailable => ServerFailure.Unreachable,
        _ when NoRoom.Any(text => end.Status.Detail.Contains(text, StringComparison.OrdinalIgnoreCase)) => ServerFailure.Full,
        _ when Causes(end).Any(cause => cause is HttpRequestException or IOException or SocketException) => ServerFailure.Unreachable,
        _ => ServerFailure.Refused,
    };

    private static string Text(ServerFailure failure, RpcException end, ServerAccess access, TimeSpan? limit) => failure switch
    {
        ServerFailure.Unauthorized => $"it does not know who asks (UNAUTHENTICATED){access.AskedAs}: {Detail(end)}",
        ServerFailure.Forbidden => $"it does not allow that (PERMISSION_DENIED): {Detail(end)}",
        ServerFailure.TimedOut when limit is { } longest => string.Create(CultureInfo.InvariantCulture, $"it did not answer within {longest.TotalSeconds} s"),
        ServerFailure.TimedOut => $"it did not answer in time (DEADLINE_EXCEEDED): {Detail(end)}",
        ServerFailure.WrongProtocol when IsNoTls(end) => "what answers there does not speak TLS: should it be 'grpc://' instead of 'grpcs://'?",
        ServerFailure.WrongProtocol when access.Url.Scheme == Uri.UriSchemeHttp && IsNoHttp2(end) => "what answers there does not speak gRPC, or only over TLS: should it be 'grpcs://', 'http://' or 'https://'?",
        ServerFailure.WrongProtocol => $"what answers there is no server of the Remote Execution API, or lacks a part of it: {Detail(end)}",
        ServerFailure.Certificate when HttpStatusOf(end) == 400 => HttpFailures.LacksCertificate($"{Detail(end)}"),
        ServerFailure.Certificate when IsCertificateWanted(end) => $"it wants a certificate of the client: {Detail(end)}",
        ServerFailure.Certificate => $"its certificate is not trusted: {Detail(end)}",
        ServerFailure.Unreachable when IsNotConnected(end) => string.Create(CultureInfo.InvariantCulture, $"it cannot be reached: no connection within {access.ConnectLimit.TotalSeconds} s"),
        ServerFailure.Unreachable => $"it cannot be reached: {Detail(end)}",
        ServerFailure.WrongContent when IsTooLong(end) => $"it sent a message of more than {GrpcConnection.MessageLimit} bytes",
        ServerFailure.TooLarge => $"a message to it would be too long: {Detail(end)}",
        ServerFailure.Full => $"it has no room, or takes no blob of that size: {Detail(end)}",
        _ => $"it answered {GrpcStatus.NameOf(end.StatusCode)}: {Detail(end)}",
    };

    // The innermost cause says what the system said; gRPC's own words repeat it in others.
    private static string Detail(RpcException end) => HttpStatusOf(end) is { } status ? $"HTTP status {status}" : Causes(end).LastOrDefault()?.Message ?? end.Status.Detail;

    private static int? HttpStatusOf(RpcException end) =>
        end.Status.Detail.StartsWith(HttpStatus, StringComparison.Ordinal) && int.TryParse(end.Status.Detail.AsSpan(HttpStatus.Length), CultureInfo.InvariantCulture, out var status) ? status : null;

    // What our side says before it sends one, each side in .NET of one that came, and servers in C++ and Go:
    // "Received message larger than max (5000083 vs. 4194304)".
    private static bool IsTooLong(RpcException end) =>
        end.Status.Detail.Contains("message exceeds the maximum configured message size", StringComparison.Ordinal) || end.Status.Detail.Contains("message larger than max", StringComparison.Ordinal);

    private static bool LacksCertificate(ServerAccess access) => access.Url.Scheme == Uri.UriSchemeHttps && access.ClientCertificate.Length == 0;

    private static bool IsNotConnected(RpcException end) => end.StatusCode == StatusCode.Cancelled && Causes(end).Any(static cause => cause is TimeoutException);

    // TLS that is answered by something else.
    private static bool IsNoTls(RpcException end) => Causes(end).Any(static cause =>
        cause.Message.Contains("Cannot determine the frame size", StringComparison.Ordinal) || cause.Message.Contains("wrong version number", StringComparison.Ordinal));

    private static bool IsNoHttp2(RpcException end) => Causes(end).Any(static cause =>
        cause is HttpRequestException { HttpRequestError: HttpRequestError.HttpProtocolError or HttpRequestError.VersionNegotiationError or HttpRequestError.InvalidResponse }
            or HttpIOException { HttpRequestError: HttpRequestError.HttpProtocolError or HttpRequestError.InvalidResponse }
            || cause.Message.Contains("HTTP/2 handshake", StringComparison.Ordinal)
            || cause.Message.Contains("no application protocol", StringComparison.Ordinal));

    // Something that speaks HTTP and answers what gRPC has no word for, such as a page or a redirection.
    private static bool IsNoGrpc(RpcException end) => end.StatusCode != StatusCode.Unavailable && end.Status.Detail.StartsWith(NoGrpc, StringComparison.Ordinal);

    private static bool IsNoMessage(RpcException end) => Causes(end).Any(static cause => cause is InvalidProtocolBufferException);

    private static bool IsCertificateWanted(RpcException end) => Causes(end).Any(static cause =>
        cause.Message.Contains("certificate required", StringComparison.OrdinalIgnoreCase) || cause.Message.Contains("handshake failure", StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<Exception> Causes(RpcException end)
    {
        for (var cause = end.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
