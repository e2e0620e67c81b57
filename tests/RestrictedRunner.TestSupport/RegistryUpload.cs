using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace RestrictedRunner.TestSupport;

/// <summary>Puts an image into a registry, as the registry's own protocol has it.</summary>
internal static class RegistryUpload
{
    private const string Manifest = "application/vnd.docker.distribution.manifest.v2+json";
    private const string Settings = "application/vnd.docker.container.image.v1+json";
    private const string Layer = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    /// <summary>Uploads an image of one layer.</summary>
    /// <param name="address">Of the registry: <c>127.0.0.1:port</c>.</param>
    /// <param name="credentials">User and password with a colon between them.</param>
    /// <param name="name">Name and tag.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="settings">The image's settings.</param>
    public static async Task PutAsync(string address, string credentials, string name, byte[] layer, byte[] settings)
    {
        using var client = new HttpClient { BaseAddress = new($"http://{address}/v2/") };
        client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        var (repository, tag) = name.Split(':') is [var first, var second] ? (first, second) : (name, "latest");
        await PutBlobAsync(client, repository, layer);
        await PutBlobAsync(client, repository, settings);
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Manifest,
            ["config"] = Described(Settings, settings),
            ["layers"] = new JsonArray(Described(Layer, layer)),
        };
        using var text = new StringContent(manifest.ToJsonString(), MediaTypeHeaderValue.Parse(Manifest));
        using var named = await SendAsync(client, HttpMethod.Put, new($"{repository}/manifests/{tag}", UriKind.Relative), text);
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
