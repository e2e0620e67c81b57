namespace RestrictedRunner.PackageTests;

/// <summary>Declared steps in the kinds of builds that there are.</summary>
public class KindsOfBuildTests
{
    private const string Generate =
        """
        <DockerExecStep Include="Generate" Image="busybox:latest" Inputs="name.txt" Outputs="Generated.cs" METADATA
                        Command="echo &quot;public class %24(cat name.txt) { }&quot; &gt; Generated.cs" />
        """;

    [EngineTheory]
    [InlineData("-p:DockerExecEnabled=false")]
    [InlineData("-p:DesignTimeBuild=true")]
    public async Task Nothing_runs_and_the_outputs_are_known_all_the_same(string how)
    {
        var project = Library();
        project.Write("Generated.cs", "public class Earlier { }");

        var build = await project.BuildAsync("-restore", how, "-getItem:Compile", "-getItem:DockerExecOutput", "-t:Compile");

        Assert.Equal("public class Earlier { }", await File.ReadAllTextAsync(project["Generated.cs"], TestContext.Current.CancellationToken));
        Assert.Contains("\"DockerExecOutput\": [", build.Console, StringComparison.Ordinal);
        Assert.Contains("\"Identity\": \"Generated.cs\"", build.Console, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Question_tells_whether_there_is_something_to_do()
    {
        var project = Library();

        var first = await project.BuildAsync("-restore", "-t:RunDockerExecSteps", "-question");
        Assert.Equal(("RRB3017", project.LineOf("<DockerExecStep")), (first.FailedWithOneError().Code, first.Errors[0].Line));
        Assert.False(File.Exists(project["Generated.cs"]));

        (await project.BuildAsync("-t:RunDockerExecSteps")).Succeeded();
        (await project.BuildAsync("-t:RunDockerExecSteps", "-question")).Succeeded();
    }

    [EngineTheory]
    [InlineData("", 1)]
    [InlineData("""PerTargetFramework="true" """, 2)]
    public async Task With_several_frameworks_a_step_runs_once_unless_it_says_otherwise(string metadata, int runs)
    {
        var project = Library(metadata, "<TargetFramework /><TargetFrameworks>net9.0;net10.0</TargetFrameworks><DockerExecCache>off</DockerExecCache>", runs == 1 ? "Generated.cs" : "$(IntermediateOutputPath)Generated.cs");

        var build = await project.BuildAsync("-restore", "-m:2");

        Assert.Equal(runs, build.Succeeded().Runs);
        Assert.Equal(0, (await project.BuildAsync("-m:2")).Succeeded().Runs);
    }

    [EngineFact]
    public async Task A_rebuild_cleans_and_writes_again_and_publish_and_a_graph_build_need_nothing_more()
    {
        var project = Library(properties: "<DockerExecCache>off</DockerExecCache>");
        Assert.Equal(1, (await project.BuildAsync("-restore")).Succeeded().Runs);
        Assert.Equal(1, (await project.BuildAsync("--no-incremental")).Succeeded().Runs);
        Assert.Equal(0, (await project.BuildAsync("-graph", "-isolate")).Succeeded().Runs);
        Assert.Equal(0, (await project.BuildAsync("-t:Publish")).Succeeded().Runs);
        Assert.True(File.Exists(project["Generated.cs"]));
    }

    [EngineFact]
    public async Task A_hook_places_a_step_elsewhere_and_its_output_may_be_anywhere_below_the_project()
    {
        var project = Library("""Compile="true" """, "<DockerExecBeforeTargets>CoreCompile</DockerExecBeforeTargets>", "$(IntermediateOutputPath)Generated.cs");

        var build = (await project.BuildAsync("-restore")).SucceededWithoutWarnings();

        Assert.True(build.Runs == 1 || build.Texts.Contains("Generate: from the cache"));
        Assert.True(File.Exists(project["obj/Debug/net10.0/Generated.cs"]));
    }

    [EngineFact]
    public async Task Two_builds_at_once_of_one_project_run_a_step_once()
    {
        var project = new TestProject(
            """
            <Project>
              <PropertyGroup><DockerExecCache>off</DockerExecCache></PropertyGroup>
              <ItemGroup>
                <DockerExecStep Include="Slow" Image="busybox:latest" Command="sleep 2; echo x &gt; x.txt" Outputs="x.txt" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);

        var builds = await Task.WhenAll(project.BuildAsync(), project.BuildAsync());

        Assert.Equal(1, builds.Sum(build => build.SucceededWithoutWarnings().Runs));
    }

    private static TestProject Library(string metadata = "", string properties = "", string output = "Generated.cs")
    {
        var project = TestProject.Library(
            $"""
            <PropertyGroup>{properties}</PropertyGroup>
            <ItemGroup>
              {Generate.Replace("METADATA", metadata, StringComparison.Ordinal).Replace("Generated.cs", output, StringComparison.Ordinal)}
            </ItemGroup>
            """);
        project.Write("name.txt", "Made");
        return project;
    }
}
