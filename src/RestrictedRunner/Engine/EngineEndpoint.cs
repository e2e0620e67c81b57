using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RestrictedRunner.Engine;

/// <summary>Where a client looks for its engine, by the client's own rules and without asking it.</summary>
internal static class EngineEndpoint
{
    /// <summary>Podman without a server: the client is the engine.</summary>
    public const string None = "";

    private const string DockersDefault = "unix:///var/run/docker.sock";
    private const string Unix = "unix://";

    /// <summary>The URL that docker's client connects to: https://docs.docker.com/engine/manage-resources/contexts/.</summary>
    /// <param name="variable">Value of an environment variable, or null.</param>
    /// <param name="home">The user's home folder.</param>
    /// <param name="read">Text of a file, or null when there is none.</param>
    public static string OfDocker(Func<string, string?> variable, string home, Func<string, string?> read)
    {
        if (variable("DOCKER_HOST") is { Length: > 0 } host)
        {
            return host;
        }

        var settings = variable("DOCKER_CONFIG") is { Length: > 0 } folder ? folder : Path.Combine(home, ".docker");
        var context = variable("DOCKER_CONTEXT") is { Length: > 0 } name ? name : Text(read(Path.Combine(settings, "config.json")), "currentContext");
        if (context is null or "" or "default")
        {
            return DockersDefault;
        }

        // A context's folder is named after the digest of its name.
        var digest = string.Concat(SHA256.HashData(Encoding.UTF8.GetBytes(context)).Select(value => value.ToString("x2", CultureInfo.InvariantCulture)));
        return Text(read(Path.Combine(settings, "contexts", "meta", digest, "meta.json")), "Endpoints", "docker", "Host") ?? DockersDefault;
    }

    /// <summary>The URL that podman's client connects to, or <see cref="None"/>.</summary>
    /// <param name="variable">Value of an environment variable, or null.</param>
    public static string OfPodman(Func<string, string?> variable) =>
        // A connection has a name only; what is behind it is in other places.
        variable("CONTAINER_HOST") ?? (variable("CONTAINER_CONNECTION") is null ? None : "connection:");

    /// <summary>The socket of an endpoint, or null for an endpoint of another kind.</summary>
    public static string? Socket(string endpoint) => endpoint.StartsWith(Unix, StringComparison.Ordinal) ? endpoint[Unix.Length..] : null;

    private static string? Text(string? json, params ReadOnlySpan<string> path)
    {
        if (json is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            var element = document.RootElement;
            foreach (var name in path)
            {
                if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                {
                    return null;
                }
            }

            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (JsonException)
        {
            // The client itself will say so.
            return null;
        }
    }
}
