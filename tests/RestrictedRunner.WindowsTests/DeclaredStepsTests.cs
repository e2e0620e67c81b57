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
    public void Backslashes_are_as_good_as_slashes(bool hermetic)
    {
        using var project = new StepProject(WithBackslashes(hermetic));
        var text = Unique();
        project.Write(@"src\a.txt", text);

        AssertRuns(1, project.Build());

        Assert.Equal(text, project.Read(@"gen\a.txt"));
        AssertRuns(0, project.Build());
        var changed = Unique();
        project.Write(@"src\a.txt", changed);
        AssertRuns(1, project.Build());
        Assert.Equal(changed, project.Read(@"gen\a.txt"));
        AssertRuns(0, project.Clean());
        Assert.False(File.Exists(project[@"gen\a.txt"]));
        AssertRuns(0, project.Build());
        Assert.Equal(changed, project.Read(@"gen\a.txt"));
    }

    [EngineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_slashes_in_place_of_backslashes_a_step_stays_the_same(bool hermetic)
    {
        using var project = new StepProject(WithBackslashes(hermetic));
        project.Write(@"src\a.txt", Unique());
        AssertRuns(1, project.Build());
        project.Steps = project.Steps.Replace('\\', '/');

        var build = project.Build();

        AssertRuns(0, build);
        Assert.Contains("Step 'Copy' is up to date.", build.Texts);
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

    // For Windows both names are one file, which the step would write over.
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
            var error = build().Errors.SingleOrDefault();
            Assert.Equal(build == project.Clean ? null : "RRB1028", error?.Code);
            Assert.Contains("Data.json", project.Files("*.json"));
            Assert.Equal(text, project.Read("Data.json"));
        }
    }

    // The cache of this machine has the results of earlier runs.
    private static string Unique() => $"{Guid.NewGuid()}\n";

    private static string WithBackslashes(bool hermetic) =>
        $"""<DockerExecStep Include="Copy" Image="busybox:latest" Hermetic="{hermetic}" Command="cat src/*.txt &gt; gen/a.txt" Inputs="src\*.txt" Outputs="gen\a.txt" />""";

    private static StepProject Copying(bool hermetic) => new(
        $"""<DockerExecStep Include="Copy" Image="busybox:latest" Hermetic="{hermetic}" Command="cat src/a.txt &gt; gen/a.txt" Inputs="src/a.txt" Outputs="gen/a.txt" />""");

    private static void AssertRuns(int count, HostedBuild build)
    {
        build.AssertSucceeded();
        Assert.Equal(count, build.Containers.Count);
    }
}
