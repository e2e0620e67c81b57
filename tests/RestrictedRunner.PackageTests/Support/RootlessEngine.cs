using System.Globalization;
using CliWrap;
using CliWrap.Buffered;

namespace RestrictedRunner.PackageTests;

/// <summary>An engine of an ordinary user's own, with busybox; it ends with its test. Its containers need no network.</summary>
internal sealed class RootlessEngine : IAsyncDisposable
{
    private readonly CancellationTokenSource _kill = new();
    private readonly OrdinaryUser _user;
    private readonly string _pidFile;
    private Task<BufferedCommandResult> _server = Task.FromResult<BufferedCommandResult>(null!);

    private RootlessEngine(OrdinaryUser user, string pidFile) => (_user, _pidFile) = (user, pidFile);

    /// <summary>Podman, which has no server.</summary>
    public static async Task<RootlessEngine> PodmanAsync(OrdinaryUser user)
    {
        // What build/engine.sh found out about podman on this machine.
        var settings = Path.Combine(Repository.Root, "artifacts", "containers.conf");
        if (File.Exists(settings))
        {
            await user.WriteAsync("containers.conf", PipeSource.FromFile(settings));
            user.Set("CONTAINERS_CONF", $"{user.Folder}/containers.conf");
        }

        // The process that keeps the user's containers together.
        var engine = new RootlessEngine(user, $"{user.Folder}/run/libpod/tmp/pause.pid");
        await LoadAsync(user, "podman");
        return engine;
    }

    /// <summary>A dockerd that the user has started.</summary>
    public static async Task<RootlessEngine> DockerAsync(OrdinaryUser user)
    {
        var engine = new RootlessEngine(user, $"{user.Folder}/run/docker.pid");
        await engine.StartDockerAsync();
        return engine;
    }

    /// <summary>The socket of the user's dockerd.</summary>
    public static string Socket(OrdinaryUser user) => $"unix://{user.Folder}/run/docker.sock";

    public async ValueTask DisposeAsync()
    {
        var id = int.Parse(await _user.OutputAsync("cat", _pidFile), CultureInfo.InvariantCulture);
        await _user.OutputAsync("kill", id.ToString(CultureInfo.InvariantCulture));
        _kill.CancelAfter(TimeSpan.FromSeconds(20));
        await ((Task)_server).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.False(_server.IsCanceled, "dockerd did not end");
        _kill.Dispose();
    }

    // What dockerd-rootless.sh does, with nothing that asks for devices which only root may open on some machines.
    private async Task StartDockerAsync()
    {
        const string Dockerd =
            """
            rm -f /run/docker /run/containerd /run/xtables.lock
            exec dockerd --host "$1" --pidfile "$XDG_RUNTIME_DIR/docker.pid" --exec-root "$XDG_RUNTIME_DIR/docker" --data-root "$HOME/docker" \
                --storage-driver vfs --bridge none --iptables=false --ip6tables=false
            """;
        _server = _user.Command(["rootlesskit", "--net=host", "--copy-up=/etc", "--copy-up=/run", "--propagation=rslave", "sh", "-c", Dockerd, "sh", Socket(_user)])
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(_kill.Token);

        var version = _user.Command(["docker", "--host", Socket(_user), "version"]).WithValidation(CommandResultValidation.None);
        await Until.ServesAsync(
            _server,
            async () => (await _server).StandardError,
            async () => (await version.ExecuteBufferedAsync()).IsSuccess);

        await LoadAsync(_user, "docker", "--host", Socket(_user));
    }

    private static async Task LoadAsync(OrdinaryUser user, params string[] client) =>
        await (Cli.Wrap("docker").WithArguments(["save", "busybox:latest"]) | user.Command([.. client, "load", "--quiet"])).ExecuteBufferedAsync();
}
