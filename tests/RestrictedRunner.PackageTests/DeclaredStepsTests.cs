namespace RestrictedRunner.PackageTests;

/// <summary>Steps that a project declares as items.</summary>
public class DeclaredStepsTests
{
    private const string Sort = """<DockerExecStep Include="Sort" Image="busybox:latest" Command="sort names.txt &gt; sorted.txt" Inputs="names.txt" Outputs="sorted.txt" />""";

    [EngineFact]
    public async Task A_step_runs_in_the_projects_folder_and_what_it_writes_is_the_callers()
    {
        var project = Project(Sort);
        project.Write("names.txt", "b\na\n");

        var build = await project.BuildAsync();

        build.SucceededWithoutWarnings();
        Assert.Equal("a\nb\n", await File.ReadAllTextAsync(project["sorted.txt"], TestContext.Current.CancellationToken));
        Assert.Equal(await Unix.UserAsync(), await Unix.OwnerAsync(project["sorted.txt"]));
        Assert.Equal(1, build.Runs);
    }

    [EngineFact]
    public async Task An_unchanged_step_is_not_run_again()
    {
        var project = Project(Sort);
        project.Write("names.txt", "b\na\n");
        (await project.BuildAsync()).Succeeded();
        File.SetLastWriteTimeUtc(project["names.txt"], DateTime.UtcNow.AddHours(1));

        var build = await project.BuildAsync();

        Assert.Equal(0, build.SucceededWithoutWarnings().Runs);
        Assert.Contains("Step 'Sort' is up to date.", build.Texts);
    }

    [EngineTheory]
    [InlineData("input")]
    [InlineData("mode")]
    [InlineData("output")]
    [InlineData("no output")]
    [InlineData("parameter")]
    public async Task A_changed_step_is_run_again(string what)
    {
        var project = Project(Sort);
        project.Write("names.txt", "b\na\n");
        (await project.BuildAsync()).Succeeded();
        switch (what)
        {
            case "input": project.Write("names.txt", "b\nA\n"); break;
            case "mode": File.SetUnixFileMode(project["names.txt"], UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead); break;
            case "output": project.Write("sorted.txt", "x\ny\n"); break;
            case "no output": File.Delete(project["sorted.txt"]); break;
            default: break;
        }

        var build = await project.BuildAsync(what == "parameter" ? ["-p:DockerExecMemory=64m"] : []);

        Assert.Equal(1, build.SucceededWithoutWarnings().Runs);
        Assert.NotEqual("x\ny\n", await File.ReadAllTextAsync(project["sorted.txt"], TestContext.Current.CancellationToken));
    }

