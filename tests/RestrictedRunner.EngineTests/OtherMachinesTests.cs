using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CliWrap;
using CliWrap.Buffered;

namespace RestrictedRunner.EngineTests;

/// <summary>That the servers and the engine of other machines are what the tests that use them take them for.</summary>
public class OtherMachinesTests
{
    [RemoteTheory]
    [InlineData("tcp")]
    [InlineData("ssh")]
    [InlineData("unix")]
    [InlineData("context")]
    [InlineData("ssh context")]
    public async Task The_engine_is_reached_in_each_way(string way)
    {
        Dictionary<string, string?> variables = new() { ["DOCKER_CONFIG"] = RemoteEngine.DockerConfig, ["PATH"] = RemoteEngine.SearchPath };
        var (name, value) = way switch
        {
            "tcp" => ("DOCKER_HOST", RemoteEngine.Tcp),
            "ssh" => ("DOCKER_HOST", RemoteEngine.Ssh),
            "unix" => ("DOCKER_HOST", RemoteEngine.Socket),
            "context" => ("DOCKER_CONTEXT", RemoteEngine.Context),
            _ => ("DOCKER_CONTEXT", RemoteEngine.SshContext),
        };
        variables[name] = value;

        var info = await Cli.Wrap("docker").WithArguments(["info", "--format", "{{.Name}}"]).WithEnvironmentVariables(variables).ExecuteBufferedAsync();

        Assert.Equal(RemoteEngine.HostName, info.StandardOutput.Trim());
    }

    [RemoteFact]
    public async Task The_engine_runs_containers_and_does_not_see_this_machines_files()
    {
        using var folder = new TempFolder();
        foreach (var path in new[] { folder.Path, $"{Repository.Root}README.md" })
        {
            var refused = await Client.CallAsync(RemoteEngine.TcpClient, "run", "--rm", "--mount", $"type=bind,source={path},target=/x", TestImages.Busybox, "true");

            Assert.Contains($"bind source path does not exist: {path}", refused.StandardError, StringComparison.Ordinal);
        }

        Assert.Equal("there", await Client.OutputAsync(RemoteEngine.TcpClient, "run", "--rm", "--network", "none", TestImages.Busybox, "echo", "there"));
    }

    [RemoteFact]
    [Trait("Tier", "Newer")]
    public async Task Newer_engines_do_not_see_them_either()
    {
        foreach (var client in RemoteEngine.NewerClients)
        {
            Assert.Equal("there", await Client.OutputAsync(client, "run", "--rm", "--network", "none", TestImages.Busybox, "echo", "there"));
            var refused = await Client.CallAsync(client, "run", "--rm", "--mount", $"type=bind,source={Repository.Root}README.md,target=/x", TestImages.Busybox, "true");

            Assert.Contains(Repository.Root, refused.StandardError, StringComparison.Ordinal);
        }
    }

    [RemoteFact]
    public async Task The_cas_server_keeps_files_over_its_end_and_runs_actions_in_an_image()
    {
        await using var registry = await Registry.StartAsync();
        var digest = await registry.PublishAsync(Engines.Docker, "tool:1");
        await using var server = await CasServer.StartAsync(new() { Executes = true });
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["up"]);
        folder.Write("up/in", "hello\n");

        await Client.OutputAsync(OtherMachines.Program("casupload"), $"--remote={server.HttpAddress}", $"--output-digest-file={folder["digest"]}", folder["up"]);
        await server.KillAsync();
        await server.StartAgainAsync();
        await Client.OutputAsync(OtherMachines.Program("casdownload"), $"--remote={server.HttpAddress}", $"--root-digest={await File.ReadAllTextAsync(folder["digest"])}", $"--destination-dir={folder["down"]}");
        Assert.Equal("hello\n", await File.ReadAllTextAsync(folder["down/in"]));

