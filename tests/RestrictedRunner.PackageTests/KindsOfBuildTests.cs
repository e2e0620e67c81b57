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

    [EngineFact]
    public async Task Of_a_question_no_step_has_failed()
    {
        var project = new TestProject(
            """
            <Project>
              <ItemGroup>
                <DockerExecStep Include="First" Image="busybox:latest" Command="echo a &gt; a.txt" Outputs="a.txt" />
                <DockerExecStep Include="Second" Image="busybox:latest" Command="cat a.txt &gt; b.txt" Inputs="a.txt" Outputs="b.txt" />
              </ItemGroup>
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);

        var build = await project.BuildAsync("-t:RunDockerExecSteps", "-question");

        Assert.Equal("RRB3017", build.FailedWithOneError().Code);
        Assert.Contains("Step 'Second' was not run, because another step is not up to date.", build.Texts);
    }

    [EngineTheory]
    [InlineData("", 1)]
    [InlineData("""PerTargetFramework="true" """, 2)]
    public async Task With_several_frameworks_a_step_runs_once_unless_it_says_otherwise(string metadata, int runs)
    {
        var project = Library(metadata, "<TargetFramework /><TargetFrameworks>net9.0;net10.0</TargetFrameworks><DockerExecCache>off</DockerExecCache>", runs == 1 ? "Generated.cs" : "$(IntermediateOutputPath)Generated.cs");

        var build = await project.BuildAsync("-restore", "-m:2");

        Assert.Equal(runs, build.Succeeded().Runs);
        Assert.Equal(0, (await project.BuildAsync()).Succeeded().Runs);
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

    // Started elsewhere, MSBuild has obj\Debug/net10.0/ where an item is read; where the folder is there it has obj/Debug/net10.0/.
    [EngineTheory]
    [InlineData(".")]
    [InlineData("..")]
    public async Task The_builds_folders_are_the_same_in_a_command_wherever_the_build_is_started(string start)
    {
        var folders = TestProject.Library(
            """
            <ItemGroup>
              <DockerExecStep Include="Folders" Image="busybox:latest" Outputs="$(IntermediateOutputPath)a.txt" Inputs="Library.csproj"
                              Command="echo '$(BaseIntermediateOutputPath) $(IntermediateOutputPath) $(BaseOutputPath) $(OutputPath) $(OutDir)' &gt; $(IntermediateOutputPath)a.txt" />
            </ItemGroup>
            """);

        (await folders.BuildAsync(new BuildSetting { Arguments = ["-restore"], WorkingDirectory = folders[start] })).Succeeded();

        Assert.Equal("obj/ obj/Debug/net10.0/ bin/ bin/Debug/net10.0/ bin/Debug/net10.0/\n", await File.ReadAllTextAsync(folders["obj/Debug/net10.0/a.txt"], TestContext.Current.CancellationToken));
    }

    [EngineFact]
    public async Task Resources_that_a_glob_of_the_SDK_would_find_are_there_in_the_first_build()
    {
        var project = TestProject.Library(
            """
            <ItemGroup>
              <DockerExecStep Include="Resources" Image="busybox:latest" Outputs="Words.resx" Inputs="words.xml" Command="cp words.xml Words.resx" />
            </ItemGroup>
            """);
        project.Write("words.xml", """
            <root>
              <resheader name="resmimetype"><value>text/microsoft-resx</value></resheader>
              <resheader name="version"><value>2.0</value></resheader>
              <resheader name="reader"><value>System.Resources.ResXResourceReader, System.Windows.Forms</value></resheader>
              <resheader name="writer"><value>System.Resources.ResXResourceWriter, System.Windows.Forms</value></resheader>
              <data name="Word"><value>generated</value></data>
            </root>
            """);

        for (var i = 0; i < 2; i++)
        {
            (await project.BuildAsync("-restore")).SucceededWithoutWarnings();
            Assert.Contains("Library.Words.resources", await File.ReadAllTextAsync(project["bin/Debug/net10.0/Library.dll"], System.Text.Encoding.Latin1, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [EngineFact]
    public async Task In_FSharp_what_a_step_writes_comes_before_what_uses_it()
    {
        var project = new TestProject(
            """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup>
                <PackageReference Include="RestrictedRunner.Build" Version="$VERSION" PrivateAssets="all" />
                <Compile Include="Use.fs" />
                <DockerExecStep Include="Generate" Image="busybox:latest" Outputs="gen/Made.fs" Compile="true"
                                Command="echo 'module Made' &gt; gen/Made.fs; echo 'let value = 1' &gt;&gt; gen/Made.fs" />
              </ItemGroup>
            </Project>
            """,
            "Library.fsproj");
        project.Write("Use.fs", "module Use\nlet twice = 2 * Made.value\n");

        (await project.BuildAsync("-restore")).SucceededWithoutWarnings();
        (await project.BuildAsync()).SucceededWithoutWarnings();
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
