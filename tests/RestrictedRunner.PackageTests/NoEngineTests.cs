namespace RestrictedRunner.PackageTests;

/// <summary>Declared steps in builds that find no engine.</summary>
public class NoEngineTests
{
    private const string Told = "No container engine answers. The build takes the images for what they were when an engine last answered, and only steps that have to run fail. ";
    private const string WayOut = "With DockerExecEnabled=false the build runs no steps and uses what they wrote before.";

    private static readonly IReadOnlyDictionary<string, string?> DeadSocket = new Dictionary<string, string?> { ["DOCKER_HOST"] = "unix:///nonexistent/docker.sock" };

    [EngineFact]
    public async Task What_is_up_to_date_or_cached_needs_no_engine_and_what_has_to_run_fails_and_loses_nothing()
    {
        var (one, two) = (Unique(), Unique());
        var project = Project();
        foreach (var text in new[] { one, two })
        {
            project.Write("a.txt", text);
            Assert.Equal(2, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        }

        var same = await WithoutAsync();
        Assert.Equal([Told + "Cannot connect to the Docker daemon at unix:///nonexistent/docker.sock. Is the docker daemon running?"], same.SucceededWithoutWarnings().Texts.Where(text => text.Contains(Told, StringComparison.Ordinal)));
        Assert.Contains("Step 'Copy' is up to date.", same.Texts);

        project.Write("a.txt", one);
        Assert.Contains("Copy: from the cache", (await WithoutAsync()).SucceededWithoutWarnings().Texts);

        // After a clean the project itself remembers nothing.
        (await WithoutAsync("-t:CleanDockerExec")).SucceededWithoutWarnings();
        Assert.Contains("Again: from the cache", (await WithoutAsync()).SucceededWithoutWarnings().Texts);

        project.Write("a.txt", Unique());
        var failed = (await WithoutAsync()).FailedWithOneError();
        Assert.Equal(("RRB2002", project.LineOf("\"Copy\"")), (failed.Code, failed.Line));
        Assert.Contains(WayOut, failed.Text, StringComparison.Ordinal);

        // The error's way out is one, and a step that did not run is what it was.
        Assert.Equal(one, await ReadAsync("b.txt"));
        (await WithoutAsync("-p:DockerExecEnabled=false")).SucceededWithoutWarnings();
        project.Write("a.txt", one);
        Assert.Contains("Step 'Copy' is up to date.", (await WithoutAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings().Texts);

        Task<Build> WithoutAsync(params string[] arguments) => project.BuildAsync(new BuildSetting { Arguments = arguments, Environment = DeadSocket });

        Task<string> ReadAsync(string file) => File.ReadAllTextAsync(project[file], TestContext.Current.CancellationToken);
    }

    [EngineFact]
    public async Task No_client_and_no_permission_are_no_engine_either()
    {
        var project = Project();
        project.Write("a.txt", Unique());
        (await project.BuildAsync()).SucceededWithoutWarnings();
        FakeClient.Write(project, "echo 'Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock' >&2; exit 1");

        foreach (var (engine, code, words) in new[]
        {
            ("/nonexistent", "RRB2001", "there is no executable file '/nonexistent'"),
            ("./client", "RRB2003", "Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock"),
        })
        {
            Assert.Contains(Told + words, (await project.BuildAsync($"-p:DockerExecEngine={engine}")).SucceededWithoutWarnings().Texts);
            var failed = (await project.BuildAsync($"-p:DockerExecEngine={engine}", "-p:DockerExecHostname=other")).FailedWithOneError();
            Assert.Equal(code, failed.Code);
            Assert.Contains(WayOut, failed.Text, StringComparison.Ordinal);
        }
    }

    [EngineFact]
    public async Task A_step_by_digest_that_has_to_run_loses_nothing_either()
    {
        var project = Project(await Docker.IdAsync("busybox:latest"));
        project.Write("a.txt", Unique());
        (await project.BuildAsync()).SucceededWithoutWarnings();

        var failed = (await project.BuildAsync(new BuildSetting { Arguments = ["-p:DockerExecHostname=other"], Environment = DeadSocket })).FailedWithOneError();

        Assert.Contains(WayOut, failed.Text, StringComparison.Ordinal);
        Assert.True(File.Exists(project["b.txt"]));
    }

    private static string Unique() => $"{Guid.NewGuid():N}\n";

    private static TestProject Project(string image = "busybox:latest") => new(
        $"""
        <Project>
          <ItemGroup>
            <DockerExecStep Include="Copy" Image="{image}" Command="cat a.txt &gt; b.txt" Inputs="a.txt" Outputs="b.txt" />
            <DockerExecStep Include="Again" Image="{image}" Command="cat b.txt &gt; c.txt" Inputs="b.txt" Outputs="c.txt" />
          </ItemGroup>
          <Target Name="Build" />
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """);
}
