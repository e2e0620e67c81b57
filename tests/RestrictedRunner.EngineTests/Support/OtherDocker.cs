using CliWrap;

namespace RestrictedRunner.EngineTests;

/// <summary>
/// A second docker daemon, in a network namespace of its own so that the first keeps its bridge. It may be killed, and
/// started anew on the same data. Needs root.
/// </summary>
internal sealed class OtherDocker : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string[] _options;
    private readonly CancellationTokenSource _end = new();
    private readonly List<CancellationTokenSource> _kills = [];
    private Task _daemon = Task.CompletedTask;

    private OtherDocker(string[] options) => _options = options;

    private string Host => $"unix://{_folder["socket"]}";

    /// <summary>A client of this daemon.</summary>
    public ClientScript Client() => new(Engines.Docker, $"export DOCKER_HOST={Host}");

    /// <summary>Starts a daemon that has busybox.</summary>
    public static async Task<OtherDocker> StartAsync(params string[] options)
    {
        var docker = new OtherDocker(options);
        await docker.StartAsync();
        await EngineTests.Client.OutputAsync("docker", "save", "--output", docker._folder["busybox.tar"], Images.Busybox);
        await docker.CallAsync("load", "--quiet", "--input", docker._folder["busybox.tar"]);
        return docker;
    }

    /// <summary>A call of the client.</summary>
    public Task<string> CallAsync(params string[] arguments) => EngineTests.Client.OutputAsync("docker", ["--host", Host, .. arguments]);

    /// <summary>Starts the daemon, again after a <see cref="KillAsync"/>.</summary>
    public async Task StartAsync()
    {
        File.Delete(_folder["pid"]);
        _kills.Add(new());
        _daemon = Cli.Wrap("unshare")
            .WithArguments(["--net", "dockerd", "--host", Host, "--data-root", _folder["data"], "--exec-root", _folder["exec"], "--pidfile", _folder["pid"], "--bridge=none", "--iptables=false", .. _options])
            .WithStandardErrorPipe(PipeTarget.ToFile(_folder["log"]))
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(_kills[^1].Token, _end.Token);

        // There is no event to wait for: the daemon does not say when it listens.
        while ((await EngineTests.Client.CallAsync("docker", "--host", Host, "version")).ExitCode != 0)
        {
            Assert.False(_daemon.IsCompleted, await File.ReadAllTextAsync(_folder["log"]));
            await Task.Delay(50);
        }
    }

    /// <summary>Kills the daemon; its containers run on until it is started again.</summary>
    public async Task KillAsync()
    {
        await _kills[^1].CancelAsync();
        await _daemon.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _daemon.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _kills.ForEach(kill => kill.Dispose());
        _end.Dispose();
        _folder.Dispose();
    }
}
