using CliWrap;

namespace RestrictedRunner.EngineTests;

/// <summary>
/// A second docker daemon that may be killed, in namespaces of its own: the first keeps its bridge, and no process and no
/// mount outlives it. Needs root.
/// </summary>
internal sealed class OtherDocker : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly CancellationTokenSource _kill = new();
    private readonly Task _daemon;

    private OtherDocker(Func<TempFolder, string> prepare, string[] options) =>
        _daemon = Cli.Wrap("unshare")
            .WithArguments(["--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", $"{prepare(_folder)} exec \"$@\"", "sh", "dockerd", "--host", Host, "--data-root", _folder["data"], "--exec-root", _folder["exec"], "--pidfile", _folder["pid"], "--bridge=none", "--iptables=false", .. options])
            .WithStandardErrorPipe(PipeTarget.ToFile(_folder["log"]))
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(_kill.Token);

    private string Host => $"unix://{_folder["socket"]}";

    /// <summary>Starts a daemon that has busybox.</summary>
    public static Task<OtherDocker> StartAsync(params string[] options) => StartAsync(_ => "", options);

    /// <summary>Starts one whose disk has room for busybox and little more.</summary>
    public static Task<OtherDocker> StartOnSmallDiskAsync() =>
        StartAsync(folder => $"mkdir '{folder["data"]}'; mount -t tmpfs -o size=24m none '{folder["data"]}' &&", "--storage-driver", "vfs");

    /// <summary>Starts one that has other files than this machine: in a folder of the machine's it sees nothing.</summary>
    public static Task<OtherDocker> StartWithoutAsync(string folder) => StartAsync(_ => $"mount -t tmpfs none '{folder}' &&");

    private static async Task<OtherDocker> StartAsync(Func<TempFolder, string> prepare, params string[] options)
    {
        var docker = new OtherDocker(prepare, options);

        await Until.ServesAsync(
            docker._daemon,
            () => File.ReadAllTextAsync(docker._folder["log"]),
            async () => (await TestSupport.Client.CallAsync("docker", "--host", docker.Host, "version")).ExitCode == 0);

        await TestSupport.Client.OutputAsync("docker", "save", "--output", docker._folder["busybox.tar"], TestImages.Busybox);
        await docker.CallAsync("load", "--quiet", "--input", docker._folder["busybox.tar"]);
        return docker;
    }

    /// <summary>A client of this daemon.</summary>
    public ClientScript Client() => new(Engines.Docker, $"export DOCKER_HOST={Host}");

    /// <summary>A call of the client.</summary>
    public Task<string> CallAsync(params string[] arguments) => TestSupport.Client.OutputAsync("docker", ["--host", Host, .. arguments]);

    /// <summary>Kills the daemon and its containers.</summary>
    public async Task KillAsync()
    {
        await _kill.CancelAsync();
        await _daemon.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _kill.Dispose();
        _folder.Dispose();
    }
}
