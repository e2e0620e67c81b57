using System.Text.RegularExpressions;

namespace RestrictedRunner.PackageTests;

/// <summary>What a user copies from the README builds as it is.</summary>
public partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    private static readonly string[] Examples = [.. Example().Matches(Readme).Select(match => match.Groups["xml"].Value)];

    [Fact]
    public async Task Whole_projects_build()
    {
        var project = Assert.Single(Examples, IsProject);
        var build = (await new TestProject(project).BuildInItsOwnProcessAsync()).SucceededWithoutWarnings();
        Assert.Equal(1, build.Steps);
    }

    [Fact]
    public async Task All_other_examples_build_in_a_project()
    {
        string[] parts = [.. Examples.Where(example => !IsProject(example) && !IsImport(example) && !IsDeclared(example))];
        Assert.NotEmpty(parts);
        var project = TestProject.Library(string.Concat(parts.Select((part, i) => IsTarget(part) ? part : $"""<Target Name="Example{i}" AfterTargets="Build">{part}</Target>""")));
        project.Write("names.txt", "Grace\nAda\n");
        project.Write("protos/a.proto", "");

        var build = (await project.BuildInItsOwnProcessAsync()).SucceededWithoutWarnings();

        Assert.Equal(parts.Length, build.Steps);
        Assert.Matches("^Hello from [0-9a-f]{12}$", build.Output[0]);
        Assert.Contains("a\\b;", build.Output);
        Assert.Contains("hello from /work", build.Output);
        Assert.Equal("Ada\nGrace\n", await File.ReadAllTextAsync(project["obj/Debug/net10.0/sorted.txt"], TestContext.Current.CancellationToken));
    }

    [EngineTheory]
    [InlineData("semi;c", "semi%3Bc")]
    [InlineData("pc%20t", "pc%2520t")]
    [InlineData("a,b 'c", "a,b 'c")]
    public async Task The_repository_is_mounted_at_its_own_path_whatever_its_folder_is_called(string folder, string escaped)
    {
        var project = TestProject.WithTarget($"""<MSBuild Projects="{escaped}/app/app.proj" />""");
        project.Write($"{folder}/Directory.Build.props", $"<Project><PropertyGroup>{RepoRoot().Match(Readme).Value}</PropertyGroup></Project>");
        project.Write($"{folder}/app/names.txt", "Ada\n");
        project.Write($"{folder}/app/app.proj", $"""
            <Project>
              <Import Project="../Directory.Build.props" />
              <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
              {Assert.Single(Examples, example => example.Contains("$(RepoRoot):$(RepoRoot)", StringComparison.Ordinal)).Replace(" BeforeTargets=\"BeforeBuild\"", "", StringComparison.Ordinal)}
            </Project>
            """);

        var build = (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.Contains("1 names.txt", build.Output.Select(line => line.Trim()));
    }

    [EngineFact]
    public async Task A_package_brings_the_task_to_whoever_uses_it_through_another_project()
    {
        var package = TestProject.Library("""
            <PropertyGroup><PackageId>Tools</PackageId><Version>1.0.0</Version></PropertyGroup>
            <ItemGroup>
              <PackageReference Remove="RestrictedRunner.Build" />
              <None Include="tools.targets" Pack="true" PackagePath="buildTransitive/Tools.targets" />
            </ItemGroup>
            """);
        package.Write("tools.targets", $"""
            <Project>
              {Examples.Last(IsImport)}
              <Target Name="Hello" BeforeTargets="BeforeBuild"><DockerExec Image="busybox" Command="echo from tools" /></Target>
              <ItemGroup>
                <DockerExecStep Include="Tools" Image="busybox" Command="echo 'class Tools;' &gt; Tools.cs" Outputs="Tools.cs" />
              </ItemGroup>
            </Project>
            """);
        (await package.BuildAsync("-restore", "-t:Pack", $"-p:PackageOutputPath={package["feed"]}")).Succeeded();
        const string Project = """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <EnableDefaultCompileItems>false</EnableDefaultCompileItems>
                <RestoreAdditionalProjectSources>$FEED</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>$ITEM</ItemGroup>
            </Project>
            """;
        var user = new TestProject(Project.Replace("$FEED", package["feed"], StringComparison.Ordinal).Replace("$ITEM", """<ProjectReference Include="other/Other.csproj" />""", StringComparison.Ordinal), "User.csproj");
        user.Write("other/Other.csproj", Project.Replace("$FEED", package["feed"], StringComparison.Ordinal).Replace("$ITEM", """<PackageReference Include="Tools" Version="1.0.0" />""", StringComparison.Ordinal));

        var build = (await user.BuildAsync("-restore")).SucceededWithoutWarnings();

        Assert.Equal(2, build.Output.Count(line => line == "from tools"));
        Assert.True(File.Exists(user["Tools.cs"]) && File.Exists(user["other/Tools.cs"]));
    }

    [Fact]
    public async Task The_line_for_all_projects_gives_them_the_task_before_the_restore_too()
    {
        var project = new TestProject(
            """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
              </PropertyGroup>
              <Target Name="BeforeIt" BeforeTargets="Restore">
                <DockerExec Image="busybox" Command="echo first" />
              </Target>
            </Project>
            """,
            "App.csproj");
        project.Write("Directory.Build.targets", $"<Project>{Examples.First(IsImport)}</Project>");

        var build = (await project.BuildAsync("-t:Restore")).SucceededWithoutWarnings();

        Assert.Equal("first", build.Output[0]);
    }

    [Fact]
    public async Task The_declared_steps_build()
    {
        var project = TestProject.Library(string.Concat(Examples.Where(IsDeclared)));
        project.Write("names.txt", "Grace\nAda\n");
        project.Write("templates/One.txt", "class NAME { }\n");
        project.Write("templates/Two.txt", "struct NAME { One one; }\n");

        (await project.BuildInItsOwnProcessAsync("-restore")).Succeeded();
        (await project.BuildAsync()).Succeeded();

        Assert.Equal("Ada\nGrace\n", await File.ReadAllTextAsync(project["sorted.txt"], TestContext.Current.CancellationToken));
        Assert.Equal("[]\n", await File.ReadAllTextAsync(project["bin/Debug/net10.0/fixtures/names.json"], TestContext.Current.CancellationToken));
        Assert.Equal("struct Two { One one; }\n", await File.ReadAllTextAsync(project["gen/Two.cs"], TestContext.Current.CancellationToken));
    }

    private static bool IsDeclared(string example) => example.Contains("<DockerExecStep ", StringComparison.Ordinal);

    private static bool IsImport(string example) => example.StartsWith("<Import", StringComparison.Ordinal);

    private static bool IsProject(string example) => example.StartsWith("<Project", StringComparison.Ordinal);

    private static bool IsTarget(string example) => example.StartsWith("<Target", StringComparison.Ordinal);

    [GeneratedRegex(@"<RepoRoot>\$\(\[.*?</RepoRoot>")]
    private static partial Regex RepoRoot();

    [GeneratedRegex("^```xml\n(?<xml>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Example();
}
