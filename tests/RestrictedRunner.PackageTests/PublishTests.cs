namespace RestrictedRunner.PackageTests;

/// <summary>What steps write goes along with what is published.</summary>
public class PublishTests
{
    [EngineTheory]
    [InlineData("None")]
    [InlineData("Content")]
    public async Task An_output_is_published_also_without_a_build(string item)
    {
        var project = TestProject.Library(
            $"""
            <PropertyGroup><DockerExecCache>off</DockerExecCache></PropertyGroup>
            <ItemGroup>
              <DockerExecStep Include="Sort" Image="busybox:latest" Inputs="names.txt" Outputs="data/sorted.txt" Command="sort names.txt &gt; data/sorted.txt" />
              <{item} Remove="data/sorted.txt" />
              <{item} Include="data/sorted.txt" CopyToPublishDirectory="PreserveNewest" />
            </ItemGroup>
            """);
        project.Write("names.txt", "b\na\n");

        var first = await project.BuildAsync("-restore", "-t:Publish", "-p:PublishDir=first/");
        var second = await project.BuildAsync("-t:Publish", "-p:PublishDir=second/", "-p:NoBuild=true");

        Assert.Single(first.SucceededWithoutWarnings().CommandLines);
        Assert.Empty(second.SucceededWithoutWarnings().CommandLines);
        foreach (var folder in new[] { "first", "second" })
        {
            Assert.Equal("a\nb\n", await File.ReadAllTextAsync(project[$"{folder}/data/sorted.txt"], TestContext.Current.CancellationToken));
        }
    }

    [EngineFact]
    public async Task An_output_is_packed_also_without_a_build()
    {
        var project = TestProject.Library(
            """
            <PropertyGroup>
              <TargetFramework /><TargetFrameworks>net10.0;net9.0</TargetFrameworks>
              <TargetsForTfmSpecificContentInPackage>$(TargetsForTfmSpecificContentInPackage);PackGenerated</TargetsForTfmSpecificContentInPackage>
            </PropertyGroup>
            <ItemGroup>
              <DockerExecStep Include="Make" Image="busybox:latest" Outputs="$(TargetFramework).txt" Command="echo 1 &gt; $(TargetFramework).txt" PerTargetFramework="true" />
            </ItemGroup>
            <Target Name="PackGenerated">
              <ItemGroup><TfmSpecificPackageFile Include="@(DockerExecOutput)" PackagePath="gen" /></ItemGroup>
            </Target>
            """);

        (await project.BuildAsync("-restore", "-c:Release")).Succeeded();
        (await project.BuildAsync("-t:Pack", "-c:Release", "-p:NoBuild=true", "-p:PackageOutputPath=without/")).Succeeded();
        (await project.BuildAsync("-t:Pack", "-c:Release", "-p:PackageOutputPath=with/")).Succeeded();

        foreach (var folder in new[] { "without", "with" })
        {
            using var package = System.IO.Compression.ZipFile.OpenRead(Assert.Single(Directory.GetFiles(project[folder], "*.nupkg")));
            Assert.Equal(["gen/net10.0.txt", "gen/net9.0.txt"], package.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith("gen/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        }
    }
}
