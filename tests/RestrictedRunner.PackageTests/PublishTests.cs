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
}
