namespace RestrictedRunner.PackageTests;

/// <summary>What steps wrote that the project no longer declares.</summary>
public class GoneStepsTests
{
    private const string Old = """<DockerExecStep Include="Old" Image="busybox:latest" Inputs="names/*" Outputs="gen/*.txt" Command="for f in names/*; do echo x &gt; gen/%24(basename $f).txt; done" />""";

    public static TheoryData<string, string> Changes => new()
    {
        { "another name", Old.Replace("Old", "New", StringComparison.Ordinal) },
        { "another name, and hermetic", Old.Replace("\"Old\"", "\"New\" Hermetic=\"true\"", StringComparison.Ordinal) },
        { "another folder", Old.Replace("gen/", "made/", StringComparison.Ordinal) },
        { "another name and folder", Old.Replace("Old", "New", StringComparison.Ordinal).Replace("gen/", "made/", StringComparison.Ordinal) },
        { "a folder for a glob", Old.Replace("\"gen/*.txt\"", "\"gen/\"", StringComparison.Ordinal) },
        { "a name for a glob", """<DockerExecStep Include="Old" Image="busybox:latest" Inputs="names/*" Outputs="gen/a.txt" Command="echo x &gt; gen/a.txt" />""" },
        { "another step", """<DockerExecStep Include="Other" Image="busybox:latest" Outputs="other.txt" Command="echo x &gt; other.txt" />""" },
        { "no step", "" },
    };

    [EngineTheory]
    [MemberData(nameof(Changes))]
    public async Task It_goes_with_the_next_build(string change, string steps)
    {
        var project = Project(Old);
        project.Write("names/a", "");
        project.Write("names/b", "");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        project.Write("gen/own.txt", "own");
        project.Write("gen/a.txt", change.Length % 2 == 0 ? "x\n" : "by hand");
        File.Delete(project["names/b"]);
        Replace(project, Old, steps);

        var build = (await project.BuildAsync()).SucceededWithoutWarnings();

        // What was changed by hand is the user's, unless a step makes it.
        var makesA = steps.Contains("gen/", StringComparison.Ordinal);
        Assert.Equal(makesA || change.Length % 2 != 0 ? ["a.txt", "own.txt"] : ["own.txt"], Files(project, "gen"));
        Assert.Equal(Files(project, "gen").Select(name => $"gen/{name}"), build.Said.Order(StringComparer.Ordinal));
        (await project.BuildAsync("-t:CleanDockerExec")).SucceededWithoutWarnings();
        Assert.Contains("own.txt", Files(project, "gen"));
        Assert.False(Directory.Exists(project["obj"]) && Directory.EnumerateFileSystemEntries(project["obj"]).Any());
    }

    [EngineFact]
    public async Task It_stays_while_the_project_may_still_declare_them()
    {
        var project = Project(
            """
            <Names Include="names/*" />
            <DockerExecStep Include="Sometimes" Image="busybox:latest" Outputs="gen/sometimes.txt" Command="touch gen/sometimes.txt" Condition="'$(Off)' != 'true'" />
            <DockerExecStep Include="Place" Image="busybox:latest" Outputs="gen/$(Place)place.txt" Command="touch gen/$(Place)place.txt" />
            <DockerExecStep Include="Of$(Place)" Image="busybox:latest" Outputs="gen/of$(Place).txt" Command="touch gen/of$(Place).txt" />
            <DockerExecStep Include="@(Names->'%(Filename)')" Image="busybox:latest" Outputs="gen/%(Filename).txt" Command="touch gen/%(Filename).txt" Condition="'$(Off)' != 'true'" />
            """);
        project.Write("names/a", "");
        project.Write("names/b", "");
        Assert.Equal(5, (await project.BuildAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings().Runs);

        (await project.BuildAsync("-p:DockerExecCache=off", "-p:Off=true", "-p:Place=other")).SucceededWithoutWarnings();

        Assert.Equal(["a.txt", "b.txt", "of.txt", "ofother.txt", "otherplace.txt", "place.txt", "sometimes.txt"], Files(project, "gen"));
        Assert.Equal(0, (await project.BuildAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings().Runs);
    }

    [EngineFact]
    public async Task It_stays_in_the_outer_build_of_several_frameworks_which_does_not_know_all_steps()
    {
        var project = TestProject.Library(
            """
            <PropertyGroup><TargetFramework /><TargetFrameworks>net10.0;net9.0</TargetFrameworks><DockerExecCache>off</DockerExecCache></PropertyGroup>
            <ItemGroup>
              <Names Include="names/*" Condition="'$(TargetFramework)' == 'net9.0'" />
              <DockerExecStep Include="Ten" Image="busybox:latest" Outputs="gen/ten.txt" Command="touch gen/ten.txt" Condition="'$(TargetFramework)' == 'net10.0'" />
              <DockerExecStep Include="Each" Image="busybox:latest" Outputs="gen/each$(TargetFramework).txt" Command="touch gen/each$(TargetFramework).txt" PerTargetFramework="true" />
              <DockerExecStep Include="@(Names->'%(Filename)')" Image="busybox:latest" Outputs="gen/%(Filename).txt" Command="touch gen/%(Filename).txt" />
            </ItemGroup>
            """);
        project.Write("names/a", "");
        Assert.Equal(4, (await project.BuildAsync("-restore")).SucceededWithoutWarnings().Runs);

        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
    }

    [EngineFact]
    public async Task It_goes_also_when_the_project_file_has_another_name()
    {
        var project = Project(Old);
        project.Write("names/a", "");
        project.Write("names/b", "");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        File.Delete(project["names/b"]);
        File.Move(project.File, project["renamed.proj"]);
        var renamed = TestProject.At(project["renamed.proj"]);

        (await renamed.BuildAsync()).SucceededWithoutWarnings();
        Assert.Equal(["a.txt"], Files(renamed, "gen"));

        (await renamed.BuildAsync("-t:CleanDockerExec")).SucceededWithoutWarnings();
        Assert.False(Directory.Exists(renamed["gen"]) || Directory.Exists(renamed["obj/docker-exec"]));
    }

    private static TestProject Project(string steps) => new(
        $"""
        <Project>
          <ItemGroup>
            {steps}
            <Content Include="gen/*.txt" />
          </ItemGroup>
          <Target Name="Build">
            <Message Text="%(Content.Identity)" Condition="'@(Content)' != ''" />
          </Target>
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """);

    private static void Replace(TestProject project, string steps, string by) =>
        File.WriteAllText(project.File, File.ReadAllText(project.File).Replace(steps, by, StringComparison.Ordinal));

    private static IEnumerable<string> Files(TestProject project, string folder) =>
        Directory.Exists(project[folder]) ? Directory.GetFiles(project[folder]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal) : [];
}
