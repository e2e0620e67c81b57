using System.Diagnostics.CodeAnalysis;
using System.Formats.Tar;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using CliWrap;
using CliWrap.Buffered;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests;

/// <summary>What docker's client sends of a context to an engine, which is this one: it takes the files and builds nothing.</summary>
internal static class SentContext
{
    private const string Answer = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nOstype: linux\r\nContent-Type: application/json\r\nContent-Length: ";

    /// <summary>Paths of the files and links that were sent; null when the client refuses the context.</summary>
    public static async Task<IReadOnlyList<string>?> OfAsync(string folder)
    {
        using var place = new TempFolder();
        using var ended = new CancellationTokenSource();
        var sent = new TaskCompletionSource<IReadOnlyList<string>>();
        var serving = ServeAsync(place["engine.sock"], sent, ended.Token);
        var client = await Cli.Wrap("docker").WithArguments(["build", folder]).WithValidation(CommandResultValidation.None)
            .WithEnvironmentVariables(variables => variables.Set("DOCKER_HOST", $"unix://{place["engine.sock"]}").Set("DOCKER_BUILDKIT", "0").Set("DOCKER_CONTEXT", null))
            .ExecuteBufferedAsync();
        await ended.CancelAsync();
        await serving;
        Assert.True(client.IsSuccess == sent.Task.IsCompletedSuccessfully, client.StandardError);
        return client.IsSuccess ? await sent.Task : null;
    }

    [SuppressMessage("Reliability", "CA2025:Do not pass 'IDisposable' instances into unawaited tasks", Justification = "Who answers disposes of the connection.")]
    private static async Task ServeAsync(string place, TaskCompletionSource<IReadOnlyList<string>> sent, CancellationToken ended)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(place));
        listener.Listen();
        try
        {
            while (true)
            {
                var connection = await listener.AcceptAsync(ended);
                _ = Task.Run(() => AnswerAsync(connection, sent), CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
            // So has the client.
        }
    }

    private static async Task AnswerAsync(Socket connection, TaskCompletionSource<IReadOnlyList<string>> sent)
    {
        await using var stream = new NetworkStream(connection, ownsSocket: true);
        while (Line(stream) is { Length: > 0 } request)
        {
            while (Line(stream) is { Length: > 0 })
            {
            }

            var body = "";
            if (request.Contains("/build?", StringComparison.Ordinal))
            {
                sent.TrySetResult(Files(Chunks(stream)));
                body = """{"stream":"built"}""";
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Answer}{body.Length}\r\n\r\n{body}")));
        }
    }

    private static List<string> Files(MemoryStream tar)
    {
        List<string> files = [];
        using var reader = new TarReader(tar);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.EntryType != TarEntryType.Directory)
            {
                files.Add(entry.Name);
            }
        }

        return files;
    }

    private static MemoryStream Chunks(Stream stream)
    {
        var body = new MemoryStream();
        while (int.Parse(Line(stream), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) is > 0 and var length)
        {
            var chunk = new byte[length];
            stream.ReadExactly(chunk);
            body.Write(chunk);
            _ = Line(stream);
        }

        _ = Line(stream);
        body.Position = 0;
        return body;
    }

    private static string Line(Stream stream)
    {
        var line = new StringBuilder();
        for (var octet = stream.ReadByte(); octet is not (-1 or '\n'); octet = stream.ReadByte())
        {
            line.Append((char)octet);
        }

        return line.ToString().TrimEnd('\r');
    }
}
