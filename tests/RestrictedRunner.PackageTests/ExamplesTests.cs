namespace RestrictedRunner.PackageTests;

/// <summary>What a user copies from README.md and docs/ builds or runs as it is, every example in one of these tests.</summary>
public class ExamplesTests
{
    private static readonly IReadOnlyList<Example> All = [.. Page.All.SelectMany(page => page.Examples)];

    private enum Kind
    {
        /// <summary>A whole project.</summary>
        Project,

        /// <summary>The import that brings the task.</summary>
        Import,

        /// <summary>The property that Directory.Build.props sets for the recipe about Exec.</summary>
        RepoRoot,

        /// <summary>Items of a project, with declared steps.</summary>
        DeclaredSteps,

        /// <summary>Properties and targets of a project.</summary>
        PartOfProject,

        /// <summary>What is in a target.</summary>
        PartOfTarget,
    }

    [Fact]
    public void Every_example_is_built_or_run_by_a_test()
    {
        // Xml(…), the C#, the commands and PipelinesTests take all of theirs, and "text" is what nobody copies.
        Assert.All(All, example => Assert.True(example.Language is "xml" or "cs" or "sh" or "yaml" or "text", $"{example.Where}: no test knows '{example.Language}'"));
        Assert.All(All.Where(example => example.Language == "text"), example => Assert.DoesNotContain('<', example.Text));
        Assert.All(Enum.GetValues<Kind>(), kind => Assert.NotEmpty(Xml(kind)));
    }

    [Fact]
    public async Task Whole_projects_build()
    {
        foreach (var project in Xml(Kind.Project))
        {
            var build = (await new TestProject(project).BuildInItsOwnProcessAsync()).SucceededWithoutWarnings();
            Assert.Equal(Tasks(project), build.Steps);
        }
    }

