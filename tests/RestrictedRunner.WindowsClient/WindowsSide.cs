using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace RestrictedRunner.WindowsClient;

/// <summary>The docker.exe: sends its call and its standard input, and says what comes back.</summary>
internal static class WindowsSide
{
    public static async Task<int> RunAsync(IReadOnlyList<string> words)
    {
        var port = int.Parse(Environment.GetEnvironmentVariable(Program.PortVariable)!, CultureInfo.InvariantCulture);
        using var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var stream = socket.GetStream();
        var writer = new FrameWriter(stream);
        var call = new Call(Environment.GetEnvironmentVariable(Program.TokenVariable)!, words, NamedBy(words), Environment.CurrentDirectory);
        writer.Write(new(FrameKind.Call, JsonSerializer.SerializeToUtf8Bytes(call)));

        // Not awaited: whoever holds it open does not keep a client from its end.
        _ = Task.Run(() => SendInputAsync(writer));

        using var output = Console.OpenStandardOutput();
        using var error = Console.OpenStandardError();
        while (await Frame.ReadAsync(stream) is { } frame)
        {
            switch (frame.Kind)
            {
                case FrameKind.StandardOutput:
                    await output.WriteAsync(frame.Content);
                    break;
                case FrameKind.StandardError:
                    await error.WriteAsync(frame.Content);
                    break;
                default:
                    return BinaryPrimitives.ReadInt32LittleEndian(frame.Content.Span);
            }
        }

        throw new InvalidOperationException("The Linux side has ended the connection.");
    }

    // Of "--env NAME" the client takes the value from its own environment.
    private static Dictionary<string, string> NamedBy(IReadOnlyList<string> words)
    {
        var named = new Dictionary<string, string>();
        for (var i = 1; i < words.Count; i++)
        {
            if (words[i - 1] is "--env" or "-e" && Environment.GetEnvironmentVariable(words[i]) is { } value)
            {
                named[words[i]] = value;
            }
        }

        return named;
    }

    private static async Task SendInputAsync(FrameWriter writer)
    {
        try
        {
            using var input = Console.OpenStandardInput();
            await Frame.SendAllAsync(FrameKind.StandardInput, input, writer);
        }
        catch (IOException)
        {
            // The real client has ended and reads no more.
        }
    }
}
