using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;

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
        new Thread(() => Accept(listener, paths, token)) { IsBackground = true }.Start();
        started.WaitForExit();
        return started.ExitCode;
    }

    private static void Accept(Socket listener, HostPaths paths, string token)
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(listener.Accept(), paths, token);
            }
        }
        catch (SocketException)
        {
            // The program has ended.
        }
    }

    private static async Task AnswerAsync(Socket socket, HostPaths paths, string token)
    {
        try
        {
            using (socket)
            {
                socket.NoDelay = true;
                await using var stream = new NetworkStream(socket);
                if (await Frame.ReadAsync(stream) is { Kind: FrameKind.Call } frame
                    && JsonSerializer.Deserialize<Call>(frame.Content.Span) is { } call && call.Token == token)
                {
                    await RunClientAsync(stream, call, paths);
                }
            }
        }
        catch (IOException)
        {
            // Its docker.exe was killed, and the client is.
        }
        catch (Exception e)
        {
            // It shows in the test that gets no answer; here is why.
            await Console.Error.WriteLineAsync(e.ToString());
            throw;
        }
    }

    private static async Task RunClientAsync(Stream stream, Call call, HostPaths paths)
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
        var writer = new FrameWriter(stream);
        await Task.WhenAll(HandOnInputAsync(stream, client), HandOnOutputAsync(client, writer));
    }

    private static async Task HandOnOutputAsync(Process client, FrameWriter writer)
    {
        try
        {
            await Task.WhenAll(
                Frame.SendAllAsync(FrameKind.StandardOutput, client.StandardOutput.BaseStream, writer),
                Frame.SendAllAsync(FrameKind.StandardError, client.StandardError.BaseStream, writer),
                client.WaitForExitAsync());
            var code = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(code, client.ExitCode);
            writer.Write(new(FrameKind.ExitCode, code));
        }
        catch (IOException)
        {
            // Nobody reads it any more.
            client.Kill();
        }
    }

    // Also hears of the end of docker.exe. A client that runs then is killed, as docker.exe was.
    private static async Task HandOnInputAsync(Stream stream, Process client)
    {
        try
        {
            while (await Frame.ReadAsync(stream) is { } frame)
            {
                await HandOnAsync(frame, client.StandardInput.BaseStream);
            }
        }
        catch (IOException)
        {
            // As at the end of the stream.
        }

        client.Kill();
    }

    private static async Task HandOnAsync(Frame frame, Stream input)
    {
        try
        {
            if (frame.Content.Length == 0)
            {
                input.Close();
            }
            else
            {
                await input.WriteAsync(frame.Content);
                await input.FlushAsync();
            }
        }
        catch (IOException)
        {
            // The client reads no more.
        }
    }
}