    [EngineFact]
    public async Task Steps_run_in_the_order_of_what_they_read_and_write()
    {
        var project = Project(
            """
            <DockerExecStep Include="Third" Image="busybox:latest" Command="cat b.txt &gt; c.txt; echo 3 &gt;&gt; c.txt" Inputs="b.txt" Outputs="c.txt" />
            <DockerExecStep Include="Second" Image="busybox:latest" Command="cat a.txt &gt; b.txt; echo 2 &gt;&gt; b.txt" Inputs="*.txt;!b.txt;!c.txt" Outputs="b.txt" DependsOn="First" />
            <DockerExecStep Include="First" Image="busybox:latest" Command="echo 1 &gt; a.txt" Outputs="a.txt" />
            """);

        (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.Equal("1\n2\n3\n", await File.ReadAllTextAsync(project["c.txt"], TestContext.Current.CancellationToken));
        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
    }

    [EngineTheory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task A_glob_of_all_that_there_is_finds_neither_files_of_ours_nor_what_the_step_writes(string hermetic)
    {
        var project = Project(
            $"""<DockerExecStep Include="Sort" Image="busybox:latest" Command="sort src/*.txt &gt; src/sorted" Inputs="**/*;!*.binlog" Outputs="src/sorted" Hermetic="{hermetic}" />""");
        project.Write("src/names.txt", "b\na\n");
        Assert.Equal(1, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);

        project.Write("src/names.txt", "c\nb\n");

        Assert.Equal(1, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.Equal("b\nc\n", await File.ReadAllTextAsync(project["src/sorted"], TestContext.Current.CancellationToken));
        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        (await project.BuildAsync("-t:CleanDockerExec")).SucceededWithoutWarnings();
        Assert.Equal((false, true), (File.Exists(project["src/sorted"]), File.Exists(project["src/names.txt"])));
    }

    [EngineFact]
    public async Task A_glob_of_a_projects_sources_does_not_find_what_the_compiler_is_given_from_obj()
    {
        var project = TestProject.Library(
            """
              <ItemGroup>
                <DockerExecStep Include="Count" Image="busybox:latest" Command="cat *.cs | wc -l &gt; count.txt" Inputs="**/*.cs" Outputs="count.txt" />
              </ItemGroup>
            """);
        project.Write("A.cs", "public class A;");
        (await project.BuildAsync("-restore", "-p:DockerExecCache=off")).SucceededWithoutWarnings();

        Assert.Equal(0, (await project.BuildAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings().Runs);
    }

    [EngineFact]
    public async Task What_a_step_reads_beside_the_project_may_be_in_a_folder_of_any_name()
    {
        var project = Project("""<DockerExecStep Include="Read" Image="busybox:latest" Command="cat a.txt ../_/a.txt &gt; b.txt" Inputs="a.txt;../_/a.txt" Outputs="b.txt" Hermetic="true" />""");
        project.Write("a.txt", "a\n");
        var beside = Directory.CreateDirectory(project["../_"]).FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(beside, "a.txt"), "beside\n", TestContext.Current.CancellationToken);

            (await project.BuildAsync()).SucceededWithoutWarnings();
        }
        finally
        {
            Directory.Delete(beside, recursive: true);
        }

        Assert.Equal("a\nbeside\n", await File.ReadAllTextAsync(project["b.txt"], TestContext.Current.CancellationToken));
    }

    [EngineFact]
    public async Task Properties_and_item_definitions_are_defaults_and_metadata_wins()
    {
        var project = Project(
            """
            <DockerExecStep Include="A" Command="echo $HOSTNAME" Outputs="" />
            <DockerExecStep Include="B" Command="echo $HOSTNAME" Hostname="from-metadata" />
            """,
            "<PropertyGroup><DockerExecImage>busybox:latest</DockerExecImage><DockerExecHostname>from-property</DockerExecHostname></PropertyGroup>");

        var build = await project.BuildAsync();

        Assert.Equal(["from-metadata", "from-property"], build.SucceededWithoutWarnings().Output.Where(line => line.StartsWith("from-", StringComparison.Ordinal)).Order());
    }

    [EngineFact]
    public async Task An_output_that_does_not_appear_is_an_error_at_the_item()
    {
        var project = Project("""<DockerExecStep Include="Nothing" Image="busybox:latest" Command="true" Outputs="a.txt" />""");

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Equal(
            new Problem("RRB3016", project.File, project.LineOf("Include=\"Nothing\""), "Step 'Nothing' succeeded but did not write its output 'a.txt'. While it ran, nothing else was written in the project's folder. Correct Outputs, or the command: it starts in the project's folder, which is /project in the container."),
            error);
    }

    [EngineFact]
    public async Task A_failed_step_leaves_no_half_written_output_and_stops_what_needs_it()
    {
        var project = Project(
            """
            <DockerExecStep Include="Bad" Image="busybox:latest" Command="echo half &gt; a.txt; exit 7" Outputs="a.txt" />
            <DockerExecStep Include="After" Image="busybox:latest" Command="cp a.txt b.txt" Inputs="a.txt" Outputs="b.txt" />
            <DockerExecStep Include="Other" Image="busybox:latest" Command="echo other &gt; other.txt" Outputs="other.txt" />
            """);

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Equal(("RRB3001", project.LineOf("Include=\"Bad\"")), (error.Code, error.Line));
        Assert.Equal((false, false, true), (File.Exists(project["a.txt"]), File.Exists(project["b.txt"]), File.Exists(project["other.txt"])));
    }

    [EngineFact]
    public async Task The_file_of_standard_input_is_an_input_too()
    {
        var project = Project("""<DockerExecStep Include="Sort" Image="busybox:latest" StandardInput="names.txt" Command="sort &gt; sorted.txt" Outputs="sorted.txt" />""");
        project.Write("names.txt", "b\na\n");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        project.Write("names.txt", "d\nc\n");

        Assert.Equal(1, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.Equal("c\nd\n", await File.ReadAllTextAsync(project["sorted.txt"], TestContext.Current.CancellationToken));
    }

    [EngineTheory]
    [InlineData("exit 3", "IgnoreExitCode", "true", "false")]
    [InlineData("echo odd", "CustomErrorRegularExpression", "even", "odd")]
    [InlineData("echo odd", "ErrorFormats", "(?<message>even)", "(?<message>odd)")]
    [InlineData("echo odd >&amp;2", "LogStandardErrorAsError", "false", "true")]
    [InlineData("echo 'a: error X1: odd'", "IgnoreStandardErrorWarningFormat", "true", "false")]
    [InlineData("echo 'a: error X1: odd'", "CustomWarningRegularExpression", "odd", "even")]
    public async Task What_was_no_failure_is_looked_at_again_when_it_is_one_by_now(string command, string parameter, string before, string now)
    {
        var project = Project($"""<DockerExecStep Include="Odd" Image="busybox:latest" Command="echo x &gt; a.txt; {command}" Outputs="a.txt" {parameter}="$(Value)" />""");
        (await project.BuildAsync($"-p:Value={before}")).Succeeded();

        Assert.NotEqual(0, (await project.BuildAsync($"-p:Value={now}")).ExitCode);
    }

    [EngineFact]
    public async Task The_file_of_standard_input_may_come_from_another_step()
    {
        var project = Project(
            """
            <DockerExecStep Include="Sort" Image="busybox:latest" StandardInput="names.txt" Command="sort &gt; sorted.txt" Outputs="sorted.txt" />
            <DockerExecStep Include="Write" Image="busybox:latest" Command="printf 'b\na\n' &gt; names.txt" Outputs="names.txt" />
            """);

        (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.Equal("a\nb\n", await File.ReadAllTextAsync(project["sorted.txt"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_Hermetic_that_is_neither_true_nor_false_is_an_error()
    {
        var project = Project("""<DockerExecStep Include="A" Image="busybox:latest" Command="true" Hermetic="yes" />""");

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Equal(("RRB1003", "Step 'A': Hermetic 'yes': it is true or false."), (error.Code, error.Text));
    }

    [Fact]
    public async Task Metadata_of_other_items_in_a_name_are_an_error()
    {
        var project = Project("""
            <Template Include="a.txt" />
            <DockerExecStep Include="Use-%(Template.Filename)" Image="busybox:latest" Command="cp %(Template.Identity) gen/" Outputs="gen/" />
            """);

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Equal(
            ("RRB1003", "Step 'Use-%(Template.Filename)': Include 'Use-%(Template.Filename)': metadata of other items are known in targets only; Include=\"@(Items)\" declares a step for each of them, which has their metadata, such as %(Filename)."),
            (error.Code, error.Text));
    }

    [Fact]
    public async Task Names_that_there_are_not_are_warnings_with_a_suggestion()
    {
        var project = Project(
            """<DockerExecStep Include="A" Image="busybox:latest" Command="true" Memmory="1g" DependsOn="Nobody" />""",
            "<PropertyGroup><DockerExecMemroy>1g</DockerExecMemroy></PropertyGroup>");

        var build = await project.BuildAsync();

        Assert.Equal(
            [
                "There is no property 'DockerExecMemroy', so it has no effect. Is 'DockerExecMemory' meant?",
                "Step 'A': DockerExecStep has no metadata 'Memmory', so it has no effect. Is 'Memory' meant?",
            ],
            build.Warnings.Select(warning => warning.Text));
        Assert.Equal("Step 'A' depends on 'Nobody', and there is no such step.", build.FailedWithOneError().Text);
    }

    [EngineFact]
    public async Task What_a_step_writes_compiles_in_the_same_build()
    {
        var project = TestProject.Library(
            """
            <ItemGroup>
              <DockerExecStep Include="Generate" Image="busybox:latest" Inputs="name.txt" Outputs="Generated.cs"
                              Command="echo &quot;public class %24(cat name.txt) { }&quot; &gt; Generated.cs" />
            </ItemGroup>
            """);
        project.Write("name.txt", "Made");
        project.Write("Uses.cs", "public class Uses : Made { }");

        (await project.BuildAsync("-restore")).SucceededWithoutWarnings();
        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        project.Write("name.txt", "Other");
        Assert.Contains("CS0246", (await project.BuildAsync()).Errors.Select(error => error.Code));
        Assert.Equal(0, (await DotNet.RunAsync(project.Folder, ["clean", project.File])).Succeeded().ExitCode);
        Assert.False(File.Exists(project["Generated.cs"]));
    }

    private static TestProject Project(string items, string more = "") => new(
        $"""
        <Project>
          <PropertyGroup><DockerExecCache>off</DockerExecCache></PropertyGroup>
          {more}
          <ItemGroup>
            {items}
          </ItemGroup>
          <Target Name="Build" />
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """);
}
