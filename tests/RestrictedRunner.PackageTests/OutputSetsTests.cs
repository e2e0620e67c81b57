namespace RestrictedRunner.PackageTests;

/// <summary>Steps whose outputs are a glob or a folder: which files that is depends on their inputs.</summary>
public class OutputSetsTests
{
    private const string Glob = "gen/**/*.txt";
    private const string Folder = "gen/";

    // One file for each word.
    private const string Generate = "for n in %24(cat names.txt); do mkdir -p gen/$n; echo $n &gt; gen/$n/$n.txt; done";

    public static TheoryData<string, bool> EachKind => new() { { Glob, true }, { Glob, false }, { Folder, true }, { Folder, false } };

    [EngineTheory]
    [MemberData(nameof(EachKind))]
    public async Task A_result_is_what_the_step_wrote_and_nothing_of_earlier_runs(string outputs, bool hermetic)
    {
        var unique = Unique();
        var project = Project(outputs, hermetic, unique);
        project.Write("names.txt", "a b");
        Assert.Equal(1, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.Equal(["a/", "a/a.txt", "b/", "b/b.txt"], Generated(project));
        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        project.Write("names.txt", "b c");
        Assert.Equal(1, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.Equal(["b/", "b/b.txt", "c/", "c/c.txt"], Generated(project));
        project.Write("names.txt", "a b");

        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);

        Assert.Equal(["a/", "a/a.txt", "b/", "b/b.txt"], Generated(project));
        Assert.Equal("a\n", await File.ReadAllTextAsync(project["gen/a/a.txt"], TestContext.Current.CancellationToken));
        var other = Project(outputs, hermetic, unique);
        other.Write("names.txt", "b c");
        Assert.Equal(0, (await other.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.Equal(["b/", "b/b.txt", "c/", "c/c.txt"], Generated(other));
    }

    [EngineTheory]
    [MemberData(nameof(EachKind))]
    public async Task A_file_that_was_changed_or_deleted_comes_back(string outputs, bool hermetic)
    {
        var project = Project(outputs, hermetic, Unique());
        project.Write("names.txt", "a b");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        project.Write("gen/a/a.txt", "changed");
        File.Delete(project["gen/b/b.txt"]);

        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);

        Assert.Equal(["a/", "a/a.txt", "b/", "b/b.txt"], Generated(project));
        Assert.Equal("a\n", await File.ReadAllTextAsync(project["gen/a/a.txt"], TestContext.Current.CancellationToken));
    }

    [EngineTheory]
    [MemberData(nameof(EachKind))]
    public async Task A_file_of_the_users_own_stays_whatever_happens(string outputs, bool hermetic)
    {
        var unique = Unique();
        var project = Project(outputs, hermetic, unique);
        project.Write("gen/own.txt", "own");
        foreach (var (names, runs) in new[] { ("a", 1), ("b", 1), ("a", hermetic ? 0 : 1) })
        {
            project.Write("names.txt", names);
            Assert.Equal(runs, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
            Assert.Equal([$"{names}/", $"{names}/{names}.txt", "own.txt"], Generated(project));
            Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        }

        // Where nothing is in the way, the result is one of the step alone.
        var other = Project(outputs, hermetic, unique);
        other.Write("names.txt", "b");
        Assert.Equal(hermetic ? 0 : 1, (await other.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.Equal(["b/", "b/b.txt"], Generated(other));

        project.Write("names.txt", "b");
        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.Equal(["b/", "b/b.txt", "own.txt"], Generated(project));
        Assert.Equal("own", await File.ReadAllTextAsync(project["gen/own.txt"], TestContext.Current.CancellationToken));
    }

    [EngineTheory]
    [MemberData(nameof(EachKind))]
    public async Task A_failed_step_leaves_none_of_its_files(string outputs, bool hermetic)
    {
        var project = Project(outputs, hermetic, Unique(), $"{Generate}; test %24(cat names.txt) != bad");
        project.Write("names.txt", "good");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        project.Write("gen/own.txt", "own");
        project.Write("names.txt", "bad");

        Assert.Equal("RRB3001", (await project.BuildAsync()).FailedWithOneError().Code);

        Assert.Equal(["own.txt"], Generated(project));
    }

    [EngineTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_the_user_took_over_is_the_users(bool hermetic)
    {
        var project = Project(Glob, hermetic, Unique());
        project.Write("names.txt", "a b");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        project.Write("names.txt", "b");
        project.Write("gen/a/a.txt", "by hand");

        (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.Equal("by hand", await File.ReadAllTextAsync(project["gen/a/a.txt"], TestContext.Current.CancellationToken));
    }

    [EngineTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Inputs_that_are_outputs_too_are_never_removed(bool hermetic)
    {
        const string command = "sed -i 's/ *$//' src/*.txt; ! grep -q bad src/*.txt";
        var project = Project("src/*.txt", hermetic, Unique(), command, inputs: "src/*.txt");
        project.Write("src/a.txt", "a  \n");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        Assert.Equal("a\n", await File.ReadAllTextAsync(project["src/a.txt"], TestContext.Current.CancellationToken));
        (await project.BuildAsync()).SucceededWithoutWarnings();
        project.Write("src/b.txt", "b \n");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        project.Write("src/b.txt", "bad \n");

        Assert.Equal("RRB3001", (await project.BuildAsync()).FailedWithOneError().Code);
        (await project.BuildAsync("-t:CleanDockerExec")).SucceededWithoutWarnings();

        Assert.Equal(["a.txt", "b.txt"], Directory.GetFiles(project["src"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Clean_keeps_a_named_output_that_no_step_wrote_where_steps_are_not_run()
    {
        var project = Project("parser.c", hermetic: false, Unique());
        project.Write("parser.c", "in git");

        (await project.BuildAsync("-t:CleanDockerExec", "-p:DockerExecEnabled=false")).SucceededWithoutWarnings();
        Assert.True(File.Exists(project["parser.c"]));

        (await project.BuildAsync("-t:CleanDockerExec")).SucceededWithoutWarnings();
        Assert.False(File.Exists(project["parser.c"]));
    }

    [EngineFact]
    public async Task Clean_removes_what_steps_wrote_and_nothing_else()
    {
        var project = TestProject.Library(
            """
            <ItemGroup>
              <DockerExecStep Include="Generate" Image="busybox:latest" Inputs="name.txt" Outputs="gen/*.cs;docs/"
                              Command="echo &quot;public class %24(cat name.txt) { }&quot; &gt; gen/Made.cs; echo x &gt; docs/made.txt" />
            </ItemGroup>
            """);
        project.Write("name.txt", "Made");
        project.Write("gen/Own.cs", "public class Own : Made { }");
        project.Write("docs/own.txt", "own");
        (await project.BuildAsync("-restore")).SucceededWithoutWarnings();
        (await project.BuildAsync("-p:DockerExecEnabled=false")).SucceededWithoutWarnings();
        Assert.True(File.Exists(project["gen/Made.cs"]));

        (await project.BuildAsync("-t:Clean")).SucceededWithoutWarnings();

        Assert.Equal(["gen/Own.cs"], Files(project, "gen"));
        Assert.Equal(["docs/own.txt"], Files(project, "docs"));
    }

    private static TestProject Project(string outputs, bool hermetic, string unique, string command = Generate, string inputs = "names.txt")
    {
        var project = new TestProject(
            $"""
            <Project>
              <ItemGroup>
                <DockerExecStep Include="Generate" Image="busybox:latest" Command="{command}" Inputs="{inputs};unique.txt" Outputs="{outputs}" Hermetic="{hermetic}" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        project.Write("unique.txt", unique);
        return project;
    }

    private static string Unique() => $"{Guid.NewGuid():N}\n";

    private static IEnumerable<string> Generated(TestProject project) =>
        new DirectoryInfo(project["gen"]).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(entry => Path.GetRelativePath(project["gen"], entry.FullName) + (entry is DirectoryInfo ? "/" : ""))
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Files(TestProject project, string folder) =>
        Directory.EnumerateFiles(project[folder], "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(project.Folder, file));
}
