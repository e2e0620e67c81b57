using System.Text.Json;

namespace RestrictedRunner.Images;

/// <summary>What the name of an image stands for.</summary>
/// <param name="Digests">The digest (<c>sha256:…</c>) for each Linux platform that the image has; of a local image its id.</param>
/// <param name="IsLocal">True for an image that came from no registry.</param>
internal sealed record ImageDigests(IReadOnlyDictionary<string, string> Digests, bool IsLocal)
{
    private const string Linux = "linux";

    /// <summary>
    /// Reads what <c>docker manifest inspect --verbose</c> prints (an object for an image, a list of them for an index of several), or
    /// <c>podman manifest inspect</c> of an index.
    /// </summary>
    /// <returns>None for what says no digest, as podman does of a single image.</returns>
    public static IReadOnlyDictionary<string, string> Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            IEnumerable<JsonElement> images =
                root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().Select(static image => image.GetProperty("Descriptor"))
                : root.TryGetProperty("Descriptor", out var only) ? [only]
                : root.TryGetProperty("manifests", out var manifests) ? manifests.EnumerateArray()
                : [];
            var digests = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (platform, digest) in images.Select(Described))
            {
                // What a build system adds to an index, such as where the image comes from, is for the system "unknown". Of two for
                // one platform engines take the first.
                if (platform.StartsWith(Linux + "/", StringComparison.Ordinal))
                {
                    digests.TryAdd(platform, digest);
                }
            }

            return digests;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new Dictionary<string, string>();
        }
    }

    private static (string Platform, string Digest) Described(JsonElement image)
    {
        var digest = image.GetProperty("digest").GetString() ?? "";
        return image.TryGetProperty("platform", out var platform) && platform.ValueKind == JsonValueKind.Object
            ? (ImagePlatform.Of(Text(platform, "os"), Text(platform, "architecture"), Text(platform, "variant")), digest)
            : ("", digest);
    }

    private static string Text(JsonElement from, string name) => from.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";
}
