using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Engine;

/// <summary>What docker's client has in its folder of settings: https://docs.docker.com/engine/manage-resources/contexts/.</summary>
/// <param name="Folder">Full path of the folder; it may not be there.</param>
/// <param name="Read">Text of a file, or null when there is none.</param>
internal sealed record DockerSettings(string Folder, Func<string, string?> Read)
{
    /// <summary>The context that is always there: <c>DOCKER_HOST</c>, or the socket of this machine.</summary>
    public const string DefaultContext = "default";

    private const string MetaName = "meta.json";

    /// <summary>Name of the context that the user has chosen; null when there is none.</summary>
    public string? CurrentContext => Text(Read(Path.Combine(Folder, "config.json")), "currentContext");

    private string MetaFolder => Path.Combine(Folder, "contexts", "meta");

    /// <summary>Those of the user that runs this process.</summary>
    public static DockerSettings Of(Host host) => Of(host.Variable, host.UserFolder, ReadText);

    /// <summary>The same of a user who may be another.</summary>
    /// <param name="variable">Value of an environment variable, or null.</param>
    /// <param name="home">The user's home folder.</param>
    /// <param name="read">Text of a file, or null when there is none.</param>
    public static DockerSettings Of(Func<string, string?> variable, string home, Func<string, string?> read) =>
        new(variable("DOCKER_CONFIG") is { Length: > 0 } folder ? folder : Path.Combine(home, ".docker"), read);

    /// <summary>True when the client knows a context.</summary>
    public bool HasContext(string context) => context == DefaultContext || Read(MetaFile(context)) is not null;

    /// <summary>The URL that a context leads to; null when it is not known.</summary>
    public string? HostOf(string context) => Text(Read(MetaFile(context)), "Endpoints", "docker", "Host");

    /// <summary>Names of all contexts.</summary>
    public IReadOnlyList<string> Contexts() =>
    [
        DefaultContext,
        .. (Directory.Exists(MetaFolder) ? Directory.EnumerateDirectories(MetaFolder) : [])
            .Select(folder => Text(Read(Path.Combine(folder, MetaName)), "Name"))
            .OfType<string>()
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Text of a file; null when it cannot be read.</summary>
    public static string? ReadText(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // A context's folder is named after the digest of its name.
    private string MetaFile(string context) =>
        Path.Combine(MetaFolder, string.Concat(SHA256.HashData(Encoding.UTF8.GetBytes(context)).Select(value => value.ToString("x2", CultureInfo.InvariantCulture))), MetaName);

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
