using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace RestrictedRunner.WindowsClient;

/// <summary>Runs a program that starts Wine, and meanwhile the real client for each docker.exe of it. Listens on loopback only.</summary>
internal static class LinuxSide
{
    /// <summary>Runs the program to its end.</summary>
    /// <returns>Its exit code.</returns>
    public static int Run(HostPaths paths, string program, IReadOnlyList<string> words)
    {
        var token = RandomNumberGenerator.GetHexString(32);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();

        // The kernel ends the program when this process is gone; it counts as gone with the thread that starts the program.
        var start = new ProcessStartInfo("setpriv", ["--pdeathsig", "TERM", program, .. words]);
        start.Environment[Program.PortVariable] = ((IPEndPoint)listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
        start.Environment[Program.TokenVariable] = token;
        using var started = Process.Start(start)!;
        StartThread(() => Accept(listener, paths, token));
        started.WaitForExit();
        return started.ExitCode;
    }

    private static void Accept(Socket listener, HostPaths paths, string token)
    {
        try
        {
            while (true)
            {
                var socket = listener.Accept();
                StartThread(() => Answer(socket, paths, token));
            }
        }
        catch (SocketException)
        {
            // The program has ended.
        }
    }

    private static void Answer(Socket socket, HostPaths paths, string token)
    {
        using var connection = new Connection(socket);
        var call = connection.ReadCall();
        if (call.Token == token)
        {
            RunClient(connection, call, paths);
        }
    }

    private static void RunClient(Connection connection, Call call, HostPaths paths)
    {
        var start = new ProcessStartInfo("docker", call.Words.Select((word, i) => paths.InWord(i == 0 ? "" : call.Words[i - 1], word)))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = paths.OnLinux(call.Folder),
        };
        foreach (var (name, value) in call.Environment)
        {
            start.Environment[name] = value;
        }

        using var client = Process.Start(start)!;
        Thread[] streams =
        [
            StartThread(() => connection.SendAll(FrameKind.StandardOutput, client.StandardOutput.BaseStream)),
            StartThread(() => connection.SendAll(FrameKind.StandardError, client.StandardError.BaseStream)),
        ];
        var input = StartThread(() => HandOnInput(connection, client));
        client.WaitForExit();
        Array.ForEach(streams, thread => thread.Join());
        var code = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(code, client.ExitCode);
        connection.TryWrite(FrameKind.ExitCode, code);

        // Until the other side has read all and closes.
        input.Join();
    }

    // Also hears of the end of docker.exe. A client that runs then is killed, as docker.exe was.
    private static void HandOnInput(Connection connection, Process client)
    {
        var input = client.StandardInput.BaseStream;
        while (connection.ReadFrame() is var (_, content))
        {
            try
            {
                if (content.Length == 0)
                {
                    input.Close();
                }
                else
                {
                    input.Write(content);
                    input.Flush();
                }
            }
            catch (IOException)
            {
                // The client reads no more.
            }
        }

        client.Kill();
    }

    private static Thread StartThread(Action run)
    {
        var thread = new Thread(() => run()) { IsBackground = true };
        thread.Start();
        return thread;
    }
}
