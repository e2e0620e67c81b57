namespace RestrictedRunner.PackageTests;

/// <summary>Steps of test projects.</summary>
public class DotnetTestTests
{
    private static readonly string XunitVersion = Directory.GetDirectories(Path.Combine(TestRun.RestoredPackages, "xunit.v3")).Select(Path.GetFileName).Max(StringComparer.Ordinal)!;

    [EngineFact]
    [Trait("Tier", "Long")]
    public Task A_step_of_a_test_project_runs_once_and_not_at_all_without_a_build() =>
        RunsOnceAsync("<TargetFramework>net10.0</TargetFramework>");

    [EngineFact]
    [Trait("Tier", "Long")]
    public Task A_step_of_a_test_project_of_several_frameworks_runs_once_and_not_at_all_without_a_build() =>
        RunsOnceAsync("<TargetFrameworks>net9.0;net10.0</TargetFrameworks>");

    private static async Task RunsOnceAsync(string frameworks)
    {
        var project = Project(frameworks);

        var first = await DotNet.RunAsync(project.Folder, "test", "--project", project.File);
        var second = await DotNet.RunAsync(project.Folder, "test", "--project", project.File, "--no-build");

        first.Succeeded();
        second.Succeeded();
        Assert.Single(await File.ReadAllLinesAsync(project["obj/runs"], TestContext.Current.CancellationToken));
    }

    private static TestProject Project(string frameworks)
    {
        var project = new TestProject(
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                {frameworks}
                <OutputType>Exe</OutputType>
                <RollForward>Major</RollForward>
                <DockerExecCache>off</DockerExecCache>
                <RestoreAdditionalProjectSources>{TestRun.RestoredPackages}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="RestrictedRunner.Build" Version="$VERSION" PrivateAssets="all" />
                <PackageReference Include="xunit.v3" Version="{XunitVersion}" />
                <DockerExecStep Include="Generate" Image="busybox:latest" Inputs="template.txt" Outputs="Made.cs"
                                Command="echo run &gt;&gt; obj/runs; cp template.txt Made.cs" />
              </ItemGroup>
            </Project>
            """,
            "Tests.csproj");
        project.Write("template.txt", "public class Made { public const int Three = 3; }");
        project.Write("global.json", """{ "test": { "runner": "Microsoft.Testing.Platform" } }""");
        project.Write("MadeTests.cs", "public class MadeTests { [Xunit.Fact] public void It_is_compiled_in() => Xunit.Assert.Equal(3, Made.Three); }");
        return project;
    }
}
