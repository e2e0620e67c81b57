using System.Net;
using System.Net.Sockets;

namespace RestrictedRunner.EngineTests;

/// <summary>A line to a registry that breaks: until it is mended it cuts a connection once so many bytes of answers went through.</summary>
internal sealed class BrokenLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _target;
    private readonly int _bytes;
    private readonly Task _accepting;
    private volatile bool _mended;
    private int _cuts;

    /// <summary>A line to a port of the loopback.</summary>
    /// <param name="target">The registry's port.</param>
    /// <param name="bytes">How many bytes of answers a connection carries before it is cut. Fewer than a layer has, more than a manifest.</param>
    public BrokenLine(int target, int bytes)
    {
        (_target, _bytes) = (target, bytes);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>How often it has cut.</summary>
    public int Cuts => _cuts;

    /// <summary>From now on everything goes through.</summary>
    public void Mend() => _mended = true;

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

    private async Task CarryAnswersAsync(NetworkStream answers, TcpClient client)
    {
        var buffer = new byte[16 * 1024];
        var carried = 0;
        int read;
        while ((read = await answers.ReadAsync(buffer, _end.Token)) > 0)
        {
            carried += read;
            if (carried > _bytes && !_mended)
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
