using System.Diagnostics.CodeAnalysis;
using System.Text;
using RestrictedRunner.Build.RemoteServers;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.SharedCache;

/// <summary>Makes the server of a setting, and finds who asks it: a header from the environment, or a user and password from <c>.netrc</c>.</summary>
internal static class ServerConnection
{
    /// <summary>Makes it. Nothing is sent yet.</summary>
    /// <param name="setting">The setting.</param>
    /// <param name="buildId">What the requests of one build have in common, for the server's log.</param>
    /// <param name="host">The machine that builds.</param>
    /// <exception cref="ServerException">A header or a certificate cannot be had.</exception>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The server disposes of it.")]
    public static ICacheServer Open(SharedCacheSetting setting, string buildId, Host host)
    {
        var access = AccessOf(setting, host);
        return access.IsGrpc ? new GrpcCacheServer(new GrpcConnection(access, buildId)) : new HttpCacheServer(access, ServerHandler.Of(access));
    }

    /// <summary>The server, with who asks it.</summary>
    /// <exception cref="ServerException">A header cannot be had.</exception>
    public static ServerAccess AccessOf(SharedCacheSetting setting, Host host) => WithHeader(setting.Access, setting.Header, host);

    private static ServerAccess WithHeader(ServerAccess access, string variable, Host host)
    {
        // Systems for continuous integration set the variable of a secret that they do not have to nothing. Reading may be open to all.
        if (variable.Length > 0 && host.Variable(variable) is { } text && !string.IsNullOrWhiteSpace(text))
        {
            return text.Split(':', 2) is [var name, var value] && IsName(name.Trim()) && IsValue(value.Trim())
                ? access with { Header = new(name.Trim(), value.Trim()), HeaderSource = $"the header in '{variable}'" }
                : throw new ServerException(ServerFailure.Unauthorized, $"the environment variable '{variable}', which DockerExecCacheHeader names, is not of the form 'Name: value'");
        }

        return Netrc.Find(access.Url.Host, host) is { } user
            ? access with { Header = new("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user.Key}:{user.Value}"))}"), HeaderSource = $"user '{user.Key}' of .netrc" }
            : access;
    }

    // https://www.rfc-editor.org/rfc/rfc9110#name-tokens
    private static bool IsName(string name) => name.Length > 0 && name.All(static character => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character, StringComparison.Ordinal));

    private static bool IsValue(string value) => value.Length > 0 && value.All(static character => character is >= ' ' and <= '~');
}
