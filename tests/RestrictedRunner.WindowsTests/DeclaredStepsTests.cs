namespace RestrictedRunner.WindowsTests;

/// <summary>Declared steps, in a Windows process and with a real engine.</summary>
public class DeclaredStepsTests
{
    [EngineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_step_runs_when_it_is_new_or_changed_and_not_else(bool hermetic)
    {
        using var project = Copying(hermetic);
        var first = Unique();
        project.Write(@"src\a.txt", first);
        AssertRuns(1, project.Build());
        Assert.Equal(first, project.Read(@"gen\a.txt"));

        var unchanged = project.Build();

        AssertRuns(0, unchanged);
        Assert.Contains("Step 'Copy' is up to date.", unchanged.Texts);
        var second = Unique();
        project.Write(@"src\a.txt", second);
        AssertRuns(1, project.Build());
        Assert.Equal(second, project.Read(@"gen\a.txt"));
    }

    [EngineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Clean_removes_what_a_step_wrote_and_the_cache_brings_it_back(bool hermetic)
    {
        using var project = Copying(hermetic);
        var text = Unique();
        project.Write(@"src\a.txt", text);
        AssertRuns(1, project.Build());

        AssertRuns(0, project.Clean());

        Assert.False(File.Exists(project[@"gen\a.txt"]));
        Assert.True(File.Exists(project[@"src\a.txt"]));
        var build = project.Build();
        AssertRuns(0, build);
        Assert.Contains("Copy: from the cache", build.Texts);
        Assert.Equal(text, project.Read(@"gen\a.txt"));
    }

    [EngineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Backslashes_mean_the_same_as_slashes(bool hermetic)
    {
        var step = $"""<DockerExecStep Include="Copy" Image="busybox:latest" Hermetic="{hermetic}" Command="cat src/*.txt &gt; gen/a.txt" Inputs="src\*.txt" Outputs="gen\a.txt" />""";
        using var project = new StepProject(step);
        var text = Unique();
        project.Write(@"src\a.txt", text);

        AssertRuns(1, project.Build());

        Assert.Equal(text, project.Read(@"gen\a.txt"));
        AssertRuns(0, project.Build());
        project.Steps = step.Replace('\\', '/');
        var withSlashes = project.Build();
        AssertRuns(0, withSlashes);
        Assert.Contains("Step 'Copy' is up to date.", withSlashes.Texts);
        AssertRuns(0, project.Clean());
        Assert.False(File.Exists(project[@"gen\a.txt"]));
    }

    [EngineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_error_of_a_tool_leads_to_the_file_on_Windows(bool hermetic)
    {
        using var project = new StepProject(
            $"""<DockerExecStep Include="Compile" Image="busybox:latest" Hermetic="{hermetic}" Command="echo 'src/a.c:3:5: error: x'; exit 1" Inputs="src/a.c" Outputs="a.o" />""");
        project.Write(@"src\a.c", Unique());

        var build = project.Build();

        Assert.False(build.Succeeded);
        var error = build.Errors[0];
        Assert.Equal((project[@"src\a.c"], 3, 5, "x"), (error.File, error.LineNumber, error.ColumnNumber, error.Message));
    }

    // For Windows both names are one file.
    [EngineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_of_the_users_stays_where_an_output_differs_from_it_in_case_only(bool hermetic)
    {
        using var project = new StepProject(
            $"""<DockerExecStep Include="Copy" Image="busybox:latest" Hermetic="{hermetic}" Command="cat Data.json &gt; made; cat made made &gt; data.json; rm made" Inputs="Data.json" Outputs="data.json" />""");
        var text = Unique();
        project.Write("Data.json", text);

        foreach (var build in new[] { project.Build, project.Build, project.Clean })
        {
            build();
            Assert.Contains("Data.json", project.Files("*.json"));
            Assert.Equal(text, project.Read("Data.json"));
        }
    }

    // The cache of this machine has the results of earlier runs.
    private static string Unique() => $"{Guid.NewGuid()}\n";

    private static StepProject Copying(bool hermetic) => new(
        $"""<DockerExecStep Include="Copy" Image="busybox:latest" Hermetic="{hermetic}" Command="cat src/a.txt &gt; gen/a.txt" Inputs="src/a.txt" Outputs="gen/a.txt" />""");

    private static void AssertRuns(int count, HostedBuild build)
    {
        build.AssertSucceeded();
        Assert.Equal(count, build.Containers.Count);
    }
}
