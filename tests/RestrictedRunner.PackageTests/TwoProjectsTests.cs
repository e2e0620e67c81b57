namespace RestrictedRunner.PackageTests;

/// <summary>Projects that share a folder, the folder that remembers steps, or outputs.</summary>
public class TwoProjectsTests
{
    [EngineTheory]
    [InlineData("a.proj", "b.proj", "")]
    [InlineData("a.proj", "b.proj", "../state/")]
    [InlineData("one/same.proj", "two/same.proj", "../state/")]
    public async Task Each_cleans_what_its_own_steps_wrote(string one, string two, string stateFolder)
    {
        var first = Project(one, "gen/$(Mine).txt", "date +%25s%25N &gt; gen/$(Mine).txt", stateFolder);
        var second = Beside(first, one, two);
        Assert.Equal(1, (await first.BuildAsync("-p:Mine=1")).SucceededWithoutWarnings().Runs);
        Assert.Equal(1, (await second.BuildAsync("-p:Mine=2")).SucceededWithoutWarnings().Runs);

        (await first.BuildAsync("-p:Mine=1", "-t:CleanDockerExec")).SucceededWithoutWarnings();

        Assert.Equal((false, true), (File.Exists(first["gen/1.txt"]), File.Exists(second["gen/2.txt"])));
        Assert.Equal(0, (await second.BuildAsync("-p:Mine=2")).SucceededWithoutWarnings().Runs);
        (await second.BuildAsync("-p:Mine=2", "-t:CleanDockerExec")).SucceededWithoutWarnings();
        Assert.False(Directory.Exists(second["gen"]));
        Assert.False(Directory.Exists(second[stateFolder.Length > 0 ? stateFolder : "obj/docker-exec/"]));
    }

    [EngineFact]
    public async Task Both_are_rebuilt_at_once()
    {
        var first = Project("a.proj", "gen/$(MSBuildProjectName)*.txt", "sleep 0.2; echo x &gt; gen/$(MSBuildProjectName)1.txt; echo x &gt; gen/$(MSBuildProjectName)2.txt");
        Beside(first, "a.proj", "b.proj");
        var both = TestProject.At(first.Write("both.proj", """
            <Project>
              <Target Name="Build"><MSBuild Projects="a.proj;b.proj" Targets="CleanDockerExec;Build" BuildInParallel="true" /></Target>
            </Project>
            """));

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(2, (await both.BuildAsync("-m:2")).SucceededWithoutWarnings().Runs);
            Assert.Equal(["a1.txt", "a2.txt", "b1.txt", "b2.txt"], Directory.GetFiles(first["gen"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        }
    }

    [EngineTheory]
    [InlineData("in one folder", "a.proj", "b.proj", "gen/made.txt", "gen/made.txt", "false")]
    [InlineData("hermetic", "a.proj", "b.proj", "gen/made.txt", "gen/made.txt", "true")]
    [InlineData("by a glob and a folder", "a.proj", "b.proj", "gen/*.txt", "gen/", "false")]
    [InlineData("in a shared folder", "one/a.proj", "two/a.proj", "../gen/made.txt", "../gen/*", "true")]
    public async Task RRB1024_where_both_write_one_file(string where, string one, string two, string ofFirst, string ofSecond, string hermetic)
    {
        Assert.NotEmpty(where);
        var made = ofFirst.Replace("*", "made", StringComparison.Ordinal);
        var first = Project(one, "$(Its)", $"echo $(MSBuildProjectFullPath) &gt; {made}", hermetic: hermetic);
        var second = Beside(first, one, two);
        Assert.Equal(1, (await first.BuildAsync($"-p:Its={ofFirst}")).SucceededWithoutWarnings().Runs);

        var builds = new[] { await second.BuildAsync($"-p:Its={ofSecond}"), await first.BuildAsync($"-p:Its={ofFirst}"), await second.BuildAsync($"-p:Its={ofSecond}") };

        var path = OtherPath(second, first);
        var texts = builds.Select(build => Assert.Single(build.Succeeded().Warnings)).Select(warning => (warning.Code, warning.File, warning.Text)).ToList();
        Assert.Equal(
            [Warning(second, made, OtherPath(second, first)), Warning(first, made, OtherPath(first, second)), Warning(second, made, path)],
            texts);
    }

    [EngineFact]
    public async Task RRB1024_where_both_change_one_file_in_place()
    {
        var first = Project("one/a.proj", "../src/*.txt", "echo $(MSBuildProjectDirectoryNoRoot) | tee ../src/a.txt &gt; /dev/null", inputs: "../src/*.txt");
        var second = Beside(first, "one/a.proj", "two/b.proj");
        second.Write("../src/a.txt", "own");
        (await first.BuildAsync()).SucceededWithoutWarnings();

        Assert.Equal("RRB1024", Assert.Single((await second.BuildAsync()).Succeeded().Warnings).Code);
        Assert.Equal("RRB1024", Assert.Single((await first.BuildAsync()).Succeeded().Warnings).Code);
    }

    [EngineFact]
    public async Task Two_that_make_the_same_of_it_are_no_trouble()
    {
        var first = Project("one/a.proj", "../gen/made.txt", "echo x &gt; ../gen/made.txt");
        var second = Beside(first, "one/a.proj", "two/b.proj");
        foreach (var (project, runs) in new[] { (first, 1), (second, 1), (first, 0), (second, 0) })
        {
            Assert.Equal(runs, (await project.BuildAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings().Runs);
        }
    }

    private static (string Code, string File, string Text) Warning(TestProject project, string file, string other) => (
        "RRB1024",
        project.File,
        $"Step 'Make' of {Path.GetFileName(project.File)} wrote '{file}' over what step 'Make' of {other} had written, so each of the two runs again after the other. Let one of them write it, or give each a folder of its own.");

    private static string OtherPath(TestProject from, TestProject to) => Path.GetRelativePath(from.Folder, to.File);

    private static TestProject Project(string name, string outputs, string command, string stateFolder = "", string inputs = "", string hermetic = "false") => TestProject.At(new TestProject(
        $"""
        <Project>
          <PropertyGroup><DockerExecStateFolder>{stateFolder}</DockerExecStateFolder><DockerExecCache Condition="'{hermetic}' == 'false'">off</DockerExecCache></PropertyGroup>
          <ItemGroup>
            <DockerExecStep Include="Make" Image="busybox:latest" Command="{command}" Inputs="{inputs}" Outputs="{outputs}" Hermetic="{hermetic}" EnvironmentVariables="U={Guid.NewGuid():N}" />
          </ItemGroup>
          <Target Name="Build" />
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """,
        name).File);

    private static TestProject Beside(TestProject project, string name, string other)
    {
        var root = project.File[..^name.Length];
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, other))!);
        File.Copy(project.File, Path.Combine(root, other));
        return TestProject.At(Path.Combine(root, other));
    }
}