    [Fact]
    public async Task Parts_of_projects_and_targets_build_in_a_project()
    {
        string[] parts =
        [
            .. Xml(Kind.PartOfProject),
            .. Xml(Kind.PartOfTarget).Select((part, i) => $"""<Target Name="Example{i}" AfterTargets="Build">{part}</Target>"""),
        ];
        var project = TestProject.Library(string.Concat(parts));
        project.Write("names.txt", "Grace\nAda\n");
        project.Write("protos/a.proto", "");

        var build = (await project.BuildInItsOwnProcessAsync()).SucceededWithoutWarnings();

        Assert.All(parts, part => Assert.NotEqual(0, Tasks(part)));
        Assert.Equal(parts.Sum(Tasks), build.Steps);
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
        project.Write($"{folder}/Directory.Build.props", $"<Project>{Assert.Single(Xml(Kind.RepoRoot))}</Project>");
        project.Write($"{folder}/app/names.txt", "Ada\n");
        project.Write($"{folder}/app/app.proj", $"""
            <Project>
              <Import Project="../Directory.Build.props" />
              <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
              {Assert.Single(Xml(Kind.PartOfProject), example => example.Contains("$(RepoRoot):$(RepoRoot)", StringComparison.Ordinal)).Replace(" BeforeTargets=\"BeforeBuild\"", "", StringComparison.Ordinal)}
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
              {Import}
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
        project.Write("Directory.Build.targets", $"<Project>{Import}</Project>");

        var build = (await project.BuildAsync("-t:Restore")).SucceededWithoutWarnings();

        Assert.Equal("first", build.Output[0]);
    }

    [Fact]
    public async Task The_declared_steps_build()
    {
        var project = TestProject.Library(string.Concat(Xml(Kind.DeclaredSteps)));
        project.Write("names.txt", "Grace\nAda\n");
        project.Write("main.c", "#include \"main.h\"\n");
        project.Write("main.h", "int x;\n");
        project.Write("templates/One.txt", "class NAME { }\n");
        project.Write("templates/Two.txt", "struct NAME { One one; }\n");
        project.Write("tools/Dockerfile", "FROM busybox:latest\nARG GREETING\nARG NAME\nRUN printf 'echo %s, %s' \"$GREETING\" \"$NAME\" >/bin/greet && chmod 755 /bin/greet\n");

        var token = new Dictionary<string, string?> { ["FEED_TOKEN"] = "a token" };

        (await project.BuildAsync(new BuildSetting { InItsOwnProcess = true, Arguments = ["-restore"], Environment = token })).Succeeded();
        (await project.BuildAsync()).Succeeded();

        Assert.Equal("7\n", await File.ReadAllTextAsync(project["fetched.txt"], TestContext.Current.CancellationToken));
        Assert.Equal("Ada\nGrace\n", await File.ReadAllTextAsync(project["sorted.txt"], TestContext.Current.CancellationToken));
        Assert.Equal("2\n", await File.ReadAllTextAsync(project["count.txt"], TestContext.Current.CancellationToken));
        Assert.Equal("obj/main.o: main.c main.h\n", await File.ReadAllTextAsync(project["obj/main.d"], TestContext.Current.CancellationToken));
        Assert.Equal("[]\n", await File.ReadAllTextAsync(project["bin/Debug/net10.0/fixtures/names.json"], TestContext.Current.CancellationToken));
        Assert.Equal("hello, Ada\n", await File.ReadAllTextAsync(project["greeting.txt"], TestContext.Current.CancellationToken));
        Assert.Equal("struct Two { One one; }\n", await File.ReadAllTextAsync(project["gen/Two.cs"], TestContext.Current.CancellationToken));
    }

    [EngineFact]
    public async Task The_CSharp_runs_with_the_packed_library()
    {
        var examples = Of("cs").Select(example => example.Text).ToList();
        var lines = examples.SelectMany(example => example.Split('\n')).ToLookup(IsUsing);
        var project = new TestProject(
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RestoreAdditionalProjectSources>{Path.Combine(Repository.Root, "artifacts", "packages")};{TestRun.RestoredPackages}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="RestrictedRunner" Version="$VERSION" />
              </ItemGroup>
            </Project>
            """,
            "App.csproj");
        project.Write("Program.cs", $"{string.Join('\n', lines[true].Distinct())}\n{string.Concat(examples.Select(example => $"{{\n{string.Join('\n', example.Split('\n').Where(line => !IsUsing(line)))}}}\n"))}");

        var run = (await DotNet.RunAsync(project.Folder, "run")).Succeeded();

        Assert.Contains("\nhello\n", run.Console, StringComparison.Ordinal);
        Assert.Contains("\nStandardOutput: ", run.Console, StringComparison.Ordinal);
        Assert.Contains("\nexit code 3\n", run.Console, StringComparison.Ordinal);
        Assert.Contains("\nHELLO\n0\n", run.Console, StringComparison.Ordinal);

        static bool IsUsing(string line) => line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';') && !line.Contains('=', StringComparison.Ordinal);
    }

    // Scripts of the repository are run by its users and by what checks each change; here it counts that they are there.
    [Fact]
    public async Task The_commands_can_be_run()
    {
        var project = new TestProject("""<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>""", "App.csproj");
        var commands = Of("sh").SelectMany(example => example.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(line => line.Split(" #")[0].Trim());

        foreach (var words in commands.Select(command => command.Split(' ')))
        {
            if (words[0] == "dotnet")
            {
                (await DotNet.RunAsync(project.Folder, words[1..])).Succeeded();
            }
            else
            {
                Assert.True(File.GetUnixFileMode(Path.Combine(Repository.Root, words[0])).HasFlag(UnixFileMode.UserExecute), words[0]);
            }
        }
    }

    private static string Import => Assert.Single(Xml(Kind.Import).Distinct());

    private static IEnumerable<Example> Of(string language) => All.Where(example => example.Language == language);

    private static IEnumerable<string> Xml(Kind kind) => Of("xml").Select(example => example.Text).Where(xml => KindOf(xml) == kind);

    private static Kind KindOf(string xml) =>
        xml.StartsWith("<Project", StringComparison.Ordinal) ? Kind.Project
        : xml.StartsWith("<Import", StringComparison.Ordinal) ? Kind.Import
        : xml.StartsWith("<PropertyGroup>\n  <RepoRoot>", StringComparison.Ordinal) ? Kind.RepoRoot
        : xml.Contains("<DockerExecStep ", StringComparison.Ordinal) ? Kind.DeclaredSteps
        : xml.StartsWith("<Target", StringComparison.Ordinal) || xml.StartsWith("<PropertyGroup", StringComparison.Ordinal) ? Kind.PartOfProject
        : Kind.PartOfTarget;

    private static int Tasks(string xml) => xml.Split("<DockerExec ").Length - 1;
}
