using CliWrap;
using CliWrap.Buffered;

namespace RestrictedRunner.PackageTests;

/// <summary>
/// A network of a CI job with its services, each a container: docker-in-docker as <c>docker</c>, which has busybox, and nginx as
/// an HTTP cache as <c>cache</c>.
/// </summary>
internal sealed class CiServices : IAsyncDisposable
{
    /// <summary>For <c>DOCKER_HOST</c> in the job.</summary>
    public const string DockerHost = "tcp://docker:2375";

    /// <summary>For <c>DockerExecCacheUrl</c> in the job.</summary>
    public const string CacheUrl = "http://cache:8080";

    private readonly string _id = Guid.NewGuid().ToString("N")[..12];

    private CiServices()
    {
    }

    /// <summary>Name of the network.</summary>
    public string Network => $"ci-{_id}";

    private string Docker => $"ci-docker-{_id}";

    private string Cache => $"ci-cache-{_id}";

    public static async Task<CiServices> StartAsync()
    {
        var services = new CiServices();
        await Client.OutputAsync(Engines.Docker, "network", "create", services.Network);
        await Task.WhenAll(services.StartDockerAsync(), services.StartCacheAsync());
        return services;
    }

    /// <summary>Calls the client of the engine that is the service.</summary>
    public Task<string> OnDockerAsync(params string[] arguments) => Client.OutputAsync(Engines.Docker, ["exec", Docker, "docker", .. arguments]);

    /// <summary>The requests that the cache has answered, as <c>200 GET /cas/…</c>.</summary>
    public async Task<IReadOnlyList<string>> CacheRequestsAsync() => (await Client.OutputAsync(Engines.Docker, "exec", Cache, "cat", "/tmp/requests")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public async ValueTask DisposeAsync()
    {
        await Client.CallAsync(Engines.Docker, "rm", "--force", "--volumes", Docker, Cache);
        await Client.OutputAsync(Engines.Docker, "network", "rm", Network);
    }

    // CI services give it all capabilities ("privileged"), of which it needs these.
    private async Task StartDockerAsync()
    {
        await CiMachine.StartAsync(
            Docker,
            [
                "--network", Network, "--network-alias", "docker", "--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN", "--cap-add", "SYS_PTRACE",
                "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined", "--security-opt", "systempaths=unconfined",
                "--device-cgroup-rule", "a *:* rwm", "--volume", "/var/lib/docker", "--volume", "/sys/fs/cgroup:/sys/fs/cgroup",
            ],
            ["sh", "-c", "mount -o remount,rw /sys; exec dockerd --tls=false --host tcp://0.0.0.0:2375 --host unix:///run/docker.sock"]);
        await Until.IsSoAsync(TimeSpan.FromMinutes(1), async () => (await Client.CallAsync(Engines.Docker, "exec", Docker, "docker", "version")).IsSuccess);
        await (Cli.Wrap(Engines.Docker).WithArguments(["save", TestImages.Busybox]) | Cli.Wrap(Engines.Docker).WithArguments(["exec", "--interactive", Docker, "docker", "load"])).ExecuteBufferedAsync();
    }

    private async Task StartCacheAsync()
    {
        const string Settings = """
            daemon off; master_process off; pid /tmp/pid; error_log stderr; user root;
            events { }
            http {
              log_format request '$status $request_method $request_uri';
              access_log /tmp/requests request;
              root /tmp/store; client_max_body_size 0; client_body_temp_path /tmp/body;
              proxy_temp_path /tmp/1; fastcgi_temp_path /tmp/2; uwsgi_temp_path /tmp/3; scgi_temp_path /tmp/4;
              server {
                listen 8080;
                location ~ "^/(ac|cas)/[0-9a-f]{64}$" { dav_methods PUT; create_full_put_path on; }
                location / { return 404; }
              }
            }
            """;
        await CiMachine.StartAsync(
            Cache,
            ["--network", Network, "--network-alias", "cache", "--env", $"SETTINGS={Settings}"],
            ["sh", "-c", "mkdir /tmp/store; echo \"$SETTINGS\" >/tmp/settings; exec nginx -e stderr -c /tmp/settings"]);
    }
}
