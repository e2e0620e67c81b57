using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CliWrap;

namespace RestrictedRunner.TestSupport;

/// <summary>A process of a test that listens on the loopback.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly CancellationTokenSource _kill = new();
    private readonly Task _process;
    private readonly string _id;
    private readonly string _log;

    private Server(string program, IReadOnlyList<string> arguments, string log)
    {
        _log = log;
        // The programs of other machines find each other in PATH.
        var process = Cli.Wrap(program).WithArguments(arguments)
            .WithEnvironmentVariables(variables => variables.Set("PATH", $"{OtherMachines.Programs}:/usr/sbin:{Environment.GetEnvironmentVariable("PATH")}"))
            .WithStandardErrorPipe(PipeTarget.ToFile(log))
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(_kill.Token);
        _process = process.Task;
        _id = process.ProcessId.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Starts it and waits until it listens. Fails if it ends before, with what it said.</summary>
    /// <param name="program">Path of the program, which must not go on in a process of its own.</param>
    /// <param name="arguments">Its words.</param>
    /// <param name="port">Where it will listen.</param>
    /// <param name="log">File for its standard error.</param>
    public static async Task<Server> StartAsync(string program, IReadOnlyList<string> arguments, int port, string log)
    {
        var server = new Server(program, arguments, log);
        await Until.ServesAsync(server._process, () => File.ReadAllTextAsync(log), () => ListensAsync(port));
        return server;
    }

    /// <summary>What it said until now.</summary>
    public string Log => File.ReadAllText(_log);

    /// <summary>Sends it a signal: <c>STOP</c> makes it say nothing more until <c>CONT</c>.</summary>
    public Task SignalAsync(string name) => Client.OutputAsync("kill", $"-{name}", _id);

    /// <summary>Ends it as one ends a service, and waits for its end.</summary>
    public async Task EndAsync()
    {
        if (!_process.IsCompleted)
        {
            await SignalAsync("TERM");
            await _process;
        }
    }

    /// <summary>Ends it in the middle of whatever it does.</summary>
    public async Task KillAsync()
    {
        await _kill.CancelAsync();
        await _process.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _kill.Dispose();
    }

    private static async Task<bool> ListensAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
