using System.Runtime.CompilerServices;
using Microsoft.Build.Framework;

namespace RestrictedRunner.PackageTests;

/// <summary>Results that come from another machine's cache, and go there: nginx here.</summary>
public class SharedCacheTests(SharedCacheTests.Team team) : IClassFixture<SharedCacheTests.Team>
{
    private static readonly string[] Steps = ["File", "Folder", "Finds", "Warns", "Hermetic"];

    [RemoteFact]
    public async Task What_one_checkout_has_built_no_other_builds_again_on_any_engine()
    {
        await using var nginx = await NginxCache.StartAsync();
        var text = Unique();
        var first = Checkout(text);

        // Nothing is stored unless the user says so.
        var ownCache = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = first["cache0"] };
        var reads = await first.BuildAsync(new BuildSetting { Arguments = [$"-p:DockerExecCacheUrl={nginx.Address}", "-p:DockerExecCachePush=ci"], Environment = ownCache });
        Assert.Equal(Steps.Length + 1, reads.Succeeded().Runs);
        Assert.DoesNotContain(nginx.Requests, request => request.Contains("PUT", StringComparison.Ordinal));
        Directory.Delete(first["cache0"], recursive: true);

        var pushes = await BuildAsync(Checkout(text), $"-p:DockerExecCacheUrl={nginx.Address}", "-p:DockerExecCachePush=ci", "-p:ContinuousIntegrationBuild=true");
        Assert.Equal(Steps.Length + 1, pushes.Build.Succeeded().Runs);

        foreach (var engine in new[] { "docker", "podman" })
        {
            // A CI job says it by its environment, and touches no project.
            var other = Checkout(text);
            var environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = other["cache"], ["DockerExecCacheUrl"] = nginx.Address, ["DockerExecEngine"] = engine, ["DockerExecCacheHeader"] = "CACHE_AUTH", ["CACHE_AUTH"] = "X-Key: hunter2hunter2" };
            var explained = (await other.BuildAsync(new BuildSetting { Arguments = ["-t:ExplainDockerExecSteps"], Environment = environment })).SucceededWithoutWarnings();
            Assert.Contains("File: would run because it has not run here before, unless the shared cache, which is not asked, has its result", explained.Texts);
            var restored = (await other.BuildAsync(new BuildSetting { Environment = environment })).Succeeded();

