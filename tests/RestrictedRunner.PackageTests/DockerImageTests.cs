namespace RestrictedRunner.PackageTests;

/// <summary>Images of a project that are built from Dockerfiles.</summary>
public class DockerImageTests
{
    private const string TwoSteps =
        """
        <DockerExecStep Include="A" Image="NAME" Command="cat /text &gt; a.txt$(More)" Outputs="a.txt" />
        <DockerExecStep Include="B" Image="NAME" Command="cat /text &gt; b.txt" Outputs="b.txt" Hermetic="true" Pull="always" />
        """;

    private static readonly IReadOnlyDictionary<string, string?> DeadSocket = new Dictionary<string, string?> { ["DOCKER_HOST"] = "unix:///nonexistent/docker.sock" };

    [EngineTheory]
    [InlineData(Engines.Docker)]
    [InlineData(Engines.Podman)]
    public async Task An_image_is_built_once_before_its_steps_and_again_only_when_something_changed(string engine)
    {
        using var client = new ClientScript(engine);
        await using var image = new BuiltImage(engine);
        var project = Project(image, TwoSteps);
        var asked = 0;

        var first = await BuildAsync();
        Assert.Equal((2, 1), (first.Runs, BuiltIn(first, image)));
        Assert.Equal(await File.ReadAllTextAsync(project["tools/text"], TestContext.Current.CancellationToken), await File.ReadAllTextAsync(project["b.txt"], TestContext.Current.CancellationToken));
        Assert.Equal($"{Assert.Single(await image.AllAsync()).Replace("localhost/", "", StringComparison.Ordinal)}", await LabelAsync());

        // Only what the base stands for is asked, be it that steps are read or known by their stamps.
        for (var build = 0; build < 3; build++)
        {
            Assert.Equal(0, (await BuildAsync()).Runs);
            Assert.Equal(["image"], Calls());
        }

        // What builds to the same layers runs no step again, though it is another image.
        project.Write("tools/Dockerfile", "# a comment\nFROM busybox:latest\nCOPY text /text\n");
        var commented = await BuildAsync();
        Assert.Equal((0, 1), (commented.Runs, BuiltIn(commented, image)));
        Assert.Equal(2, (await image.AllAsync()).Count);

        project.Write("tools/text", Unique());
        var changed = await BuildAsync();
        Assert.Equal((2, 1), (changed.Runs, BuiltIn(changed, image)));

        // One that has been removed is missed when a step has to run.
        await image.RemoveAsync();
        var unchanged = await BuildAsync();
        Assert.Equal((0, 0), (unchanged.Runs, BuiltIn(unchanged, image)));
        var again = await BuildAsync("-p:More=%3B true");
        Assert.Equal((1, 1), (again.Runs, BuiltIn(again, image)));
        Assert.Equal(0, (await BuildAsync("-p:More=%3B true")).Runs);

        async Task<Build> BuildAsync(params string[] arguments)
        {
            asked = client.Calls.Count;
            return (await project.BuildAsync(["-p:DockerExecCache=off", $"-p:DockerExecEngine={client.Path}", .. arguments])).SucceededWithoutWarnings();
        }

        IEnumerable<string> Calls() => client.Calls.Skip(asked).Where(call => call != "ps");

        async Task<string> LabelAsync() => await Client.OutputAsync(engine, "image", "inspect", "--format", "{{index .Config.Labels \"restricted-runner.image\"}}", (await image.AllAsync())[0]);
    }

