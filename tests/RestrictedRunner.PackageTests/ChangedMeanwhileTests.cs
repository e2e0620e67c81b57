namespace RestrictedRunner.PackageTests;

/// <summary>What a declared step depends on, and changes while it runs or between its runs in one build.</summary>
public class ChangedMeanwhileTests
{
    [EngineTheory]
    [InlineData("local")]
    [InlineData("off")]
    public async Task A_result_of_an_input_that_changed_while_the_step_ran_is_not_that_of_the_input_before(string cache)
    {
        var project = Project("""Image="busybox:latest" Command="echo running; until [ -e go ]; do sleep 0.1; done; cat a.txt &gt; b.txt" """);
        var before = Unique();
        project.Write("a.txt", before);
        var setting = new BuildSetting { Arguments = ["-v:n", $"-p:DockerExecCache={cache}"], OnLine = Change };
        var build = await project.BuildAsync(setting);
        Assert.Contains("The inputs of step 'Copy' changed while it ran: the next build runs it again.", build.SucceededWithoutWarnings().Texts);
        Assert.Equal("changed", await ReadAsync(project["b.txt"]));

        project.Write("a.txt", before);
        Assert.Equal(1, (await project.BuildAsync(setting with { OnLine = static _ => { } })).SucceededWithoutWarnings().Runs);
        Assert.Equal(before, await ReadAsync(project["b.txt"]));
        Assert.Equal(0, (await project.BuildAsync(setting with { OnLine = static _ => { } })).SucceededWithoutWarnings().Runs);

        void Change(string line)
        {
            if (line.Trim() == "running")
            {
                project.Write("a.txt", "changed");
                project.Write("go", "");
            }
        }
    }

    [EngineFact]
    public async Task A_step_runs_the_image_that_is_in_its_key()
    {
        var project = Project("""Image="busybox:latest" Command="cat a.txt &gt; b.txt" """);
        project.Write("a.txt", Unique());

        var build = (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.Contains($" {await Docker.IdAsync("busybox:latest")} sh ", Assert.Single(build.CommandLines).Text, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_result_of_an_image_that_was_pulled_for_the_run_is_not_that_of_the_image_before()
    {
        var project = Project("""Image="some" Pull="$(PullPolicy)" Command="cat a.txt &gt; b.txt; command -v gcc &gt;&gt; b.txt || echo none &gt;&gt; b.txt" """);
        project.Write("a.txt", Unique());

        // "some" is busybox until it is pulled.
        FakeClient.Write(
            project,
            """
            here=${0%/*} image=busybox:latest
            if [ "$1" = pull ]; then : >"$here/pulled"; exit; fi
            if [ -e "$here/pulled" ]; then image=gcc:12; fi
            for word; do
                shift
                if [ "$word" = some ]; then word=$image; fi
                set -- "$@" "$word"
            done
            exec docker "$@"
            """);
        (await project.BuildAsync("-p:DockerExecEngine=./client", "-p:PullPolicy=always")).SucceededWithoutWarnings();
        Assert.EndsWith("/gcc\n", await ReadAsync(project["b.txt"]), StringComparison.Ordinal);

        // The engine has the other again.
        File.Delete(project["pulled"]);
        (await project.BuildAsync("-p:DockerExecEngine=./client", "-p:PullPolicy=never")).SucceededWithoutWarnings();

        Assert.EndsWith("none\n", await ReadAsync(project["b.txt"]), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_warning_from_the_cache_fails_each_build_in_which_warnings_are_errors()
    {
        var project = Project("""Image="busybox:latest" Command="echo 'a.txt(1): warning X1: odd'; cat a.txt &gt; b.txt" """);
        project.Write("a.txt", Unique());
        (await project.BuildAsync()).Succeeded();
        File.Delete(project["b.txt"]);

        foreach (var _ in Enumerable.Range(0, 2))
        {
            Assert.Equal("X1", (await project.BuildAsync("-warnaserror")).FailedWithOneError().Code);
        }

        (await project.BuildAsync()).Succeeded();
        Assert.Equal(await ReadAsync(project["a.txt"]), await ReadAsync(project["b.txt"]));
    }

    private static string Unique() => $"{Guid.NewGuid():N}\n";

    private static Task<string> ReadAsync(string path) => File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

    private static TestProject Project(string attributes) => new(
        $"""
        <Project>
          <ItemGroup>
            <DockerExecStep Include="Copy" {attributes} Inputs="a.txt" Outputs="b.txt" />
          </ItemGroup>
          <Target Name="Build" />
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """);
}
