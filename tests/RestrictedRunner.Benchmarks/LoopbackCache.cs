using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CliWrap;

namespace RestrictedRunner.Benchmarks;

/// <summary>A real cache server on the loopback, in a process and a folder of its own.</summary>
internal sealed class LoopbackCache : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rr-bench-cache-").FullName;
    private readonly CancellationTokenSource _kill = new();
    private readonly int _port = FreePort();
    private readonly string _protocol;
    private readonly Task _process;

    private LoopbackCache(string protocol, Func<string, int, Command> command)
    {
        _protocol = protocol;
        _process = command(_folder, _port).WithValidation(CommandResultValidation.None).ExecuteAsync(_kill.Token);
    }

    /// <summary>As a project writes it.</summary>
    public string Address => $"{_protocol}://127.0.0.1:{_port}";

    /// <summary>nginx, as <c>docs/shared-cache.md</c> has it.</summary>
    public static Task<LoopbackCache> NginxAsync() => StartAsync(new("http", static (folder, port) =>
    {
        Directory.CreateDirectory(Path.Combine(folder, "store"));
        var settings = Path.Combine(folder, "settings");
        File.WriteAllText(
            settings,
            $$"""
            daemon off; master_process off; pid pid; error_log stderr; events { worker_connections 512; }
            http {
              access_log off; root {{folder}}/store; client_body_temp_path body; client_max_body_size 0;
              proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
              server {
                listen 127.0.0.1:{{port.ToString(CultureInfo.InvariantCulture)}};
                location ~ "^/(ac|cas)/[0-9a-f]{64}$" { dav_methods PUT; create_full_put_path on; }
              }
            }
            """);
        return Cli.Wrap("/usr/sbin/nginx").WithArguments(["-e", "stderr", "-p", folder, "-c", settings]);
    }));

    /// <summary>buildbox-casd, as <c>build/engine.sh --remote</c> brings it.</summary>
    /// <param name="programs">Full path of the folder with its programs.</param>
    /// <param name="places">How many actions it runs at once, with the programs of this machine; 0 for a cache alone.</param>
    public static Task<LoopbackCache> CasdAsync(string programs, int places = 0) => StartAsync(new("grpc", (folder, port) =>
    {
        string[] runner = places == 0 ? [] : ["--buildbox-run", Path.Combine(programs, "buildbox-run-hosttools"), "--jobs", places.ToString(CultureInfo.InvariantCulture)];
        return Cli.Wrap(Path.Combine(programs, "buildbox-casd"))
            .WithArguments(["--bind", $"127.0.0.1:{port}", .. runner, "--quota-high", "2G", "--reserved", "10M", "--log-level", "warning", Path.Combine(folder, "cas")])
            .WithEnvironmentVariables(variables => variables.Set("PATH", $"{programs}:/usr/bin:/bin"));
    }));

    public async ValueTask DisposeAsync()
    {
        await _kill.CancelAsync();
        await _process.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _kill.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<LoopbackCache> StartAsync(LoopbackCache cache)
    {
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, cache._port);
                return cache;
            }
            catch (SocketException) when (!cache._process.IsCompleted)
            {
                await Task.Delay(50);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