    [EngineFact]
    public async Task What_is_not_there_or_not_right_is_an_error_at_the_item_and_nothing_is_built()
    {
        var project = new TestProject(
            """
            <Project>
              <ItemGroup>
                <DockerImage Include="absent" Dockerfile="absent/Dockerfile" />
                <DockerImage Include="no-context" Dockerfile="tools/Dockerfile" Context="nowhere" />
                <DockerImage Include="args" Dockerfile="tools/Dockerfile" BuildArgs="NAME" Tagret="x" />
                <DockerImage Include="ignore" Context="ignore" />
                <DockerImage Include="unused" Context="nowhere" />
                <DockerExecStep Include="A" Image="absent" Command="true" />
                <DockerExecStep Include="B" Image="no-context" Command="true" />
                <DockerExecStep Include="C" Image="args" Command="true" />
                <DockerExecStep Include="D" Image="ignore" Command="true" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        project.Write("tools/Dockerfile", "FROM busybox:latest\n");
        project.Write("ignore/Dockerfile", "FROM busybox:latest\n");
        project.Write("ignore/.dockerignore", "a\n[\n");
        FakeClient.WriteRecorder(project);

        var build = await project.BuildAsync("-p:DockerExecEngine=./client");

        const string Advice = "is not there. Create it, or correct Dockerfile or Context; both start in the project's folder, and without Dockerfile it is the file of this name in Context.";
        Assert.Equal(
            [
                new("RRB1030", project.File, project.LineOf("\"absent\""), $"Image 'absent': the Dockerfile '{project["absent/Dockerfile"]}' {Advice}"),
                new("RRB1030", project.File, project.LineOf("\"no-context\""), $"Image 'no-context': the context '{project["nowhere"]}' {Advice}"),
                new("RRB1003", project.File, project.LineOf("\"args\""), "Image 'args': BuildArgs 'NAME': a build argument is written NAME=value."),
                new("RRB1031", project["ignore/.dockerignore"], 2, "Image 'ignore': this is no pattern of a .dockerignore file: '[': its brackets or backslashes have no end. Correct or remove it; a builder would refuse it too."),
            ],
            build.Errors);
        Assert.Equal([new("RRB1029", project.File, project.LineOf("\"args\""), "Image 'args': DockerImage has no metadata 'Tagret', so it has no effect. Is 'Target' meant?")], build.Warnings);
        Assert.Empty(FakeClient.Calls(project));
    }

    [EngineTheory]
    [InlineData(Engines.Docker)]
    [InlineData(Engines.Podman)]
    public async Task A_command_that_fails_is_one_error_at_its_line_of_the_Dockerfile(string engine)
    {
        await using var image = new BuiltImage(engine);
        var project = Project(image, TwoSteps);
        project.Write("tools/Dockerfile", "FROM busybox:latest\n\nRUN echo one && \\\n  echo two && exit 5\n");

        var error = (await project.BuildAsync($"-p:DockerExecEngine={engine}")).FailedWithOneError();

        Assert.Equal(("RRB2020", project["tools/Dockerfile"], 3), (error.Code, error.File, error.Line));
        Assert.Matches($@"^Image '{image.Name}' could not be built: .*5.*\none\ntwo$", error.Text.ReplaceLineEndings("\n"));

        project.Write("tools/Dockerfile", "FROM busybox:latest\nCOPY absent /\n");
        error = (await project.BuildAsync($"-p:DockerExecEngine={engine}", "-t:PullDockerExecImages")).FailedWithOneError();
        Assert.Equal(("RRB2020", project["tools/Dockerfile"], 2), (error.Code, error.File, error.Line));

        project.Write("tools/Dockerfile", "FROM rr-test-absent:1\n");
        error = (await project.BuildAsync($"-p:DockerExecEngine={engine}", "-p:DockerExecPull=never")).FailedWithOneError();
        Assert.Equal(("RRB2004", project.File, project.LineOf("<DockerImage")), (error.Code, error.File, error.Line));
        Assert.StartsWith($"Image '{image.Name}': the engine does not have image 'rr-test-absent:1'", error.Text, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Tasks_and_steps_of_several_projects_and_nodes_share_it()
    {
        using var client = new ClientScript(Engines.Docker);
        await using var image = new BuiltImage(Engines.Docker);
        var all = new TestProject("""<Project><Target Name="Build"><MSBuild Projects="one/p.proj;two/p.proj;three/p.proj" BuildInParallel="true" Properties="DockerExecEngine=$(DockerExecEngine)" /></Target></Project>""");
        all.Write("tools/Dockerfile", "FROM busybox:latest\nCOPY text /text\nRUN sleep 1\n");
        all.Write("tools/text", Unique());
        foreach (var name in (string[])["one", "two", "three"])
        {
            all.Write($"{name}/p.proj", $"""
                <Project>
                  <ItemGroup>
                    <DockerImage Include="{image.Name}" Dockerfile="../tools/Dockerfile" />
                    <DockerExecStep Include="A" Image="{image.Name}" Command="cat /text &gt; a.txt" Outputs="a.txt" />
                  </ItemGroup>
                  <Target Name="Build"><DockerExec Engine="{client.Path}" Image="{image.Name}" Command="cat /text" /></Target>
                  <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
                </Project>
                """);
        }

        var build = await all.BuildAsync(new BuildSetting { InItsOwnProcess = true, Arguments = ["-m:2", "-p:DockerExecCache=off", $"-p:DockerExecEngine={client.Path}"] });

        Assert.Equal(6, build.SucceededWithoutWarnings().Runs);
        Assert.Equal(1, BuiltIn(build, image));
        Assert.Equal(3, build.Output.Count(line => line == File.ReadAllText(all["tools/text"])));
    }

    [EngineFact]
    public async Task Who_only_asks_pulls_or_has_no_engine_builds_what_that_takes()
    {
        using var client = new ClientScript(Engines.Docker);
        await using var image = new BuiltImage(Engines.Docker);
        var project = Project(image, TwoSteps);
        string[] engine = [$"-p:DockerExecEngine={client.Path}"];

        var asking = await project.BuildAsync([.. engine, "-question"]);
        Assert.Equal(
            [("RRB3017", "A"), ("RRB3017", "B")],
            asking.Errors.Select(error => (error.Code, error.Text.Split('\'')[1])).Order());
        (await project.BuildAsync([.. engine, "-p:DesignTimeBuild=true"])).SucceededWithoutWarnings();
        Assert.DoesNotContain("build", client.Calls);
        Assert.DoesNotContain("buildx", client.Calls);

        Assert.Contains($"{image.Name}: built", (await project.BuildAsync([.. engine, "-t:PullDockerExecImages"])).SucceededWithoutWarnings().Texts);
        Assert.Contains($"{image.Name}: is there", (await project.BuildAsync([.. engine, "-t:PullDockerExecImages"])).SucceededWithoutWarnings().Texts);
        var afterPull = (await project.BuildAsync(engine)).SucceededWithoutWarnings();
        Assert.Equal((2, 0), (afterPull.Runs, BuiltIn(afterPull, image)));

        // Without an engine, what is up to date is known, and what was built stays with a clean.
        var without = new BuildSetting { Arguments = engine, Environment = DeadSocket };
        Assert.Equal(0, (await project.BuildAsync(without)).SucceededWithoutWarnings().Runs);
        (await project.BuildAsync("-t:CleanDockerExec")).SucceededWithoutWarnings();
        Assert.Single(await image.AllAsync());
        Assert.Contains("A: from the cache", (await project.BuildAsync(without)).SucceededWithoutWarnings().Texts);
        project.Write("tools/text", Unique());
        Assert.Contains($"A: would run because its image {image.Name} has to be built", (await project.BuildAsync([.. engine, "-t:ExplainDockerExecSteps"])).SucceededWithoutWarnings().Texts);
        Assert.Equal("RRB2002", (await project.BuildAsync(without)).FailedWithOneError().Code);
    }

    [EngineFact]
    public async Task An_image_that_nobody_has_needed_for_a_month_goes_with_the_next_build_of_one()
    {
        await using var image = new BuiltImage(Engines.Docker);
        var project = Project(image, TwoSteps);
        var setting = new BuildSetting { Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = project["cache"] } };
        (await project.BuildAsync(setting)).SucceededWithoutWarnings();
        var old = Assert.Single(await image.AllAsync());
        var uses = Path.Combine(project["cache"], "restricted-runner/v1/built-images");
        var use = Assert.Single(Directory.GetFiles(uses, "*.image"));
        File.SetLastWriteTimeUtc(use, DateTime.UtcNow.AddDays(-31));

        // One that is needed is not old.
        (await project.BuildAsync(setting)).SucceededWithoutWarnings();
        Assert.True(File.GetLastWriteTimeUtc(use) > DateTime.UtcNow.AddDays(-1));

        File.SetLastWriteTimeUtc(use, DateTime.UtcNow.AddDays(-31));
        project.Write("tools/text", Unique());
        (await project.BuildAsync(setting)).SucceededWithoutWarnings();

        Assert.DoesNotContain(old, await image.AllAsync());
        Assert.Single(await image.AllAsync());
        Assert.False(File.Exists(use));
    }

    [EngineFact]
    public async Task Of_a_build_that_is_killed_nothing_is_left()
    {
        await using var image = new BuiltImage(Engines.Docker);
        var project = Project(image, TwoSteps);
        var sleep = $"sleep 98.{Guid.NewGuid().GetHashCode() & 0xFFFFFF}";
        project.Write("tools/Dockerfile", $"FROM busybox:latest\nRUN echo go; {sleep}\n");
        var line = new TaskCompletionSource();
        var command = DotNet.Command(
            project.Folder,
            text =>
            {
                if (text.TrimEnd().EndsWith(" go", StringComparison.Ordinal) || text.Trim() == "go")
                {
                    line.TrySetResult();
                }
            },
            null).WithArguments(project.CommandLine(project["killed.binlog"], ["-v:n"]));
        var running = command.ExecuteAsync(TestContext.Current.CancellationToken);
        await Task.WhenAny(line.Task, running).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.True(line.Task.IsCompleted);

        Assert.Equal(0, Unix.Kill(running.ProcessId, Unix.SigKill));

        await running;
        await Until.IsSoAsync(TimeSpan.FromSeconds(10), () => !Unix.CommandLines().Any(words => words.Contains(sleep, StringComparison.Ordinal) || words.Contains($":{image.Name}", StringComparison.Ordinal)));
        Assert.Empty(await image.AllAsync());
    }

    private static int BuiltIn(Build build, BuiltImage image) => build.Texts.Count(text => text == $"{image.Name}: building");

    private static string Unique() => $"{Guid.NewGuid():N}";

    private static TestProject Project(BuiltImage image, string items)
    {
        var project = new TestProject(
            $"""
            <Project>
              <ItemGroup>
                <DockerImage Include="{image.Name}" Dockerfile="tools/Dockerfile" />
                {items.Replace("NAME", image.Name, StringComparison.Ordinal)}
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        project.Write("tools/Dockerfile", "FROM busybox:latest\nCOPY text /text\n");
        project.Write("tools/text", Unique());
        return project;
    }
}