        var run = await Client.CallAsync(
            OtherMachines.Program("trexe"), $"--remote={server.HttpAddress}", "--wait", $"--d={folder["out"]}", $"--input-path={folder["up/in"]}:in", "--output-path=copy",
            $"--platform-properties=container-image=docker://{registry.Address}/tool:1", "/bin/sh", "-c", "cat in >copy; ls /added; exit 3");
        Assert.True(run.ExitCode == 3, $"{run.ExitCode} {digest}\n{run.StandardError}\n{server.Log}");
        Assert.Equal("hello\n", await File.ReadAllTextAsync(folder["out/copy"]));
        await server.EndAsync();
    }

    [RemoteTheory]
    [InlineData(nameof(NginxAccess.Open), 201, 200, 201, 200)]
    [InlineData(nameof(NginxAccess.ReadOnly), 403, 404, 403, 404)]
    [InlineData(nameof(NginxAccess.PasswordToWrite), 401, 404, 201, 200)]
    [InlineData(nameof(NginxAccess.Password), 401, 401, 201, 200)]
    public async Task The_http_cache_lets_in_whom_it_should(string access, int putOfAnybody, int getOfAnybody, int putWithPassword, int getWithPassword)
    {
        await using var cache = await NginxCache.StartAsync(new() { Access = Enum.Parse<NginxAccess>(access), SizeLimit = "1k", PathPrefix = "/team/a" });
        using var client = new HttpClient();
        Assert.Equal((putOfAnybody, getOfAnybody), await PutAndGetAsync(client, cache.Address, "of anybody"));

        client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("ci:correct-horse"u8));
        Assert.Equal((putWithPassword, getWithPassword), await PutAndGetAsync(client, cache.Address, "with password"));
        if (access == nameof(NginxAccess.Open))
            Assert.Equal((413, 404), await PutAndGetAsync(client, cache.Address, new('x', 2000)));

        Assert.StartsWith($"{putOfAnybody} PUT /team/a/cas/", cache.Requests[0], StringComparison.Ordinal);
    }

    [RemoteFact]
    public async Task The_http_cache_speaks_tls_and_wants_a_certificate()
    {
        using var certificates = new Certificates();
        await using var cache = await NginxCache.StartAsync(new() { Tls = certificates, WantsClientCertificate = true });
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(certificates.Authority));
        handler.SslOptions.ClientCertificates = [X509CertificateLoader.LoadPkcs12FromFile(certificates.ClientPkcs12, null)];
        using var client = new HttpClient(handler);
        using var stranger = new HttpClient();

        Assert.Equal((201, 200), await PutAndGetAsync(client, cache.Address, "text"));
        var untrusted = await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync(new Uri(cache.Address), TestContext.Current.CancellationToken));
        Assert.IsType<System.Security.Authentication.AuthenticationException>(untrusted.InnerException);
    }

    [RemoteFact]
    public async Task The_cas_server_may_be_behind_nginx_that_wants_a_token()
    {
        await using var server = await CasServer.StartAsync();
        using var certificates = new Certificates();
        await using var front = await NginxCache.StartAsync(new() { Tls = certificates, Grpc = server.Port, Access = NginxAccess.Token });
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["up"]);
        folder.Write("token", NginxCache.Token);
        string[] words = [$"--remote=https://localhost:{front.Port}", $"--server-cert={certificates.Authority}", "--retry-limit=0", folder["up"]];

        Assert.NotEqual(0, (await Client.CallAsync(OtherMachines.Program("casupload"), words)).ExitCode);
        await Client.OutputAsync(OtherMachines.Program("casupload"), [$"--access-token={folder["token"]}", .. words]);
        Assert.Contains(front.Requests, request => request.StartsWith("200 POST /build.bazel.remote.execution.v2.", StringComparison.Ordinal));
    }

    private static async Task<(int Put, int Get)> PutAndGetAsync(HttpClient client, string cache, string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        var place = new Uri($"{cache}/cas/{Convert.ToHexStringLower(SHA256.HashData(bytes))}");
        using var content = new ByteArrayContent(bytes);
        using var put = await client.PutAsync(place, content);
        using var get = await client.GetAsync(place);
        return ((int)put.StatusCode, (int)get.StatusCode);
    }
}
