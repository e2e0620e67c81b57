using System.Security.Cryptography;

namespace RestrictedRunner.PackageTests;

/// <summary>A real Bazel, a real recc and our package use one cache side by side; each has its own results from it, and no other's.</summary>
[Trait("Tier", "Long")]
public class BesideBazelTests
{
    private const string Api20To212 = "\x0a\x07\x0a\x01\x01\x12\x02\x08\x01\x22\x02\x08\x02\x2a\x04\x08\x02\x10\x0c";

    [RemoteFact]
    public async Task On_nginx()
    {
        await using var cache = await NginxCache.StartAsync(new() { PathPrefix = "/team" });
        using var bazel = new Bazel();
        await using var image = new BuiltImage(Engines.Docker);

        // Both at once, then both again, on machines that have built nothing.
        var ours = RunsAsync(image.Name, cache.Address);
        Assert.Equal((5, 0), await bazel.BuildAsync(cache.Address));
        Assert.Equal(2, await ours);
        Assert.Equal((0, 5), await bazel.BuildAsync(cache.Address));
        Assert.Equal(0, await RunsAsync(image.Name, cache.Address));

        foreach (var blob in Directory.GetFiles(Path.Combine(cache.Store, "team", "cas")))
        {
            Assert.Equal(Path.GetFileName(blob), Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(blob, TestContext.Current.CancellationToken))));
        }
    }

    // This Bazel asks for a version of the protocol that the server has no more, and works with a server that says it has it.
    [RemoteFact]
    public async Task On_a_server_of_the_Remote_Execution_API()
    {
        await using var server = await CasServer.StartAsync();
        await using var said = await NginxCache.StartAsync(new() { MoreDirectives = "location = /capabilities { default_type application/grpc; }" });
        await File.WriteAllTextAsync(Path.Combine(said.Store, "capabilities"), $"\0\0\0\0{(char)Api20To212.Length}{Api20To212}", TestContext.Current.CancellationToken);
        await using var forBazel = await NginxCache.StartAsync(new()
        {
            Grpc = server.Port,
            MoreDirectives = $$"""
                location = /build.bazel.remote.execution.v2.Capabilities/GetCapabilities {
                  proxy_method GET; proxy_pass_request_body off; proxy_set_header Content-Length "";
                  proxy_pass http://127.0.0.1:{{said.Port}}/capabilities; add_trailer grpc-status 0 always;
                }
                """,
        });
        using var bazel = new Bazel();
        using var recc = new Recc();
        await using var image = new BuiltImage(Engines.Docker);

        var ours = RunsAsync(image.Name, server.Address);
        Assert.False(await recc.CompileAsync(server.HttpAddress));
        Assert.Equal((5, 0), await bazel.BuildAsync(forBazel.Address));
        Assert.Equal(2, await ours);

        Assert.Equal((0, 5), await bazel.BuildAsync(forBazel.Address));
        Assert.True(await recc.CompileAsync(server.HttpAddress));
        Assert.Equal(0, await RunsAsync(image.Name, server.Address));
    }

    // Builds two steps on a machine that has built nothing, and says how many ran.
    private static async Task<int> RunsAsync(string image, string cache)
    {
        var project = TestProject.WithItems($"""
                <DockerImage Include="{image}" Dockerfile="tools/Dockerfile" />
                <DockerExecStep Include="Sort" Image="{image}" Command="sort names.txt &gt; sorted.txt" Inputs="names.txt" Outputs="sorted.txt" Hermetic="true" />
                <DockerExecStep Include="Folder" Image="{image}" Command="mkdir words/deep; cp sorted.txt words/deep/copy.txt" Inputs="sorted.txt" Outputs="words/" Hermetic="true" />
            """);
        project.Write("names.txt", "Grace\nAda\n");
        StaticImage.Write(project, image, "sort", "cp", "mkdir");
        var build = (await project.BuildAsync(new BuildSetting
        {
            Arguments = [$"-p:DockerExecCacheUrl={cache}", "-p:DockerExecCachePush=true"],
            Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = project["cache"] },
        })).SucceededWithoutWarnings();
        Assert.Equal("Ada\nGrace\n", await File.ReadAllTextAsync(project["words/deep/copy.txt"]));
        return build.Runs;
    }
}
