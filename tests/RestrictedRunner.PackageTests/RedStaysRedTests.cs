namespace RestrictedRunner.PackageTests;

/// <summary>A build that was red by a declared step is red again while nothing has changed.</summary>
public class RedStaysRedTests
{
    [EngineFact]
    public async Task A_step_that_logged_an_error_fails_again_whatever_made_it_one()
    {
        var project = new TestProject(
            """
            <Project>
              <PropertyGroup><DockerExecImage>busybox:latest</DockerExecImage></PropertyGroup>
              <ItemGroup>
                <DockerExecStep Include="Exit" Outputs="a" Inputs="unique.txt" Command="echo x &gt; a; exit 3" />
                <DockerExecStep Include="Ignored" Outputs="b" Inputs="unique.txt" IgnoreExitCode="true" Command="echo x &gt; b; echo 'b.c(1,1): error X1: broke'; exit 3" />
                <DockerExecStep Include="IgnoredZero" Outputs="c" Inputs="unique.txt" IgnoreExitCode="true" Hermetic="true" Command="echo x &gt; c; echo 'c.c(1,1): error X1: broke'" />
                <DockerExecStep Include="StdErr" Outputs="d" Inputs="unique.txt" IgnoreExitCode="true" LogStandardErrorAsError="true" Command="echo x &gt; d; echo broke &gt;&amp;2" />
                <DockerExecStep Include="Expression" Outputs="e" Inputs="unique.txt" IgnoreExitCode="true" CustomErrorRegularExpression="broke" Command="echo x &gt; e; echo broke" />
                <DockerExecStep Include="Format" Outputs="f" Inputs="unique.txt" IgnoreExitCode="true" ErrorFormats="(?&lt;message&gt;broke)" Command="echo x &gt; f; echo broke" />
                <DockerExecStep Include="Zero" Outputs="g" Inputs="unique.txt" Command="echo x &gt; g; echo 'g.c(1,1): error X1: broke'" />
                <DockerExecStep Include="Absent" Outputs="h" Inputs="unique.txt" Command="echo x &gt; i" />
                <DockerExecStep Include="Nothing" Inputs="unique.txt" IgnoreExitCode="true" Command="echo 'k.c(1,1): error X1: broke'; exit 3" />
                <DockerExecStep Include="Slow" Outputs="l" Inputs="unique.txt" IgnoreExitCode="true" Timeout="1000" Command="echo x &gt; l; sleep 60" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        project.Write("unique.txt", $"{Guid.NewGuid()}");

        var first = await project.BuildAsync();
        var second = await project.BuildAsync();

        string[] expected =
        [
            "RRB3001 Step 'Exit'", "RRB3006 Step 'Slow'", "RRB3008 Step 'Expression'", "RRB3008 Step 'Format'", "RRB3008 Step 'Ignored'",
            "RRB3008 Step 'IgnoredZero'", "RRB3008 Step 'Nothing'", "RRB3008 Step 'StdErr'", "RRB3008 Step 'Zero'", "RRB3016 Step 'Absent'",
        ];
        Assert.Equal(expected, Ours(first));
        Assert.Equal(expected, Ours(second));
        Assert.Equal((1, 10, 1, 10), (first.ExitCode, first.Runs, second.ExitCode, second.Runs));
        Assert.DoesNotContain("IgnoreExitCode", string.Concat(second.Errors.Select(error => error.Text)), StringComparison.Ordinal);
        Assert.Contains(second.Errors, error => error.Text.StartsWith("Step 'Ignored': the command returned 3 in image 'busybox:latest', which is ignored, but its output held the errors above, so the step failed. ", StringComparison.Ordinal));
    }

    // A result about which we warn ourselves is not in the cache: its step runs again.
    [EngineTheory]
    [InlineData("local", 1)]
    [InlineData("off", 3)]
    public async Task A_warning_is_logged_in_every_build_and_fails_it_where_it_counts_as_an_error(string cache, int runsOfAll)
    {
        var project = new TestProject(
            $"""
            <Project>
              <PropertyGroup>
                <DockerExecImage>busybox:latest</DockerExecImage>
                <DockerExecCache>{cache}</DockerExecCache>
              </PropertyGroup>
              <ItemGroup>
                <DockerExecStep Include="Tool" Outputs="a" Inputs="unique.txt" Hermetic="true" Command="echo x &gt; a; echo 'unique.txt(3,5): warning X1: odd'" />
                <DockerExecStep Include="Expression" Outputs="b" Inputs="unique.txt" CustomWarningRegularExpression="odd" Command="echo x &gt; b; echo odd" />
                <DockerExecStep Include="Killed" Outputs="c" Inputs="unique.txt" Memory="8m" Command="echo x &gt; c; sleep 1; (tail /dev/zero) || sleep 1" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        project.Write("unique.txt", $"{Guid.NewGuid()}");
        var first = (await project.BuildAsync()).Succeeded();
        Assert.Equal(
            [new("X1", project["unique.txt"], 3, "odd"), new("", project.File, project.LineOf("Include=\"Expression\""), "odd"), new("RRB3013", project.File, project.LineOf("Include=\"Killed\""), "")],
            Warnings(first).Select(warning => warning.Code == "RRB3013" ? warning with { Text = "" } : warning));

        await AssertGreenAsync(runs: 0);
        foreach (var (red, runs, errors) in new[]
        {
            ("-warnaserror", runsOfAll, 3),
            ("-warnaserror", runsOfAll, 3),
            ("-p:MSBuildTreatWarningsAsErrors=true", runsOfAll, 3),
        })
        {
            var build = await project.BuildAsync(red);
            Assert.Equal((1, runs), (build.ExitCode, build.Runs));
            Assert.Equal(errors, build.Errors.Count(error => error.Code != "RRB3008"));
            Assert.Empty(build.Warnings);
        }

        await AssertGreenAsync(runs: runsOfAll);
        foreach (var red in new[] { "-warnaserror:X1", "-p:MSBuildWarningsAsErrors=X1" })
        {
            var build = await project.BuildAsync(red);
            Assert.Equal((1, cache == "off" ? 1 : 0), (build.ExitCode, build.Runs));
            Assert.Equal(["X1"], build.Errors.Select(error => error.Code).Where(code => code != "RRB3008"));
            Assert.Equal(2, build.Warnings.Count);
        }

        await AssertGreenAsync(runs: cache == "off" ? 1 : 0);
        Assert.Equal("Step 'Tool' is not up to date: its output had warnings, which are errors in this build. The build only asks (-question), so it was not run.", (await project.BuildAsync("-question", "-warnaserror:X1")).FailedWithOneError().Text);
        Assert.Equal(0, (await project.BuildAsync("-warnasmessage:X1;RRB3013", "-p:MSBuildTreatWarningsAsErrors=false")).Succeeded().Runs);

        async Task AssertGreenAsync(int runs)
        {
            var build = (await project.BuildAsync()).Succeeded();
            Assert.Equal(runs, build.Runs);
            Assert.Equal(Warnings(first), Warnings(build));
        }

        static IEnumerable<Problem> Warnings(Build build) => build.Warnings.Select(warning => warning with { Code = warning.Code ?? "" }).OrderBy(warning => warning.Line);
    }

    [EngineFact]
    public async Task A_warning_about_what_is_declared_that_counts_as_an_error_stops_the_build_before_a_step_runs()
    {
        var project = new TestProject(
            """
            <Project>
              <ItemGroup>
                <DockerExecStep Include="A" Image="busybox:latest" Memmory="1g" Command="echo x &gt; a" Outputs="a" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);

        foreach (var _ in Enumerable.Range(0, 2))
        {
            var build = await project.BuildAsync("-warnaserror");

            Assert.Equal("RRB1015", build.FailedWithOneError().Code);
            Assert.Equal(0, build.Runs);
        }
    }

    // As the builds of several frameworks do, each of which finds the step that is the same for all up to date.
    [EngineFact]
    public async Task Of_the_builds_of_one_project_in_a_build_one_logs_its_warnings()
    {
        var project = new TestProject(
            """
            <Project DefaultTargets="Build">
              <ItemGroup>
                <DockerExecStep Include="A" Image="busybox:latest" Command="echo x &gt; a.txt; echo 'step.proj(1,1): warning X1: odd'" Outputs="a.txt" />
              </ItemGroup>
              <Target Name="Build">
                <MSBuild Projects="$(MSBuildProjectFullPath)" Targets="RunDockerExecSteps" Properties="Number=1" />
                <MSBuild Projects="$(MSBuildProjectFullPath)" Targets="RunDockerExecSteps" Properties="Number=2" />
              </Target>
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);

        foreach (var runs in new[] { 1, 0 })
        {
            var build = (await project.BuildAsync("-m:1", "-p:DockerExecCache=off")).Succeeded();

            Assert.Equal(runs, build.Runs);
            Assert.Equal(["X1"], build.Warnings.Select(warning => warning.Code));
            Assert.Equal(3 - runs, build.Texts.Count(text => text == "Step 'A' is up to date."));
        }
    }

    private static IEnumerable<string> Ours(Build build) =>
        build.Errors.Where(error => error.Code?.StartsWith("RRB", StringComparison.Ordinal) == true).Select(error => $"{error.Code} {error.Text[..(error.Text.IndexOf('\'', 6) + 1)]}").Order(StringComparer.Ordinal);
}
