using System.Globalization;

namespace RestrictedRunner.TestSupport;

/// <summary>A real server of the Remote Execution API: buildbox-casd, on the loopback, with a folder of its own.</summary>
internal sealed class CasServer : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly CasOptions _options;
    private Server _server = null!;

    private CasServer(CasOptions options) => _options = options;

    public int Port { get; } = Registry.FreePort();

    /// <summary>As users of our package write it: <c>grpc://127.0.0.1:port</c>.</summary>
    public string Address => $"grpc://127.0.0.1:{Port}";

    /// <summary>As buildbox's own clients want it: <c>http://127.0.0.1:port</c>.</summary>
    public string HttpAddress => $"http://127.0.0.1:{Port}";

    /// <summary>Where it keeps what it was given.</summary>
    public string Folder => _folder["cas"];

    /// <summary>What it said since it was last started.</summary>
    public string Log => _server.Log;

    public static async Task<CasServer> StartAsync(CasOptions? options = null)
    {
        var server = new CasServer(options ?? new());
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it with the same port and folder, after its end.</summary>
    public async Task StartAgainAsync()
    {
        string[] runner = _options.Executes
            ? ["--buildbox-run", OtherMachines.Program("buildbox-run-bubblewrap"), $"--runner-arg=--ra-remote={HttpAddress}", "--jobs", _options.Jobs.ToString(CultureInfo.InvariantCulture)]
            : [];
        Assert.True(File.Exists(OtherMachines.Program("buildbox-casd")), OtherMachines.Reason);
        _server = await Server.StartAsync(
            OtherMachines.Program("buildbox-casd"),
            ["--bind", $"127.0.0.1:{Port}", .. runner, "--quota-high", _options.Quota, "--reserved", "10M", "--log-level", "info", .. _options.MoreArguments, Folder],
            Port,
            _folder["log"]);
    }

    /// <inheritdoc cref="Server.SignalAsync"/>
    public Task SignalAsync(string name) => _server.SignalAsync(name);

    /// <summary>Ends it; what it was given is there when it starts again.</summary>
    public async Task EndAsync()
    {
        await _server.EndAsync();
        await UnmountAsync();
    }

    /// <summary>Ends it in the middle of whatever it does.</summary>
    public async Task KillAsync()
    {
        await _server.KillAsync();
        await UnmountAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    // A server that was killed leaves the trees of its actions mounted.
    private async Task UnmountAsync()
    {
        foreach (var mount in (await File.ReadAllLinesAsync("/proc/self/mounts")).Select(line => line.Split(' ')[1]).Where(path => path.StartsWith(_folder.Path, StringComparison.Ordinal)))
        {
            await Client.OutputAsync("umount", "--lazy", mount);
        }
    }
}
