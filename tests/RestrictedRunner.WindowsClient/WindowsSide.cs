using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RestrictedRunner.WindowsClient;

/// <summary>The docker.exe: sends its call and its standard input, and says what comes back.</summary>
internal static class WindowsSide
{
    public static int Run(IReadOnlyList<string> words)
    {
        var port = int.Parse(Environment.GetEnvironmentVariable(Program.PortVariable)!, CultureInfo.InvariantCulture);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        using var connection = new Connection(socket);
        connection.Write(new Call(Environment.GetEnvironmentVariable(Program.TokenVariable)!, Environment.CurrentDirectory, words, NamedBy(words)));

        // Nobody waits for it: whoever holds standard input open does not keep a client from its end.
        new Thread(() => connection.SendAll(FrameKind.StandardInput, Console.OpenStandardInput())) { IsBackground = true }.Start();

        using var output = Console.OpenStandardOutput();
        using var error = Console.OpenStandardError();
        while (connection.ReadFrame() is var (kind, content))
        {
            switch (kind)
            {
                case FrameKind.StandardOutput:
                    output.Write(content);
                    break;
                case FrameKind.StandardError:
                    error.Write(content);
                    break;
                default:
                    return BinaryPrimitives.ReadInt32LittleEndian(content);
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
}
