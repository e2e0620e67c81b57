using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RestrictedRunner.PackageTests;

/// <summary>A registry on loopback that gives one answer to every question for an image.</summary>
internal sealed class FakeRegistry : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpStatusCode _status;
    private readonly string _body;
    private int _questions;

    public FakeRegistry(HttpStatusCode status, string body)
    {
        (_status, _body) = (status, body);
        _listener.Prefixes.Add($"http://{Host}/");
        _listener.Start();
        _ = AnswerAsync();
    }

    /// <summary>Name and port, as an image's name starts with.</summary>
    public string Host { get; } = $"localhost:{FreePort()}";

    /// <summary>How often an image was asked for.</summary>
    public int Questions => _questions;

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                Answer(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        // "/v2/" asks whether this is a registry.
        var isImage = context.Request.Url!.AbsolutePath != "/v2/";
        if (isImage)
        {
            Interlocked.Increment(ref _questions);
        }

        context.Response.StatusCode = (int)(isImage ? _status : HttpStatusCode.OK);
        context.Response.ContentType = "application/json";
        context.Response.OutputStream.Write(Encoding.UTF8.GetBytes(isImage && context.Request.HttpMethod != "HEAD" ? _body : ""));
        context.Response.Close();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
