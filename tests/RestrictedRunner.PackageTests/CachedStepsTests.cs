namespace RestrictedRunner.PackageTests;

/// <summary>Results of steps that come from the cache of this machine.</summary>
public class CachedStepsTests
{
    private const string Question = "image inspect --format {{.Id}} {{json .Os}},{{json .Architecture}},{{json .RootFS.Layers}},{{json .Config}},{{json .RepoDigests}}";

    [EngineFact]
    public async Task An_earlier_state_is_restored_without_a_run()
    {
        var project = Project("cat a.txt &gt; b.txt");
        project.Write("a.txt", Unique());
        (await project.BuildAsync()).SucceededWithoutWarnings();
        var first = await File.ReadAllTextAsync(project["b.txt"], TestContext.Current.CancellationToken);
        project.Write("a.txt", Unique());
        Assert.Equal(1, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        project.Write("a.txt", first);

        var build = await project.BuildAsync();

        Assert.Equal(0, build.SucceededWithoutWarnings().Runs);
        Assert.Contains("Copy: from the cache", build.Texts);
        Assert.Equal(first, await File.ReadAllTextAsync(project["b.txt"], TestContext.Current.CancellationToken));
    }

    [EngineTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_output_that_was_changed_or_deleted_is_restored(bool deleted)
    {
        var project = Project("cat a.txt &gt; b.txt");
        project.Write("a.txt", Unique());
        (await project.BuildAsync()).SucceededWithoutWarnings();
        File.Delete(project["b.txt"]);
        if (!deleted)
        {
            project.Write("b.txt", "changed");
        }

        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.Equal(
            await File.ReadAllTextAsync(project["a.txt"], TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(project["b.txt"], TestContext.Current.CancellationToken));
    }

    [EngineFact]
    public async Task Another_checkout_takes_the_result_and_hears_its_warnings()
    {
        var text = Unique();
        const string command = "echo 'a.txt(1,1): warning X1: odd'; cat a.txt &gt; b.txt";
        var first = Project(command);
        first.Write("a.txt", text);
        Assert.Equal(["X1"], (await first.BuildAsync()).Succeeded().Warnings.Select(warning => warning.Code));
        var second = Project(command);
        second.Write("a.txt", text);

        var build = await second.BuildAsync();

        Assert.Equal(0, build.Succeeded().Runs);
        Assert.Equal([new Problem("X1", second["a.txt"], 1, "odd")], build.Warnings);
        Assert.Equal(text, await File.ReadAllTextAsync(second["b.txt"], TestContext.Current.CancellationToken));
    }

    [EngineTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_warning_about_a_file_beside_the_project_keeps_its_path(bool hermetic)
    {
        var project = new TestProject("<Project />", "root.proj");
        project.Write("shared/a.txt", Unique());
        var step = TestProject.At(project.Write(
            "sub/step.proj",
            $"""
            <Project>
              <ItemGroup>
                <DockerExecStep Include="Copy" Hermetic="{hermetic}" Image="busybox:latest" Inputs="../shared/a.txt" Outputs="b.txt"
                                Mounts="{(hermetic ? "" : $"{project["shared"]}:/project/shared")}"
                                Command="echo '../shared/a.txt(1): warning X1: odd'; date &gt; b.txt" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
            </Project>
            """));
        var first = (await step.BuildAsync()).Succeeded();
        File.Delete(step["b.txt"]);

        var second = (await step.BuildAsync()).Succeeded();

        Assert.Equal((1, 0), (first.Runs, second.Runs));
        Assert.Equal(first.Warnings, second.Warnings);
        Assert.True(!hermetic || Assert.Single(second.Warnings).File == project["shared/a.txt"]);
    }

    [EngineFact]
    public async Task Without_the_cache_a_step_runs()
    {
        var text = Unique();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var project = Project("cat a.txt &gt; b.txt");
            project.Write("a.txt", text);
            Assert.Equal(1, (await project.BuildAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings().Runs);
        }
    }

    [EngineFact]
    public async Task A_failed_step_is_not_kept()
    {
        var text = Unique();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var project = Project("cat a.txt &gt; b.txt; exit 3");
            project.Write("a.txt", text);
            var build = await project.BuildAsync();
            Assert.Equal("RRB3001", build.FailedWithOneError().Code);
            Assert.Equal(1, build.Runs);
        }
    }

    [EngineFact]
    public async Task Images_by_digest_need_no_engine_at_all_when_nothing_has_changed()
    {
        var id = await Docker.IdAsync("busybox:latest");
        var project = Project("cat a.txt &gt; b.txt", id);
        project.Write("a.txt", Unique());
        (await project.BuildAsync()).SucceededWithoutWarnings();
        FakeClient.WriteRecorder(project);

        (await project.BuildAsync("-p:DockerExecEngine=./client")).SucceededWithoutWarnings();

        Assert.Empty(FakeClient.Calls(project));
    }

    [EngineFact]
    public async Task Tags_are_looked_up_in_one_call()
    {
        var project = new TestProject(
            """
            <Project>
              <ItemGroup>
                <DockerExecStep Include="A" Image="busybox:latest" Command="true" />
                <DockerExecStep Include="B" Image="gcc:12" Command="true" />
                <DockerExecStep Include="C" Image="busybox:latest" Command="true" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        (await project.BuildAsync()).SucceededWithoutWarnings();
        FakeClient.Write(project, """echo "$@" >>"${0%/*}/calls"; exec docker "$@" """);

        var build = (await project.BuildAsync("-p:DockerExecEngine=./client")).SucceededWithoutWarnings();

        Assert.Equal(0, build.Runs);
        Assert.Equal([$"{Question} busybox:latest gcc:12"], await File.ReadAllLinesAsync(project["calls"], TestContext.Current.CancellationToken));
    }

    [EngineFact]
    public async Task Each_engine_is_asked_for_the_images_of_its_steps()
    {
        var project = new TestProject(
            """
            <Project>
              <ItemGroup>
                <DockerExecStep Include="A" Image="busybox:latest" Command="true" />
                <DockerExecStep Include="B" Engine="./other" Image="gcc:12" Command="true" />
                <DockerExecStep Include="C" Engine="./other" Image="busybox:latest" Command="true" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        FakeClient.Write(project, """echo "${0##*/} $@" >>"${0%/*}/calls"; exec docker "$@" """);
        File.Copy(project["client"], project["other"]);
        (await project.BuildAsync("-p:DockerExecEngine=./client")).SucceededWithoutWarnings();
        File.Delete(project["calls"]);

        // Elsewhere, a relative path is still one of the project.
        var setting = new BuildSetting { Arguments = ["-p:DockerExecEngine=./client"], WorkingDirectory = Path.GetTempPath() };
        Assert.Equal(0, (await project.BuildAsync(setting)).SucceededWithoutWarnings().Runs);

        Assert.Equal(
            [$"client {Question} busybox:latest", $"other {Question} gcc:12 busybox:latest"],
            await File.ReadAllLinesAsync(project["calls"], TestContext.Current.CancellationToken));
    }

    [EngineFact]
    public async Task A_small_cache_keeps_what_was_used_last()
    {
        var project = Project("cat a.txt &gt; b.txt");
        var cache = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = project["cache"] };
        Assert.Equal(1, await RunsWithAsync("a"));
        foreach (var file in Directory.GetFiles(project["cache"], "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-1));
        }

        File.Delete(Assert.Single(Directory.GetFiles(project["cache"], "total", SearchOption.AllDirectories)));
        Assert.Equal(1, await RunsWithAsync("b"));

        Assert.Equal(1, await RunsWithAsync("a"));
        Assert.Equal(0, await RunsWithAsync("b"));

        async Task<int> RunsWithAsync(string text)
        {
            project.Write("a.txt", text);
            return (await project.BuildAsync(new BuildSetting { Arguments = ["-p:DockerExecCacheSize=1.5k"], Environment = cache })).SucceededWithoutWarnings().Runs;
        }
    }

    [Theory]
    [InlineData("DockerExecCacheSize", "lots", "a size is a number with an optional unit, such as 512m or 10g")]
    [InlineData("DockerExecCache", "remote", "it is local or off")]
    public async Task A_setting_of_the_cache_that_there_is_not_is_an_error_before_any_step_runs(string property, string value, string form)
    {
        var project = Project("true", "sha256:0000000000000000000000000000000000000000000000000000000000000000");
        project.Write("a.txt", "");
        FakeClient.WriteRecorder(project);

        var error = (await project.BuildAsync($"-p:{property}={value}", "-p:DockerExecEngine=./client")).FailedWithOneError();

        Assert.Equal(new("RRB1003", project.File, 0, $"{property} '{value}': {form}."), error);
        Assert.Empty(FakeClient.Calls(project));
    }

    private static string Unique() => $"{Guid.NewGuid():N}\n";

    private static TestProject Project(string command, string image = "busybox:latest") => new(
        $"""
        <Project>
          <ItemGroup>
            <DockerExecStep Include="Copy" Image="{image}" Command="{command}" Inputs="a.txt" Outputs="b.txt" />
          </ItemGroup>
          <Target Name="Build" />
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """);
}
