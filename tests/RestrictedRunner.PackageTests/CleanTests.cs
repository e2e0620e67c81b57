namespace RestrictedRunner.PackageTests;

/// <summary>What one configuration or framework wrote, Clean of another leaves.</summary>
public class CleanTests
{
    [EngineFact]
    public async Task Clean_of_one_configuration_leaves_what_another_wrote()
    {
        var project = TestProject.Library(Steps("""
            <DockerExecStep Include="Own" Image="busybox:latest" Command="echo 'class Own { }' &gt; $(IntermediateOutputPath)Own.cs" Outputs="$(IntermediateOutputPath)Own.cs" />
            <DockerExecStep Include="Gen" Image="busybox:latest" Command="echo $(Configuration) &gt; gen/$(Configuration).txt" Outputs="gen/" />
            """));
        Assert.Equal(2, (await project.BuildAsync("-restore", "-c:Release")).Succeeded().Runs);
        Assert.Equal(2, (await project.BuildAsync()).Succeeded().Runs);
        // Both write into the same folder, but each its own file.
        Assert.Equal(["gen/Debug.txt"], Written(project, "gen"));
        Assert.Equal(["obj/Debug/net10.0/Own.cs", "obj/Release/net10.0/Own.cs"], Written(project, "obj", "Own.cs"));

        (await project.BuildAsync("-t:Clean")).SucceededWithoutWarnings();

        Assert.Empty(Written(project, "gen"));
        Assert.Equal(["obj/Release/net10.0/Own.cs"], Written(project, "obj", "Own.cs"));
        Assert.NotEmpty(Written(project, "obj/docker-exec"));

        (await project.BuildAsync("-t:Clean", "-c:Release")).SucceededWithoutWarnings();

        Assert.Empty(Written(project, "obj", "Own.cs"));
        Assert.False(Directory.Exists(project["obj/docker-exec"]));
    }

    [EngineFact]
    public async Task What_a_step_wrote_that_is_gone_goes_with_its_configuration()
    {
        var project = TestProject.Library(Steps("""
            <DockerExecStep Include="Old" Image="busybox:latest" Command="echo 1 &gt; old.txt" Outputs="old.txt" Condition="'$(WithOld)' == 'true'" />
            <DockerExecStep Include="New" Image="busybox:latest" Command="echo 1 &gt; new.txt" Outputs="new.txt" />
            """));
        Assert.Equal(2, (await project.BuildAsync("-restore", "-p:WithOld=true")).Succeeded().Runs);

        (await project.BuildAsync("-t:Clean", "-c:Release")).SucceededWithoutWarnings();
        Assert.True(File.Exists(project["old.txt"]));

        (await project.BuildAsync("-t:Clean")).SucceededWithoutWarnings();
        Assert.False(File.Exists(project["old.txt"]));
        Assert.False(Directory.Exists(project["obj/docker-exec"]));
    }

    [EngineTheory]
    [InlineData("--no-incremental")]
    [InlineData("-t:Rebuild")]
    [InlineData("-t:Clean;Build")]
    public async Task A_rebuild_finds_what_globs_find_in_each_of_several_frameworks(string how)
    {
        var project = SeveralFrameworks();
        (await project.BuildAsync("-restore")).Succeeded();
        (await project.BuildAsync()).Succeeded();

        (await project.BuildAsync(how, "-m:1")).Succeeded();

        foreach (var framework in new[] { "net9.0", "net10.0" })
        {
            Assert.True(File.Exists(project[$"bin/Debug/{framework}/content/data.json"]), framework);
            Assert.Contains($"Each {framework}", await File.ReadAllTextAsync(project[$"bin/Debug/{framework}/each/{framework}.json"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [EngineFact]
    public async Task Clean_of_one_framework_leaves_what_all_share_and_what_others_have()
    {
        var project = SeveralFrameworks();
        (await project.BuildAsync("-restore")).Succeeded();

        (await project.BuildAsync("-t:Clean", "-p:TargetFramework=net9.0")).SucceededWithoutWarnings();
        Assert.Equal(["content/data.json", "each/net10.0.json"], [.. Written(project, "content"), .. Written(project, "each")]);

        (await project.BuildAsync("-t:Clean")).SucceededWithoutWarnings();
        Assert.Empty(Written(project, "content").Concat(Written(project, "each")));
        Assert.False(Directory.Exists(project["obj/docker-exec"]));
    }

    private static TestProject SeveralFrameworks() => TestProject.Library(Steps("""
        <DockerExecStep Include="All" Image="busybox:latest" Command="date +%25s%25N &gt; content/data.json" Outputs="content/data.json" />
        <DockerExecStep Include="Each" Image="busybox:latest" Command="echo Each $(TargetFramework) &gt; each/$(TargetFramework).json" Outputs="each/$(TargetFramework).json" PerTargetFramework="true" />
        <Content Include="content/*.json" CopyToOutputDirectory="PreserveNewest" />
        <Content Include="each/$(TargetFramework).json*" CopyToOutputDirectory="PreserveNewest" />
        """, "<TargetFramework /><TargetFrameworks>net10.0;net9.0</TargetFrameworks>"));

    private static string Steps(string items, string properties = "") => $"""
        <PropertyGroup><DockerExecCache>off</DockerExecCache>{properties}</PropertyGroup>
        <ItemGroup>
          {items}
        </ItemGroup>
        """;

    private static IEnumerable<string> Written(TestProject project, string folder, string pattern = "*") => Directory.Exists(project[folder])
        ? Directory.GetFiles(project[folder], pattern, SearchOption.AllDirectories).Select(file => Path.GetRelativePath(project.Folder, file)).Order(StringComparer.Ordinal)
        : [];
}
