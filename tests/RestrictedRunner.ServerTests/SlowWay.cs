using System.Net;
using System.Net.Sockets;

namespace RestrictedRunner.ServerTests;

/// <summary>The way to a server on the loopback, on which no more than so many bytes a second travel towards it, or none any more.</summary>
internal sealed class SlowWay : IAsyncDisposable
{
    private static readonly TimeSpan Piece = TimeSpan.FromMilliseconds(50);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Uri _server;
    private readonly int _bytesOfPiece;
    private readonly Task _serving;

    /// <param name="server">Where it leads.</param>
    /// <param name="bytesASecond">How many bytes travel towards it in a second.</param>
    public SlowWay(Uri server, int bytesASecond)
    {
        (_server, _bytesOfPiece) = (server, (int)(bytesASecond * Piece.TotalSeconds));

        // What waits on a way waits at its begin.
        _listener.Server.ReceiveBufferSize = 64 * 1024;
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>True as soon as everything is dropped, as by a firewall.</summary>
    public bool Drops { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_end.Token);
            _ = Task.Run(() => ServeAsync(client));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(_server.Host, _server.Port, _end.Token);
                await Task.WhenAny(ForwardAsync(client.GetStream(), server.GetStream(), Piece), ForwardAsync(server.GetStream(), client.GetStream(), TimeSpan.Zero));
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
            {
                // One of both has ended.
            }
        }
    }

    private async Task ForwardAsync(Stream from, Stream to, TimeSpan pause)
    {
        var buffer = new byte[_bytesOfPiece];
        while (await from.ReadAsync(buffer, _end.Token) is > 0 and var count)
        {
            if (Drops)
            {
                await Task.Delay(Timeout.Infinite, _end.Token);
            }

            await to.WriteAsync(buffer.AsMemory(0, count), _end.Token);
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, _end.Token);
            }
        }
    }
}
