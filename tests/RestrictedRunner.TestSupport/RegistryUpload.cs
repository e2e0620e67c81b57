using System.Text;
using System.Text.Json.Nodes;

namespace RestrictedRunner.TestSupport;

/// <summary>Puts an image into a registry, as the registry's own protocol has it.</summary>
internal static class RegistryUpload
{
    private const string Manifest = "application/vnd.docker.distribution.manifest.v2+json";
    private const string Index = "application/vnd.docker.distribution.manifest.list.v2+json";
    private const string Settings = "application/vnd.docker.container.image.v1+json";
    private const string Layer = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    /// <summary>Uploads an image of one layer.</summary>
    /// <param name="address">Of the registry: <c>127.0.0.1:port</c>.</param>
    /// <param name="credentials">User and password with a colon between them.</param>
    /// <param name="name">Name and tag.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="settings">The image's settings.</param>
    /// <returns>The digest by which the registry has it.</returns>
    public static async Task<string> PutAsync(string address, string credentials, string name, byte[] layer, byte[] settings)
    {
        using var client = ClientOf(address, credentials);
        var (repository, tag) = Parts(name);
        return (string)(await PutImageAsync(client, repository, tag, layer, settings))["digest"]!;
    }

    /// <summary>Uploads an image of one layer for several processors, as an index.</summary>
    /// <param name="address">Of the registry: <c>127.0.0.1:port</c>.</param>
    /// <param name="credentials">User and password with a colon between them.</param>
    /// <param name="name">Name and tag.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="settings">The image's settings for each processor.</param>
    /// <returns>The digests of the images, by their processors, and that of the index.</returns>
    public static async Task<(IReadOnlyDictionary<string, string> Images, string Index)> PutIndexAsync(string address, string credentials, string name, byte[] layer, IReadOnlyDictionary<string, byte[]> settings)
    {
        using var client = ClientOf(address, credentials);
        var (repository, tag) = Parts(name);
        var images = new JsonArray();
        var digests = new Dictionary<string, string>();
        foreach (var (architecture, ofIt) in settings)
        {
            var image = await PutImageAsync(client, repository, BusyboxImage.DigestOf, layer, ofIt);
            digests[architecture] = (string)image["digest"]!;
            image["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = architecture };
            images.Add(image);
        }

        var index = await PutManifestAsync(client, repository, _ => tag, Index, new() { ["schemaVersion"] = 2, ["mediaType"] = Index, ["manifests"] = images });
        return (digests, (string)index["digest"]!);
    }

    private static HttpClient ClientOf(string address, string credentials)
    {
        var client = new HttpClient { BaseAddress = new($"http://{address}/v2/") };
        client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        return client;
    }

    private static (string Repository, string Tag) Parts(string name) => name.Split(':') is [var first, var second] ? (first, second) : (name, "latest");

    private static Task<JsonObject> PutImageAsync(HttpClient client, string repository, string tag, byte[] layer, byte[] settings) =>
        PutImageAsync(client, repository, _ => tag, layer, settings);

    private static async Task<JsonObject> PutImageAsync(HttpClient client, string repository, Func<byte[], string> reference, byte[] layer, byte[] settings)
    {
        await PutBlobAsync(client, repository, layer);
        await PutBlobAsync(client, repository, settings);
        return await PutManifestAsync(client, repository, reference, Manifest, new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Manifest,
            ["config"] = Described(Settings, settings),
            ["layers"] = new JsonArray(Described(Layer, layer)),
        });
    }

    private static async Task<JsonObject> PutManifestAsync(HttpClient client, string repository, Func<byte[], string> reference, string mediaType, JsonObject manifest)
    {
        var bytes = Encoding.UTF8.GetBytes(manifest.ToJsonString());
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new(mediaType);
        using var named = await SendAsync(client, HttpMethod.Put, new($"{repository}/manifests/{reference(bytes)}", UriKind.Relative), content);
        return Described(mediaType, bytes);
    }

    private static async Task PutBlobAsync(HttpClient client, string repository, byte[] blob)
    {
        using var place = await SendAsync(client, HttpMethod.Post, new($"{repository}/blobs/uploads/", UriKind.Relative), null);
        var location = new UriBuilder(place.Headers.Location!);
        location.Query += $"&digest={BusyboxImage.DigestOf(blob)}";
        using var content = new ByteArrayContent(blob);
        content.Headers.ContentType = new("application/octet-stream");
        using var stored = await SendAsync(client, HttpMethod.Put, location.Uri, content);
    }

    private static JsonObject Described(string mediaType, byte[] blob) =>
        new() { ["mediaType"] = mediaType, ["size"] = blob.Length, ["digest"] = BusyboxImage.DigestOf(blob) };

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, Uri address, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content };
        var answer = await client.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {address}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return answer;
    }
}
