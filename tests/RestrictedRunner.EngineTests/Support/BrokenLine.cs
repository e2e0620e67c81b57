using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RestrictedRunner.EngineTests;

/// <summary>A line to a registry that breaks: until it is mended it cuts a connection once so many bytes of answers went through.</summary>
internal sealed class BrokenLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _target;
    private readonly int _bytes;
    private readonly bool _isBehindGateway;
    private readonly Task _accepting;
    private int _cutsLeft;
    private int _cuts;

    /// <summary>A line to a port of the loopback.</summary>
    /// <param name="target">The registry's port.</param>
    /// <param name="bytes">How many bytes of answers a connection carries before it is cut: fewer than a layer has, more than a manifest.</param>
    /// <param name="cuts">After how many cuts it mends by itself.</param>
    /// <param name="isBehindGateway">Once it is cut, there is a gateway left that says so to every question.</param>
    public BrokenLine(int target, int bytes, int cuts = int.MaxValue, bool isBehindGateway = false)
    {
        (_target, _bytes, _cutsLeft, _isBehindGateway) = (target, bytes, cuts, isBehindGateway);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>How often it has cut.</summary>
    public int Cuts => _cuts;

    /// <summary>From now on everything goes through.</summary>
    public void Mend() => Interlocked.Exchange(ref _cutsLeft, 0);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_end.Token);
            _ = CarryAsync(client);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                if (_isBehindGateway && _cuts > 0 && Volatile.Read(ref _cutsLeft) > 0)
                {
                    await RefuseAsync(client.GetStream());
                    return;
                }

                await server.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
                var questions = client.GetStream().CopyToAsync(server.GetStream(), _end.Token);
                await Task.WhenAny(questions, CarryAnswersAsync(server.GetStream(), client));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // Either end may close whenever it likes.
            }
        }
    }

    private async Task RefuseAsync(NetworkStream client)
    {
        const string text = "<html><body><h1>502 Bad Gateway</h1></body></html>";
        var answer = $"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}";
        await client.ReadAtLeastAsync(new byte[1024], 1, cancellationToken: _end.Token);
        await client.WriteAsync(Encoding.ASCII.GetBytes(answer), _end.Token);
    }

    private async Task CarryAnswersAsync(NetworkStream answers, TcpClient client)
    {
        var buffer = new byte[16 * 1024];
        var carried = 0;
        int read;
        while ((read = await answers.ReadAsync(buffer, _end.Token)) > 0)
        {
            carried += read;
            if (carried > _bytes && Interlocked.Decrement(ref _cutsLeft) >= 0)
            {
                Interlocked.Increment(ref _cuts);
                // Closed with a reset, as a line that breaks.
                client.LingerState = new LingerOption(true, 0);
                return;
            }

            await client.GetStream().WriteAsync(buffer.AsMemory(0, read), _end.Token);
        }
    }
}
