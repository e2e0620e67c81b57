using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace RestrictedRunner.PackageTests;

/// <summary>A registry on loopback with one image, whose layer is sent by half and then no further.</summary>
internal sealed class SlowRegistry : IDisposable
{
    private const int LayerSize = 1 << 20;

    private static readonly byte[] Config = Encoding.UTF8.GetBytes("""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}""");
    private static readonly string LayerDigest = $"sha256:{new string('1', 64)}";
    private static readonly byte[] Manifest = Encoding.UTF8.GetBytes(
        $$"""
        {
          "schemaVersion": 2,
          "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
          "config": { "mediaType": "application/vnd.docker.container.image.v1+json", "size": {{Config.Length}}, "digest": "{{Digest(Config)}}" },
          "layers": [ { "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": {{LayerSize}}, "digest": "{{LayerDigest}}" } ]
        }
        """);

    private readonly HttpListener _listener = new();
    private readonly string _host = $"localhost:{FreePort()}";

    public SlowRegistry()
    {
        _listener.Prefixes.Add($"http://{_host}/");
        _listener.Start();
        _ = AnswerAsync();
    }

    /// <summary>Name of the image.</summary>
    public string Image => $"{_host}/slow:latest";

    // Breaks off the answers that are under way.
    public void Dispose() => _listener.Close();

    private static string Digest(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";

    private async Task AnswerAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                Answer(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The client has gone, or the listener: told apart by the loop's condition.
            }
        }
    }

    private static void Answer(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        var response = context.Response;
        if (path.EndsWith(LayerDigest, StringComparison.Ordinal))
        {
            response.ContentLength64 = LayerSize;
            response.OutputStream.Write(new byte[LayerSize / 2]);
            return;
        }

        var (type, body) = path switch
        {
            // "/v2/" asks whether this is a registry.
            "/v2/" => ("application/json", "{}"u8.ToArray()),
            _ when path.Contains("/manifests/", StringComparison.Ordinal) => ("application/vnd.docker.distribution.manifest.v2+json", Manifest),
            _ => ("application/octet-stream", Config),
        };
        response.ContentType = type;
        response.Headers["Docker-Content-Digest"] = Digest(body);
        response.ContentLength64 = body.Length;
        if (context.Request.HttpMethod != "HEAD")
        {
            response.OutputStream.Write(body);
        }

        response.Close();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
