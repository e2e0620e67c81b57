namespace RestrictedRunner.PackageTests;

/// <summary>Files of the user's that are in the way of a step's outputs: nobody but the user may remove them.</summary>
public class UsersFilesTests
{
    [EngineTheory]
    [InlineData("gen/**/*.txt")]
    [InlineData("gen/*/*.txt")]
    [InlineData("gen/")]
    public async Task Those_behind_a_link_that_the_step_made_stay(string outputs)
    {
        var project = Project(outputs, "ln -sfn ../src gen/link; echo x &gt; gen/made.txt; mkdir -p gen/a; cp a.txt gen/a; ! grep bad a.txt");
        project.Write("a.txt", "good");
        project.Write("src/own.txt", "own");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        project.Write("a.txt", "better");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        Assert.True(File.Exists(project["src/own.txt"]));
        project.Write("a.txt", "bad");

        Assert.Equal("RRB3001", (await project.BuildAsync()).FailedWithOneError().Code);
        (await project.BuildAsync("-t:CleanDockerExec")).SucceededWithoutWarnings();

        Assert.True(File.Exists(project["src/own.txt"]));
    }

    [EngineTheory]
    [InlineData("gen/**/*.txt")]
    [InlineData("gen/")]
    public async Task Those_that_the_step_touches_stay(string outputs)
    {
        var project = Project(outputs, "cp a.txt gen/made.txt; touch gen/*; chmod a+r gen/*; ! grep bad a.txt");
        project.Write("gen/own.txt", "own");
        project.Write("a.txt", "bad");
        Assert.Equal("RRB3001", (await project.BuildAsync()).FailedWithOneError().Code);
        Assert.Equal("own", await ReadAsync(project, "gen/own.txt"));
        project.Write("a.txt", "good");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        project.Write("a.txt", "better");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        (await project.BuildAsync("-t:CleanDockerExec")).SucceededWithoutWarnings();

        Assert.Equal(["own.txt"], Directory.GetFiles(project["gen"]).Select(Path.GetFileName));
    }

    [EngineTheory]
    [InlineData("./")]
    [InlineData("gen/")]
    public async Task Those_in_the_folder_that_remembers_steps_stay_when_it_is_cleaned(string folder)
    {
        var project = Project("made/", "cp a.txt made");
        project.Write("a.txt", "good");
        project.Write("gen/own.txt", "own");
        (await project.BuildAsync($"-p:DockerExecStateFolder={folder}")).SucceededWithoutWarnings();

        (await project.BuildAsync("-t:CleanDockerExec", $"-p:DockerExecStateFolder={folder}")).SucceededWithoutWarnings();

        Assert.Equal(["a.txt", "gen/own.txt", "step.proj"], Files(project));
    }

    [EngineFact]
    public async Task Those_that_were_a_steps_which_is_gone_stay()
    {
        var project = TestProject.Library(
            """
            <ItemGroup>
              <DockerExecStep Include="Old" Image="busybox:latest" Outputs="gen/Made.cs" Command="echo 'public class Made { }' &gt; gen/Made.cs" Condition="'$(Old)' == 'true'" />
              <DockerExecStep Include="Other" Image="busybox:latest" Outputs="other/made.txt" Command="echo x &gt; other/made.txt" />
            </ItemGroup>
            """);
        (await project.BuildAsync("-restore", "-p:Old=true")).SucceededWithoutWarnings();
        project.Write("gen/Made.cs", "public class Made { /* by hand */ }");
        (await project.BuildAsync()).SucceededWithoutWarnings();

        (await project.BuildAsync("-t:Clean")).SucceededWithoutWarnings();

        Assert.True(File.Exists(project["gen/Made.cs"]));
        Assert.False(File.Exists(project["other/made.txt"]));
    }

    [EngineFact]
    public async Task A_link_in_place_of_a_folder_is_not_replaced_by_a_result()
    {
        var project = Project("gen/", "cp a.txt gen/made.txt");
        project.Write("a.txt", "good");
        (await project.BuildAsync("-p:DockerExecHermetic=true")).SucceededWithoutWarnings();
        (await project.BuildAsync("-t:CleanDockerExec", "-p:DockerExecHermetic=true")).SucceededWithoutWarnings();
        project.Write("real/own.txt", "own");
        File.CreateSymbolicLink(project["gen"], "real");

        Assert.Equal("RRB5001", (await project.BuildAsync("-p:DockerExecHermetic=true")).FailedWithOneError().Code);

        Assert.Equal("real", new FileInfo(project["gen"]).LinkTarget);
    }

    [EngineFact]
    public async Task A_link_that_the_user_put_in_place_of_an_outputs_folder_stays()
    {
        var project = Project("gen/", "cp a.txt gen/made.txt");
        project.Write("a.txt", "good");
        project.Write("real/own.txt", "own");
        File.CreateSymbolicLink(project["gen"], "real");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        project.Write("a.txt", "better");

        (await project.BuildAsync()).SucceededWithoutWarnings();
        (await project.BuildAsync("-t:CleanDockerExec")).SucceededWithoutWarnings();

        Assert.Equal("real", new FileInfo(project["gen"]).LinkTarget);
        Assert.Equal("own", await ReadAsync(project, "gen/own.txt"));
    }

    private static TestProject Project(string outputs, string command) => new(
        $"""
        <Project>
          <ItemGroup>
            <DockerExecStep Include="Make" Image="busybox:latest" Command="{command}" Inputs="a.txt" Outputs="{outputs}" EnvironmentVariables="U={Guid.NewGuid():N}" />
          </ItemGroup>
          <Target Name="Build" />
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """);

    private static Task<string> ReadAsync(TestProject project, string file) => File.ReadAllTextAsync(project[file], TestContext.Current.CancellationToken);

    private static IEnumerable<string> Files(TestProject project) =>
        Directory.EnumerateFiles(project.Folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(project.Folder, file))
            .Where(file => !file.EndsWith(".binlog", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
}
