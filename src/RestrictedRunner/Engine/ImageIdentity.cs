using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RestrictedRunner;

/// <summary>
/// Which image it is: what is in it, and by what name its engine knows it. An id is the digest of a description that each
/// engine writes in its own way, docker in two, and so is a digest in a registry, which an image may have several of. What
/// is described is the same.
/// </summary>
/// <param name="Id">Its id (<c>sha256:…</c>), by which the engine runs it whatever its names stand for by then.</param>
/// <param name="Content">Digest (<c>sha256:…</c>) of its layers and of what it brings to a command; equal on every engine that has the image.</param>
internal sealed record ImageIdentity(string Id, string Content)
{
    /// <summary>Format of <c>image inspect</c> that <see cref="Read"/> reads, one line for each image. Podman knows <c>Id</c> in no other form, and nothing in front of it.</summary>
    public const string Format = "{{.Id}} {{json .Os}},{{json .Architecture}},{{json .RootFS.Layers}},{{json .Config}}";

    /// <summary>Reads a line of the engine's; null when it is none.</summary>
    public static ImageIdentity? Read(string line)
    {
        try
        {
            return line.Split(' ', 2) is [var id, var description]
                && JsonSerializer.Deserialize<JsonElement[]>($"[{description}]") is [var system, var architecture, var layers, var config]
                ? new(WithAlgorithm(id), ContentOf(system, architecture, layers.Deserialize<string[]>() ?? [], config.Deserialize<Config>() ?? new()))
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // Not what no command sees, such as labels. Engines leave out what is empty, or do not.
    private static string ContentOf(JsonElement system, JsonElement architecture, string[] layers, Config config)
    {
        string[][] content =
        [
            [system.GetString() ?? "", architecture.GetString() ?? ""],
            layers,
            config.Entrypoint ?? [],
            config.Command ?? [],
            config.Variables ?? [],
            [config.User ?? "", config.WorkingDirectory ?? ""],
            [.. (config.Volumes ?? []).Keys.Order(StringComparer.Ordinal)],
        ];
        return $"sha256:{string.Concat(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content)).Select(value => value.ToString("x2", CultureInfo.InvariantCulture)))}";
    }

    // Podman leaves it out.
    private static string WithAlgorithm(string id) => id.Contains(':', StringComparison.Ordinal) ? id : $"sha256:{id}";

    private sealed record Config(
        string[]? Entrypoint = null,
        [property: JsonPropertyName("Cmd")] string[]? Command = null,
        [property: JsonPropertyName("Env")] string[]? Variables = null,
        string? User = null,
        [property: JsonPropertyName("WorkingDir")] string? WorkingDirectory = null,
        Dictionary<string, JsonElement>? Volumes = null);
}
