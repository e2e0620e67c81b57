using System.Globalization;
using System.Net;
using System.Security.Authentication;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>What the ends of HTTP requests mean: those that a server decided on, and those that the way to it did.</summary>
internal static class HttpFailures
{
    /// <summary>What kept a request from an answer.</summary>
    /// <param name="exception">An <see cref="HttpRequestException"/>, or the <see cref="IOException"/> of a content that breaks off.</param>
    public static ServerException Of(Exception exception)
    {
        var error = (exception as HttpRequestException)?.HttpRequestError ?? (exception as HttpIOException)?.HttpRequestError ?? HttpRequestError.Unknown;
        var innermost = Causes(exception).Last().Message;
        return Causes(exception).Any(static cause => cause is AuthenticationException) || error == HttpRequestError.SecureConnectionError
                ? innermost.Contains("frame size", StringComparison.Ordinal) || innermost.Contains("wrong version number", StringComparison.Ordinal)
                    ? new(ServerFailure.WrongProtocol, "what answers there does not speak TLS: should it be 'http://' instead of 'https://'?", exception)
                    : new(ServerFailure.Certificate, $"its certificate is not trusted, or it wants one of ours: {innermost}", exception)
            : error is HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.VersionNegotiationError
                ? new(ServerFailure.WrongProtocol, $"what answers there does not speak HTTP as a cache does: {innermost}", exception)
            : error == HttpRequestError.ConfigurationLimitExceeded ? new(ServerFailure.WrongProtocol, $"its answer has too much in its headers: {innermost}", exception)
            : new(ServerFailure.Unreachable, error is HttpRequestError.ResponseEnded or HttpRequestError.Unknown ? $"the connection broke: {innermost}" : $"it cannot be reached: {innermost}", exception);
    }

    /// <summary>What the status of an answer says that is no success.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="access">Who asked.</param>
    /// <param name="wantsCertificate">True when the server may want a certificate of the client.</param>
    public static ServerException Of(HttpResponseMessage answer, ServerAccess access, bool wantsCertificate)
    {
        var status = string.Create(CultureInfo.InvariantCulture, $"{(int)answer.StatusCode} {answer.ReasonPhrase}").TrimEnd();
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.ProxyAuthenticationRequired => new(ServerFailure.Unauthorized, $"it does not know who asks ({status}){access.AskedAs}"),
            HttpStatusCode.Forbidden => new(ServerFailure.Forbidden, $"it does not allow that ({status})"),
            HttpStatusCode.RequestEntityTooLarge => new(ServerFailure.TooLarge, $"it takes no blob of that size ({status})"),
            HttpStatusCode.InsufficientStorage => new(ServerFailure.Full, $"it has no room ({status})"),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new(ServerFailure.BlobMissing, $"it has no such place ({status})"),
            HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented => new(ServerFailure.Forbidden, $"it takes no results ({status})"),
            HttpStatusCode.BadRequest when wantsCertificate => new(ServerFailure.Certificate, LacksCertificate(status)),
            >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest => new(ServerFailure.WrongProtocol, $"it sends us elsewhere ({status}{(answer.Headers.Location is { IsAbsoluteUri: true } place ? $" to {place.Host}" : "")}), where credentials would not be safe: give the address that it means"),
            _ => new(ServerFailure.Refused, $"it answered {status}"),
        };
    }

    /// <summary>What an answer says that may mean a certificate: nginx has no status for it, https://nginx.org/en/docs/http/ngx_http_ssl_module.html#errors.</summary>
    /// <param name="status">The answer's status.</param>
    public static string LacksCertificate(string status) => $"it answered {status}, as some servers do when they want a certificate of the client, or another one";

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
