using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RestrictedRunner.Tests;

/// <summary>A server on the loopback that does to each request what a test wants, and no server should.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<string> _requests = [];
    private readonly Func<string, Stream, CancellationToken, Task> _answer;
    private readonly Task _serving;

    /// <param name="answer">Is given the first line of a request and the connection, which it may do anything with.</param>
    public HostileServer(Func<string, Stream, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>The first lines of the requests until now.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>A server that keeps what it is asked for in a dictionary, as <c>ac/HASH</c> and <c>cas/HASH</c>.</summary>
    public static HostileServer Of(IReadOnlyDictionary<string, byte[]> contents) => new((request, connection, end) =>
        contents.TryGetValue(request.Split(' ')[1].Trim('/'), out var content) ? AnswerAsync(connection, 200, content, end) : AnswerAsync(connection, 404, [], end));

    /// <summary>An answer as a server should give it.</summary>
    public static async Task AnswerAsync(Stream connection, int status, byte[] content, CancellationToken end, string moreHeaders = "")
    {
        await connection.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Said\r\nContent-Length: {content.Length}\r\nConnection: close\r\n{moreHeaders}\r\n"), end);
        await connection.WriteAsync(content, end);
    }

    public static Task WriteAsync(Stream connection, string text, CancellationToken end) => connection.WriteAsync(Encoding.ASCII.GetBytes(text), end).AsTask();

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
        {
            try
            {
                var connection = client.GetStream();
                var head = new StringBuilder();
                var one = new byte[1];
                while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await connection.ReadAsync(one, _end.Token) > 0)
                {
                    head.Append((char)one[0]);
                }

                var request = head.ToString().Split("\r\n")[0];
                lock (_requests)
                {
                    _requests.Add(request);
                }

                await _answer(request, connection, _end.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
            {
                // The client has had enough.
            }
        }
    }
}
