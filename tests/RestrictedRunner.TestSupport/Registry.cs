using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using CliWrap;

namespace RestrictedRunner.TestSupport;

/// <summary>A real registry on the loopback, in a process and a folder of its own.</summary>
internal sealed class Registry : IAsyncDisposable
{
    private const string User = "tester";
    private const string Password = "correct horse";

    private readonly TempFolder _folder = new();
    private readonly CancellationTokenSource _kill = new();
    private readonly int _port = FreePort();
    private Task _process = Task.CompletedTask;

    private Registry()
    {
    }

    /// <summary>Where engines pull from: <c>127.0.0.1:port</c>.</summary>
    public string Address => $"127.0.0.1:{_port}";

    public int Port => _port;

    /// <summary>Starts a registry, one that wants a password if so wished.</summary>
    public static async Task<Registry> StartAsync(bool withPassword = false)
    {
        var registry = new Registry();
        var auth = "";
        if (withPassword)
        {
            registry._folder.Write("htpasswd", await Client.OutputAsync("htpasswd", "-Bbn", User, Password));
            auth = $"auth:\n  htpasswd:\n    realm: test\n    path: {registry._folder["htpasswd"]}";
        }

        var settings = registry._folder.Write("config.yml", $"""
            version: 0.1
            log:
              level: error
              accesslog:
                disabled: true
            storage:
              filesystem:
                rootdirectory: {registry._folder["storage"]}
            http:
              addr: {registry.Address}
            {auth}
            """);
        // Its log is read, because a Go program dies of writing to a pipe that nobody reads.
        registry._process = Cli.Wrap("docker-registry").WithArguments(["serve", settings])
            .WithStandardErrorPipe(PipeTarget.ToFile(registry._folder["log"]))
            .WithStandardOutputPipe(PipeTarget.ToFile(registry._folder["output"]))
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(registry._kill.Token);
        await Until.ServesAsync(registry._process, () => File.ReadAllTextAsync(registry._folder["log"]), registry.AnswersAsync);
        return registry;
    }

    /// <summary>Ends the registry's process; its port then refuses connections.</summary>
    public async Task StopAsync()
    {
        await _kill.CancelAsync();
        await _process.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>A client that takes this registry, and what else listens on the loopback, without TLS.</summary>
    public ClientScript ClientFor(string engine, string password = "", params IReadOnlyList<int> morePorts)
    {
        var settings = Directory.CreateDirectory(_folder[$"client-{Guid.NewGuid():N}"]).FullName;
        string[] addresses = [.. morePorts.Prepend(_port).SelectMany(port => new[] { $"127.0.0.1:{port}", $"localhost:{port}" })];
        File.WriteAllLines($"{settings}/registries.conf", addresses.Select(address => $"[[registry]]\nlocation = \"{address}\"\ninsecure = true\n"));

        var auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{password}"));
        var auths = password.Length == 0 ? [] : addresses.Select(address => $"\"{address}\": {{\"auth\": \"{auth}\"}}");
        File.WriteAllText($"{settings}/config.json", $"{{\"auths\": {{{string.Join(", ", auths)}}}}}");

        return new(engine, $"export DOCKER_CONFIG={settings} REGISTRY_AUTH_FILE={settings}/config.json CONTAINERS_REGISTRIES_CONF={settings}/registries.conf");
    }

    /// <summary>The client of one who has the password.</summary>
    public ClientScript ClientWithPassword(string engine) => ClientFor(engine, Password);

    /// <summary>
    /// Puts an image there that no engine has and that has to be transferred: the engine's busybox with <c>/added</c> as
    /// one more file.
    /// </summary>
    /// <returns>The digest by which the registry has it.</returns>
    public async Task<string> PublishAsync(string engine, string name, byte[]? file = null)
    {
        var (layer, settings) = (await BusyboxImage.OfAsync(engine)).WithFile(file ?? []);
        return await RegistryUpload.PutAsync(Address, $"{User}:{Password}", name, layer, settings);
    }

    /// <summary>
    /// Puts an image there as <see cref="PublishAsync"/> does, for several processors: its programs are this machine's, whatever
    /// the image says.
    /// </summary>
    /// <returns>The digests of the images, by their processors, and that of the index.</returns>
    public async Task<(IReadOnlyDictionary<string, string> Images, string Index)> PublishIndexAsync(string engine, string name, byte[] file, params string[] architectures)
    {
        var (layer, settings) = (await BusyboxImage.OfAsync(engine)).WithFile(file);
        return await RegistryUpload.PutIndexAsync(Address, $"{User}:{Password}", name, layer, architectures.ToDictionary(static architecture => architecture, For));

        byte[] For(string architecture)
        {
            var ofIt = JsonNode.Parse(settings)!.AsObject();
            ofIt["architecture"] = architecture;
            return Encoding.UTF8.GetBytes(ofIt.ToJsonString());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _kill.Dispose();
        _folder.Dispose();
    }

    /// <summary>A port that nothing listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> AnswersAsync()
    {
        using var client = new HttpClient();
        try
        {
            using var answer = await client.GetAsync(new Uri($"http://{Address}/v2/"));
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
