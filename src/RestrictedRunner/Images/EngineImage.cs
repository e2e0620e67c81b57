using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RestrictedRunner.Images;

/// <summary>
/// What an engine says of an image that it has. An id is the digest of a description that each engine writes in its own
/// way, docker in two, and so is a digest in a registry, which an image may have several of. What is described is the same.
/// </summary>
/// <param name="Id">Its id (<c>sha256:…</c>), by which the engine runs it whatever its names stand for by then.</param>
/// <param name="Content">Digest (<c>sha256:…</c>) of its layers and of what it brings to a command; equal on every engine that has the image.</param>
/// <param name="Reference">
/// <c>repository@sha256:…</c>, or the id when it came from no registry. Either is a reference that stays the same when a
/// tag moves on.
/// </param>
internal sealed record EngineImage(string Id, string Content, string Reference)
{
    /// <summary>Variables that the image sets, <c>name=value</c>.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary>Its own entry point.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>Format of <c>image inspect</c> that <see cref="Read"/> reads, one line for each image. Podman knows <c>Id</c> in no other form, and nothing in front of it.</summary>
    public const string Format = "{{.Id}} {{json .Os}},{{json .Architecture}},{{json .RootFS.Layers}},{{json .Config}},{{json .RepoDigests}}";

    // Podman gives images that it has built a digest too, in a registry that there is not.
    private const string PodmansOwn = "localhost/";

    /// <summary>True when it came from a registry, or was pushed to one, as far as the engine tells.</summary>
    public bool IsOfRegistry => Reference.Contains('@', StringComparison.Ordinal) && !Reference.StartsWith(PodmansOwn, StringComparison.Ordinal);

    /// <summary>Reads a line of the engine's; null when it is none.</summary>
    public static EngineImage? Read(string line)
    {
        try
        {
            return line.Split(' ', 2) is [var id, var description]
                && JsonSerializer.Deserialize<JsonElement[]>($"[{description}]") is [var system, var architecture, var layers, var config, var digests]
                ? Of(WithAlgorithm(id), [system.GetString() ?? "", architecture.GetString() ?? ""], Texts(layers), config.Deserialize<Config>() ?? new(), Texts(digests))
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static EngineImage Of(string id, string[] platform, string[] layers, Config config, string[] digests) =>
        new(id, ContentOf(platform, layers, config), digests is [var digest, ..] ? digest : id) { Variables = config.Variables ?? [], Entrypoint = config.Entrypoint ?? [] };

    // Not what no command sees, such as labels. Engines leave out what is empty, or do not.
    private static string ContentOf(string[] platform, string[] layers, Config config)
    {
        string[][] content =
        [
            platform,
            layers,
            config.Entrypoint ?? [],
            config.Command ?? [],
            config.Variables ?? [],
            [config.User ?? "", config.WorkingDirectory ?? ""],
            [.. (config.Volumes ?? []).Keys.Order(StringComparer.Ordinal)],
        ];
        return $"sha256:{string.Concat(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content)).Select(value => value.ToString("x2", CultureInfo.InvariantCulture)))}";
    }

    private static string[] Texts(JsonElement list) => list.Deserialize<string[]>() ?? [];

    // Podman leaves it out.
    private static string WithAlgorithm(string id) => id.Contains(':', StringComparison.Ordinal) ? id : $"sha256:{id}";

    // https://github.com/opencontainers/image-spec/blob/main/config.md
    private sealed record Config(
        string[]? Entrypoint = null,
        [property: JsonPropertyName("Cmd")] string[]? Command = null,
        [property: JsonPropertyName("Env")] string[]? Variables = null,
        string? User = null,
        [property: JsonPropertyName("WorkingDir")] string? WorkingDirectory = null,
        Dictionary<string, JsonElement>? Volumes = null);
}
