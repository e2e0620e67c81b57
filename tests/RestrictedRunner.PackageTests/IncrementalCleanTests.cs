namespace RestrictedRunner.PackageTests;

/// <summary>What MSBuild deletes because it is written no longer, and what not.</summary>
public class IncrementalCleanTests
{
    private const string Generated = "obj/Debug/net10.0/Generated.cs";
    private const string Part = "obj/Debug/net10.0/parts/Part.cs";

    private const string Steps =
        """
        <DockerExecStep Include="Generate" Image="busybox:latest" Inputs="name.txt" Outputs="$(IntermediateOutputPath)Generated.cs" Compile="true"
                        Command="echo &quot;public class %24(cat name.txt) { }&quot; &gt; $(IntermediateOutputPath)Generated.cs" />
        <DockerExecStep Include="Parts" Image="busybox:latest" Inputs="name.txt" Outputs="$(IntermediateOutputPath)parts/" Compile="true"
                        Command="echo 'public class Part { }' &gt; $(IntermediateOutputPath)parts/Part.cs" />
        """;

    private const string Uses = "public class Uses : Made { private readonly Part _part = new(); public override string ToString() => $\"{_part}\"; }";

    [EngineTheory]
    [InlineData("up to date")]
    [InlineData("from the cache")]
    [InlineData("disabled")]
    public async Task What_is_declared_stays_also_when_no_build_writes_it(string how)
    {
        var project = Project();
        (await project.BuildAsync("-restore")).SucceededWithoutWarnings();
        if (how == "from the cache")
        {
            File.Delete(project[Generated]);
            Directory.Delete(project["obj/Debug/net10.0/parts"], recursive: true);
        }

        // The second time by the list that the first has left.
        for (var i = 0; i < 2; i++)
        {
            var build = (await project.BuildAsync(how == "disabled" ? ["-p:DockerExecEnabled=false"] : [])).SucceededWithoutWarnings();

            Assert.Empty(build.CommandLines);
            Assert.Equal(how == "from the cache" && i == 0, build.Texts.Contains("Generate: from the cache"));
            Assert.Equal((true, true), (File.Exists(project[Generated]), File.Exists(project[Part])));
        }
    }

    [EngineTheory]
    [InlineData("renamed")]
    [InlineData("removed")]
    [InlineData("disabled and removed")]
    public async Task What_is_declared_no_longer_is_deleted_by_the_next_build(string how)
    {
        var project = Project();
        (await project.BuildAsync("-restore")).SucceededWithoutWarnings();
        var text = await File.ReadAllTextAsync(project.File, TestContext.Current.CancellationToken);
        project.Write(
            Path.GetFileName(project.File),
            how == "renamed"
                ? text.Replace("Generated.cs", "Renamed.cs", StringComparison.Ordinal).Replace("parts/", "pieces/", StringComparison.Ordinal)
                : text.Replace("<DockerExecStep", "<NoStep", StringComparison.Ordinal));
        if (how != "renamed")
        {
            project.Write("Uses.cs", "public class Uses { }");
        }

        (await project.BuildAsync(how == "disabled and removed" ? ["-restore", "-p:DockerExecEnabled=false"] : ["-restore"])).SucceededWithoutWarnings();

        Assert.Equal((false, false), (File.Exists(project[Generated]), File.Exists(project[Part])));
        Assert.Equal(how == "renamed", File.Exists(project["obj/Debug/net10.0/Renamed.cs"]));
    }

    private static TestProject Project()
    {
        var project = TestProject.Library($"<ItemGroup>{Steps}</ItemGroup>");
        // A content of its own, so that the cache has nothing of another test.
        project.Write("name.txt", $"Made {{ }} class C{Guid.NewGuid():N}");
        project.Write("Uses.cs", Uses);
        return project;
    }
}