            // The step without outputs is run for what else it does.
            Assert.Equal(1, restored.Runs);
            Assert.Equal(Steps.Order(StringComparer.Ordinal).Select(step => $"{step}: from the shared cache"), restored.Texts.Where(said => said.EndsWith(": from the shared cache", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
            Assert.Contains("got []", restored.Texts);
            Assert.Equal(["X1"], restored.Warnings.Select(warning => warning.Code));
            Assert.Equal(Files(pushes.Project), Files(other));

            // What is up to date asks nobody; what is gone comes from this machine's cache.
            var asked = nginx.Requests.Count;
            Assert.Equal(0, (await other.BuildAsync(new BuildSetting { Environment = environment })).Succeeded().Runs);
            File.Delete(other["file.txt"]);
            Directory.Delete(other["made"], recursive: true);
            var again = (await other.BuildAsync(new BuildSetting { Environment = environment })).Succeeded();
            Assert.Equal((0, 2), (again.Runs, again.Texts.Count(said => said.EndsWith(": from the cache", StringComparison.Ordinal))));
            Assert.Equal(asked, nginx.Requests.Count);
            Assert.Equal(Files(pushes.Project), Files(other));
        }
    }

    // Such as a new server, or one that was dead when the steps ran.
    [RemoteFact]
    public async Task What_this_machine_has_goes_to_a_server_that_lacks_it()
    {
        await using var nginx = await NginxCache.StartAsync();
        var text = Unique();
        var project = Checkout(text);
        (await BuildAsync(project)).Build.Succeeded();

        for (var i = 0; i < 2; i++)
        {
            foreach (var file in new[] { "file.txt", "found.txt", "warned.txt", "hermetic.txt" })
            {
                File.Delete(project[file]);
            }

            Directory.Delete(project["made"], recursive: true);

            var pushes = (await BuildAsync(project, $"-p:DockerExecCacheUrl={nginx.Address}", "-p:DockerExecCachePush=true")).Build.Succeeded();
            Assert.Equal(Steps.Order(StringComparer.Ordinal).Select(step => $"{step}: from the cache"), pushes.Texts.Where(said => said.EndsWith(": from the cache", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
            if (i == 0)
            {
                var restored = await BuildAsync(Checkout(text), $"-p:DockerExecCacheUrl={nginx.Address}");
                Assert.Equal(Steps.Length, restored.Build.Succeeded().Texts.Count(said => said.EndsWith(": from the shared cache", StringComparison.Ordinal)));
            }
        }

        // The second time the server had them.
        var results = nginx.Requests.Where(request => request.Contains("PUT", StringComparison.Ordinal) && request.Contains("/ac/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(results);
        Assert.Equal(results.Distinct(), results);
    }

    // It has a result only if it has all that the result names: each folder of a tree too.
    [RemoteFact]
    public async Task A_server_of_the_Remote_Execution_API_does_the_same()
    {
        await using var casd = await CasServer.StartAsync();
        var text = Unique();
        var pushes = await BuildAsync(Checkout(text), $"-p:DockerExecCacheUrl={casd.Address}", "-p:DockerExecCachePush=true");
        Assert.Equal(Steps.Length + 1, pushes.Build.Succeeded().Runs);

        var restored = await BuildAsync(Checkout(text), $"-p:DockerExecCacheUrl={casd.Address}");

        Assert.Equal(Steps.Order(StringComparer.Ordinal).Select(step => $"{step}: from the shared cache"), restored.Build.Succeeded().Texts.Where(said => said.EndsWith(": from the shared cache", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(["X1"], restored.Build.Warnings.Select(warning => warning.Code));
        Assert.Equal(Files(pushes.Project), Files(restored.Project));

        // Halted, it answers nothing; then it is gone.
        await casd.SignalAsync("STOP");
        Assert.Equal("RRB5020", Assert.Single((await BuildAsync(Small(text), $"-p:DockerExecCacheUrl={casd.Address}")).Build.Succeeded().Warnings).Code);
        await casd.KillAsync();
        Assert.Equal("RRB5020", Assert.Single((await BuildAsync(Small(text), $"-p:DockerExecCacheUrl={casd.Address}")).Build.Succeeded().Warnings).Code);
    }

    // Neither into a message to casd, nor into what this nginx takes: there, others are stored all the same.
    [RemoteFact]
    public async Task An_output_of_five_megabytes_goes_where_it_is_taken()
    {
        await using var casd = await CasServer.StartAsync();
        await using var nginx = await NginxCache.StartAsync(new() { SizeLimit = "1m" });
        var text = Unique();
        (await BuildAsync(Large(text), $"-p:DockerExecCacheUrl={casd.Address}", "-p:DockerExecCachePush=true")).Build.SucceededWithoutWarnings();
        Assert.Equal(2, (await BuildAsync(Large(text), $"-p:DockerExecCacheUrl={casd.Address}")).Build.SucceededWithoutWarnings().Texts.Count(said => said.EndsWith(": from the shared cache", StringComparison.Ordinal)));

        var warning = Assert.Single((await BuildAsync(Large(text), $"-p:DockerExecCacheUrl={nginx.Address}", "-p:DockerExecCachePush=true")).Build.Succeeded().Warnings);
        Assert.Equal("RRB5021", warning.Code);
        Assert.Equal($"A new result is not stored in the shared cache '{nginx.Address}': it takes no blob of that size (413 Request Entity Too Large). Others are stored; that more of them are left out is not said again. Give the server a larger limit, or the step smaller outputs.", warning.Text);
        Assert.Equal(["Small: from the shared cache"], (await BuildAsync(Large(text), $"-p:DockerExecCacheUrl={nginx.Address}")).Build.SucceededWithoutWarnings().Texts.Where(said => said.EndsWith(": from the shared cache", StringComparison.Ordinal)));
    }

    [RemoteFact]
    public async Task A_cache_that_fails_is_told_once_and_asked_no_more()
    {
        await using var nginx = await NginxCache.StartAsync(new() { Access = NginxAccess.Password });
        var all = new TestProject(
            """
            <Project>
              <Target Name="Build">
                <MSBuild Projects="one.proj;two.proj;three.proj" BuildInParallel="true" />
              </Target>
            </Project>
            """,
            "all.proj");
        foreach (var name in new[] { "one", "two", "three" })
        {
            all.Write($"{name}.proj", $"""<Project><ItemGroup>{string.Concat(Enumerable.Range(1, 3).Select(i => $"<DockerExecStep Include=\"S{i}\" Image=\"{team.Image}\" Hermetic=\"true\" Command=\"echo {Unique()} &gt; {name}{i}.txt\" Outputs=\"{name}{i}.txt\" />"))}</ItemGroup><Target Name="Build" /><Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" /></Project>""");
        }

        var build = (await all.BuildAsync(new BuildSetting { InItsOwnProcess = true, Arguments = ["-m:3", $"-p:DockerExecCacheUrl={nginx.Address}", "-p:DockerExecCachePush=true"], Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = all["cache"] } })).Succeeded();

        var warning = Assert.Single(build.Warnings);
        Assert.Equal("RRB5020", warning.Code);
        Assert.StartsWith($"The shared cache '{nginx.Address}' is not used in the rest of this build: it does not know who asks (401 Unauthorized), and no credentials were sent. Steps run here, or have their results from this machine's cache. Put user and password in ~/.netrc,", warning.Text, StringComparison.Ordinal);
        Assert.InRange(nginx.Requests.Count, 1, 9);
        Assert.Empty(Directory.EnumerateFiles(all["cache/restricted-runner/v1/tmp"]));

        // It is none where warnings count as errors: a cache fails no build. .NET's SDK names errors of its own in each project.
        Directory.Delete(all["obj"], recursive: true);
        Directory.Delete(all["cache"], recursive: true);
        var strict = (await all.BuildAsync(new BuildSetting { Arguments = ["-warnaserror", "-p:MSBuildWarningsAsErrors=NU1605", $"-p:DockerExecCacheUrl={nginx.Address}"], Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = all["cache"] } })).Succeeded();
        Assert.Equal("RRB5020", Assert.Single(strict.Warnings).Code);
    }

    [RemoteFact]
    public async Task An_image_of_this_machine_alone_is_not_shared_unless_a_Dockerfile_tells_how_to_make_it()
    {
        await using var nginx = await NginxCache.StartAsync();
        await using var own = await DerivedImage.CreateAsync("docker", "LABEL rr.test=1");
        var text = Unique();
        var project = Project();
        var build = (await BuildAsync(project, $"-p:DockerExecCacheUrl={nginx.Address}", "-p:DockerExecCachePush=true")).Build.SucceededWithoutWarnings();

        Assert.Single(build.SaidByTask("DockerExec"), said => said.Importance == MessageImportance.Normal && said.Text.StartsWith($"Steps in image '{own.Name}' do not use the shared cache, because", StringComparison.Ordinal));
        var restored = (await BuildAsync(Project(), $"-p:DockerExecCacheUrl={nginx.Address}")).Build.SucceededWithoutWarnings();
        Assert.Equal(["Built: from the shared cache"], restored.Texts.Where(said => said.Contains("from the", StringComparison.Ordinal)));

        TestProject Project()
        {
            var made = TestProject.WithItems(
                $"""
                <DockerImage Include="tool" Dockerfile="tool/Dockerfile" />
                <DockerExecStep Include="Own" Image="{own.Name}" Command="echo {text} &gt; own.txt" Outputs="own.txt" />
                <DockerExecStep Include="Own2" Image="{own.Name}" Command="echo {text} &gt; own2.txt" Outputs="own2.txt" />
                <DockerExecStep Include="Built" Image="tool" Command="cat /tool &gt; built.txt" Outputs="built.txt" />
                """);
            made.Write("tool/Dockerfile", $"FROM {TestImages.Busybox}\nRUN echo {text} > /tool; date +%N >> /tool\n");
            return made;
        }
    }

    // Of each kind of server as the page describes it.
    [RemoteFact]
    public async Task The_nginx_of_the_page_lets_everybody_read_and_one_user_write()
    {
        var page = Page.At("docs/shared-cache.md").Text;
        var begin = page.IndexOf("# /etc/nginx/conf.d/build-cache.conf", StringComparison.Ordinal);
        var settings = page[begin..page.IndexOf("```", begin, StringComparison.Ordinal)];
        using var folder = new TempFolder();
        var port = Registry.FreePort();
        folder.Write("users", "ci:{PLAIN}secret\n");
        Directory.CreateDirectory(folder["store"]);
        folder.Write("site.conf", settings.Replace("8080", $"127.0.0.1:{port}", StringComparison.Ordinal).Replace("/var/cache/build", folder["store"], StringComparison.Ordinal).Replace("/etc/nginx/build-cache.users", folder["users"], StringComparison.Ordinal));
        folder.Write("nginx.conf", $"user root; daemon off; master_process off; pid pid; error_log stderr; events {{ }} http {{ access_log off; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s; include {folder["site.conf"]}; }}");
        await using var nginx = await Server.StartAsync("/usr/sbin/nginx", ["-e", "stderr", "-p", folder.Path, "-c", folder["nginx.conf"]], port, folder["log"]);
        var text = Unique();
        var netrc = folder.Write("netrc", "machine 127.0.0.1 login ci password secret\n");
        string[] address = [$"-p:DockerExecCacheUrl=http://127.0.0.1:{port}", "-p:DockerExecCachePush=true"];

        var stranger = (await BuildAsync(Small(text), address)).Build.Succeeded();
        var warning = Assert.Single(stranger.Warnings);
        Assert.Equal("RRB5021", warning.Code);
        Assert.StartsWith($"New results are not stored in the shared cache 'http://127.0.0.1:{port}' in the rest of this build: it does not know who asks (401 Unauthorized), and no credentials were sent.", warning.Text, StringComparison.Ordinal);

        var wrong = Small(text);
        folder.Write("netrc", "machine 127.0.0.1 login ci password Secret\n");
        var refused = (await wrong.BuildAsync(new BuildSetting { Arguments = address, Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = wrong["cache"], ["NETRC"] = netrc } })).Succeeded();
        Assert.Contains("it does not know who asks (401 Unauthorized), though user 'ci' of .netrc was sent.", Assert.Single(refused.Warnings).Text, StringComparison.Ordinal);

        folder.Write("netrc", "machine 127.0.0.1 login ci password secret\n");
        var writer = Small(text);
        (await writer.BuildAsync(new BuildSetting { Arguments = address, Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = writer["cache"], ["NETRC"] = netrc } })).SucceededWithoutWarnings();
        Assert.Contains("Small: from the shared cache", (await BuildAsync(Small(text), address)).Build.SucceededWithoutWarnings().Texts);
    }

    [RemoteFact]
    public async Task What_does_not_ask_loads_nothing_for_it()
    {
        await using var nginx = await NginxCache.StartAsync();
        string[] parts = ["System.Net.Http", "Grpc.Core.Api", "Grpc.Net.Client", "ZstdSharp"];
        var project = Small(Unique());

        // To restore packages, the SDK itself sends requests.
        (await project.BuildAsync()).SucceededWithoutWarnings();
        var without = (await project.BuildInItsOwnProcessAsync("--no-restore", "-p:DockerExecMemory=64m")).SucceededWithoutWarnings();
        Assert.Equal(1, without.Runs);
        Assert.Contains("Google.Protobuf", without.Assemblies);
        Assert.DoesNotContain(without.Assemblies, parts.Contains);

        // The step is up to date.
        Assert.DoesNotContain((await project.BuildInItsOwnProcessAsync("--no-restore", "-p:DockerExecMemory=64m", $"-p:DockerExecCacheUrl={nginx.Address}")).SucceededWithoutWarnings().Assemblies, parts.Contains);
        Assert.Empty(nginx.Requests);

        // An HTTP cache needs nothing of gRPC.
        var with = (await project.BuildInItsOwnProcessAsync("--no-restore", "-p:DockerExecMemory=65m", $"-p:DockerExecCacheUrl={nginx.Address}")).SucceededWithoutWarnings();
        Assert.Equal(["System.Net.Http"], parts.Where(with.Assemblies.Contains));
    }

    [EngineTheory]
    [InlineData("-p:DockerExecCacheUrl=cache.example.com", "RRB1055", "DockerExecCacheUrl is no address of a cache: it is no address. Write http://host/path or https://host/path for an HTTP cache, grpc://host:port/instance or grpcs://host:port/instance for a server of the Remote Execution API.")]
    [InlineData("-p:DockerExecCacheUrl=https://ci:hunter2@host", "RRB1056", "DockerExecCacheUrl holds a user or a password, which would be in logs. Write the address without them, and put them in ~/.netrc ('machine HOST login USER password PASSWORD'), or set DockerExecCacheHeader to the name of an environment variable that holds a header ('Authorization: Bearer TOKEN').")]
    [InlineData("-p:DockerExecCacheHeader=Authorization: Bearer hunter2", "RRB1057", "DockerExecCacheHeader is no name of an environment variable. It takes the name of one that holds a header ('Authorization: Bearer TOKEN'), and not the header: write CACHE_HEADER, without '$' and parentheses.")]
    [InlineData("-p:DockerExecCachePush=yes", "RRB1058", "DockerExecCachePush is 'yes': it is true, false, or ci, which stores results when ContinuousIntegrationBuild is true.")]
    public async Task What_is_wrong_with_a_property_is_an_error_of_the_project(string property, string code, string text)
    {
        var project = Small(Unique());

        var build = await project.BuildAsync(["-p:DockerExecCacheUrl=http://127.0.0.1:9", property]);

        Assert.Equal(new Problem(code, project.File, 0, text), build.FailedWithOneError());
        Assert.Equal(0, build.Runs);
    }

    private TestProject Large(string text) => TestProject.WithItems(
        $"""
        <DockerExecStep Include="Large" Image="{team.Image}" Command="head -c 5000000 /dev/zero &gt; large.bin; echo {text} &gt;&gt; large.bin" Outputs="large.bin" />
        <DockerExecStep Include="Small" Image="{team.Image}" Command="echo {text} &gt; small.txt" Outputs="small.txt" />
        """);

    private TestProject Small(string text) => TestProject.WithItems($"""<DockerExecStep Include="Small" Image="{team.Image}" Command="echo {text} &gt; small.txt" Outputs="small.txt" />""");

    private static async Task<(Build Build, TestProject Project)> BuildAsync(TestProject project, params string[] arguments) =>
        (await project.BuildAsync(new BuildSetting { Arguments = arguments, Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = project["cache"] } }), project);

    private TestProject Checkout(string text, [CallerMemberName] string name = "")
    {
        var project = TestProject.WithItems(
            $"""
            <DockerExecStep Include="File" Image="{team.Image}" Inputs="in.txt" Outputs="file.txt" Command="cat in.txt &gt; file.txt; chmod +x file.txt" />
            <DockerExecStep Include="Folder" Image="{team.Image}" Inputs="in.txt" Outputs="made/" Command="mkdir -p made/a/b made/empty; cp in.txt made/a/b/x; : &gt; made/a/none; ln -s a/b/x made/link" />
            <DockerExecStep Include="Finds" Image="{team.Image}" Inputs="in.txt" Outputs="found.txt" DependencyFile="found.d" Command="cat in.txt header.h &gt; found.txt; echo 'found.txt: in.txt header.h' &gt; found.d" />
            <DockerExecStep Include="Warns" Image="{team.Image}" Inputs="in.txt" Outputs="warned.txt" Command="echo 'in.txt(1,1): warning X1: odd'; cat in.txt &gt; warned.txt" />
            <DockerExecStep Include="Hermetic" Image="{team.Image}" Hermetic="true" Inputs="in.txt" Outputs="hermetic.txt;more/*.txt" Command="cat in.txt &gt; hermetic.txt; mkdir -p more; date &gt; more/date.txt" />
            <DockerExecStep Include="Does" Image="{team.Image}" Inputs="in.txt" Command="cat in.txt; echo; echo got [$CACHE_AUTH]" DockerRunOpts="-e CACHE_AUTH" />
            """);
        project.Write("in.txt", $"{name} {text}");
        project.Write("header.h", text);
        return project;
    }

    // Names, contents, modes and targets of what steps wrote.
    private static IReadOnlyList<string> Files(TestProject project) =>
    [
        .. new DirectoryInfo(project.Folder).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(entry => (Entry: entry, Path: Path.GetRelativePath(project.Folder, entry.FullName)))
            .Where(file => file.Path is "file.txt" or "found.txt" or "found.d" or "warned.txt" or "hermetic.txt" || file.Path.StartsWith("made", StringComparison.Ordinal) || file.Path.StartsWith("more", StringComparison.Ordinal))
            .OrderBy(file => file.Path, StringComparer.Ordinal)
            .Select(file => $"{file.Path} {file.Entry.LinkTarget ?? (file.Entry is FileInfo content ? $"{(File.GetUnixFileMode(content.FullName) & UnixFileMode.UserExecute) != 0} {File.ReadAllText(content.FullName)}" : "folder")}"),
    ];

    private static string Unique() => Guid.NewGuid().ToString("N");

    /// <summary>An image of a registry, which both engines have pulled.</summary>
    public sealed class Team : IAsyncLifetime
    {
        private Registry? _registry;

        public string Image { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            _registry = await Registry.StartAsync();
            await _registry.PublishAsync(Engines.Docker, "tool:1");
            Image = $"{_registry.Address}/tool:1";
            foreach (var engine in new[] { "docker", "podman" })
            {
                using var client = _registry.ClientFor(engine);
                await Client.OutputAsync(client.Path, "pull", "-q", Image);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var engine in new[] { "docker", "podman" })
            {
                await Client.OutputAsync(engine, "rmi", "-f", Image);
            }

            await _registry!.DisposeAsync();
        }
    }
}
