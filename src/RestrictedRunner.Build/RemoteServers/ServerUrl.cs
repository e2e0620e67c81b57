namespace RestrictedRunner.Build.RemoteServers;

/// <summary>The address of a server as a user writes it: <c>http(s)://host/path</c>, or <c>grpc(s)://host[:port][/instance]</c>.</summary>
internal static class ServerUrl
{
    private const string Grpc = "grpc";
    private const string GrpcOverTls = "grpcs";

    /// <summary>Reads an address.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="problem">What is wrong with it; empty for nothing.</param>
    /// <returns>The server; null when something is wrong.</returns>
    public static ServerAccess? Read(string text, out string problem)
    {
        problem = "";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            problem = "it is no address";
        }
        else if (HasCredentials(text))
        {
            problem = "it holds a user or a password";
        }
        else if (url.Scheme is not (Grpc or GrpcOverTls) && url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
        {
            problem = $"'{url.Scheme}' is no protocol of such a server";
        }
        else if (url.Host.Length == 0)
        {
            problem = "it names no host";
        }
        else if (url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            problem = "it has a part after '?' or '#', which no server of this kind knows";
        }

        return problem.Length > 0 ? null : url!.Scheme is Grpc or GrpcOverTls
            ? new(WithScheme(url, url.Scheme == Grpc ? Uri.UriSchemeHttp : Uri.UriSchemeHttps), IsGrpc: true) { Instance = Uri.UnescapeDataString(url.AbsolutePath.Trim('/')) }
            : new(url, IsGrpc: false);
    }

    /// <summary>True for an address with a user or a password in it, which no message may repeat. Of what is no address too.</summary>
    public static bool HasCredentials(string text) =>
        text.IndexOf("://", StringComparison.Ordinal) is >= 0 and var end && text[(end + 3)..].Split('/', '?', '#')[0].Contains('@', StringComparison.Ordinal);

    // Without the path, which is the instance.
    private static Uri WithScheme(Uri url, string scheme) => new UriBuilder(scheme, url.Host, url.Port) { Path = "" }.Uri;
}
