namespace RestrictedRunner.PackageTests;

/// <summary>
/// Globs of a project are expanded before any step runs. What a step removes then is in no list of items when the build
/// reads them.
/// </summary>
public class StaleItemsTests
{
    private const string Restored = "bin/Debug/net10.0/gen/b.json";

    // One file of each kind for each name. MSBuild would write a command anew that holds an element of XML.
    private const string Generate =
        "for f in names/*.txt; do n=%24(basename $f .txt); echo class C$D$n %7B %7D &gt; $D/$n.cs; printf '\\074root /\\076' &gt; $D/$n.resx; "
        + "echo 1 | tee $D/$n.json $D/$n.bin $D/$n.add $D/$n.none $D/$n.mine $D/$n.link &gt; /dev/null; done";

    [EngineFact]
    public async Task A_generated_file_that_is_generated_no_longer_is_in_no_list_of_a_library()
    {
        var project = TestProject.Library(
            $"""
            <ItemGroup>
              <Names Include="names/*.txt" />
              <DockerExecStep Include="Plain" Image="busybox:latest" Inputs="names/*.txt;unique.txt" Outputs="gen/**" Command="{Generate.Replace("$D", "gen", StringComparison.Ordinal)}" />
              <DockerExecStep Include="Hermetic" Image="busybox:latest" Inputs="names/*.txt;unique.txt" Outputs="hermetic/*" Hermetic="true" Command="{Generate.Replace("$D", "hermetic", StringComparison.Ordinal)}" />
              <DockerExecStep Include="@(Names)" Image="busybox:latest" Inputs="%(Identity)" Outputs="each/%(Filename).cs" Command="echo class Each%(Filename) %7B %7D &gt; each/%(Filename).cs" />
            </ItemGroup>
            <ItemGroup>
              <Content Include="gen/*.json;$(MSBuildProjectDirectory)/hermetic/*.json" CopyToOutputDirectory="PreserveNewest" />
              <None Update="gen/*.none;hermetic/*.none" CopyToOutputDirectory="Always" />
              <EmbeddedResource Include="gen/*.bin;./hermetic/*.bin" />
              <AdditionalFiles Include="gen/*.add;hermetic/*.add" />
              <Mine Include="gen/*.mine;hermetic/*.mine" />
              <Content Include="gen/*.link" Link="linked/%(Filename).link" CopyToOutputDirectory="PreserveNewest" />
            </ItemGroup>
            <PropertyGroup><DockerExecItemTypes>$(DockerExecItemTypes);Mine</DockerExecItemTypes></PropertyGroup>
            <Target Name="UseMine" AfterTargets="Build"><Copy SourceFiles="@(Mine)" DestinationFolder="$(OutDir)mine/%(RelativeDir)" /></Target>
            """);
        project.Write("unique.txt", $"{Guid.NewGuid():N}");
        project.Write("names/a.txt", "a");
        project.Write("names/b.txt", "b");
        Assert.Equal(4, (await project.BuildAsync("-restore")).SucceededWithoutWarnings().Runs);
        (await project.BuildAsync()).SucceededWithoutWarnings();
        Assert.True(File.Exists(project[Restored]));
        File.Delete(project["names/b.txt"]);

        var removed = (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.Equal(2, removed.Runs);
        Assert.Equal((false, false), (File.Exists(project[Restored]), File.Exists(project["each/b.cs"])));
        // From the cache there and back, as on a switch of branches.
        project.Write("names/b.txt", "b");
        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.True(File.Exists(project["each/b.cs"]));
        (await project.BuildAsync()).SucceededWithoutWarnings();
        File.Delete(project["names/b.txt"]);
        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.False(File.Exists(project["each/b.cs"]));
        Assert.True(File.Exists(project["each/a.cs"]));
    }

    [EngineTheory]
    [InlineData("-t:Rebuild")]
    [InlineData("-t:Clean;Build")]
    public async Task A_rebuild_of_several_frameworks_finds_no_file_that_is_generated_no_longer(string how)
    {
        var project = TestProject.Library(
            """
            <PropertyGroup><TargetFramework /><TargetFrameworks>net10.0;net9.0</TargetFrameworks></PropertyGroup>
            <ItemGroup>
              <DockerExecStep Include="All" Image="busybox:latest" Inputs="names/*" Outputs="gen/*.cs" Command="for f in names/*; do n=%24(basename $f); echo class $n %7B %7D &gt; gen/$n.cs; done" />
              <DockerExecStep Include="Each" Image="busybox:latest" Inputs="names/*" Outputs="$(TargetFramework)/*.cs" PerTargetFramework="true" Command="for f in names/*; do n=%24(basename $f); echo class Each$n %7B %7D &gt; $(TargetFramework)/$n.cs; done" />
              <DockerExecStep Include="Old" Image="busybox:latest" Outputs="old.cs" Command="echo class Old %7B %7D &gt; old.cs" Condition="!Exists('gone')" />
              <Compile Remove="net*/*.cs" />
              <Compile Include="$(TargetFramework)/*.cs" />
            </ItemGroup>
            """);
        project.Write("names/A", "");
        project.Write("names/B", "");
        (await project.BuildAsync("-restore")).SucceededWithoutWarnings();
        File.Delete(project["names/B"]);
        project.Write("gone", "");

        (await project.BuildAsync(how, "-m:1")).SucceededWithoutWarnings();

        Assert.Equal(["gen/A.cs", "net10.0/A.cs", "net9.0/A.cs"], Sources(project));
    }

    // As in a solution, where one project builds an inner build of another that is at its outer one.
    [EngineFact]
    public async Task What_another_build_of_the_project_removed_since_this_one_was_read_is_in_no_list()
    {
        var project = Bare(
            """
            <DockerExecStep Include="Make" Image="busybox:latest" Inputs="names/*" Outputs="gen/*.txt" Command="for f in names/*; do touch gen/%24(basename $f).txt; done" />
            <Content Include="gen/*.txt" />
            """,
            """
            <Target Name="Remove"><Delete Files="names/b" /></Target>
            <Target Name="Other" AfterTargets="Remove" Condition="'$(Inner)' == ''"><MSBuild Projects="$(MSBuildProjectFullPath)" Properties="Inner=true" Targets="Build" /></Target>
            """);
        project.Write("names/a", "");
        project.Write("names/b", "");
        (await project.BuildAsync()).SucceededWithoutWarnings();

        var build = (await project.BuildAsync("-t:Remove;Build")).SucceededWithoutWarnings();

        Assert.Equal(["Content: gen/a.txt", "Content: gen/a.txt"], build.Said);
    }

    [EngineFact]
    public async Task A_file_that_the_project_names_stays_in_its_list_whether_or_not_it_was_just_removed()
    {
        var project = Bare(
            """
            <DockerExecStep Include="Make" Image="busybox:latest" Inputs="names/*" Outputs="gen/*.txt" Command="for f in names/*; do touch gen/%24(basename $f).txt; done" />
            <Content Include="gen/b.txt" />
            <None Include="gen/*.txt" Exclude="gen/b.txt" />
            """);
        project.Write("names/a", "");
        project.Write("names/b", "");
        project.Write("names/c", "");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        File.Delete(project["names/b"]);
        File.Delete(project["names/c"]);

        Assert.Equal(["Content: gen/b.txt", "None: gen/a.txt"], (await project.BuildAsync()).SucceededWithoutWarnings().Said);
        Assert.Equal(["Content: gen/b.txt", "None: gen/a.txt"], (await project.BuildAsync()).SucceededWithoutWarnings().Said);
    }

    [EngineTheory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task What_the_command_itself_deletes_among_its_outputs_is_in_no_list(string hermetic)
    {
        var project = Bare(
            $"""
            <DockerExecStep Include="Make" Image="busybox:latest" Outputs="gen/*.txt" Command="rm -f gen/*; touch gen/a.txt" EnvironmentVariables="U={Guid.NewGuid():N}" Hermetic="{hermetic}" />
            <Content Include="gen/*.txt" />
            """);
        // Those of an earlier checkout, whose obj is gone.
        project.Write("gen/a.txt", "");
        project.Write("gen/b.txt", "");

        var build = (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.Equal(File.Exists(project["gen/b.txt"]) ? ["Content: gen/a.txt", "Content: gen/b.txt"] : ["Content: gen/a.txt"], build.Said);
        Assert.Equal(hermetic == "true", File.Exists(project["gen/b.txt"]));
    }

    private static TestProject Bare(string items, string targets = "") => new(
        $"""
        <Project>
          <ItemGroup>
            {items}
          </ItemGroup>
          <Target Name="Build">
            <Message Text="Content: %(Content.Identity)" Condition="'@(Content)' != ''" />
            <Message Text="None: %(None.Identity)" Condition="'@(None)' != ''" />
          </Target>
          {targets}
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """);

    private static IEnumerable<string> Sources(TestProject project) =>
        Directory.GetFiles(project.Folder, "*.cs", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(project.Folder, file))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
