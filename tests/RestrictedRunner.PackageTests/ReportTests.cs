using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;

namespace RestrictedRunner.PackageTests;

/// <summary>The report of a build, as <c>DockerExecReport</c> asks for it.</summary>
public partial class ReportTests
{
    private const string Report = "obj/docker-exec/report.html";
    private const string Trace = "obj/docker-exec/report.trace.json";

    [EngineFact]
    public async Task Nodes_write_one_report_of_all_steps_of_the_build_and_of_no_other()
    {
        var (both, one, two) = Projects();
        (await both.BuildAsync("-m:2")).SucceededWithoutWarnings();
        Assert.False(File.Exists(one[Report]));
        one.Write("in.txt", Guid.NewGuid().ToString());

        var build = await both.BuildAsync("-m:2", "-p:DockerExecReport=true", "-p:Fails=true");

        Assert.NotEqual(0, build.ExitCode);
        Assert.Equal(2, build.NodesOf("DockerExecSteps").Count);
        Assert.Contains(new(MessageImportance.Normal, $"The report of this build's steps is in {one[Report]} when the build has ended."), build.SaidByTask("DockerExecSteps"));
        Assert.Equal((File.ReadAllText(one[Report]), File.ReadAllText(one[Trace])), (File.ReadAllText(two[Report]), File.ReadAllText(two[Trace])));
        var steps = Steps(one);
        Assert.Equal(
            [
                "one.proj Copy ran: input in.txt changed; exit code 0; 1 file of 36 bytes in, 1 file of 36 bytes out",
                "one.proj Fail failed: Command changed, input out.txt changed; exit code 7; 1 file of 36 bytes in, 0 files of 0 bytes out",
                "one.proj Last notRun: ; exit code none; 0 files of 0 bytes in, 0 files of 0 bytes out",
                "two.proj Copy upToDate: ; exit code none; 1 file of 36 bytes in, 1 file of 36 bytes out",
                "two.proj Fail failed: Command changed; exit code 7; 1 file of 36 bytes in, 0 files of 0 bytes out",
                "two.proj Last notRun: ; exit code none; 0 files of 0 bytes in, 0 files of 0 bytes out",
            ],
            steps.Select(Told).Order(StringComparer.Ordinal));
        Assert.All(steps.Where(step => Text(step, "state") != "notRun"), step => Assert.Matches("^[0-9a-f]{64} busybox:latest sha256:[0-9a-f]{64}$", $"{Text(step, "key")} {Text(step, "image")} {Text(step, "imageIdentity")}"));
        var failed = steps.Where(step => Text(step, "name") == "Fail").ToList();
        Assert.Equal(build.LogFiles.Order(StringComparer.Ordinal), failed.Select(step => Text(step, "log")).Order(StringComparer.Ordinal));
        Assert.All(failed, step => Assert.Equal(["waitingForSteps", "staging", "running"], Phases(step).Intersect(["running", "waitingForSteps", "staging", "pulling"])));
        Assert.Contains("running", Phases(steps.Single(step => Told(step).StartsWith("one.proj Copy", StringComparison.Ordinal))));
        Assert.DoesNotContain("a-value", File.ReadAllText(one[Report]), StringComparison.Ordinal);
        Assert.DoesNotContain("exit $", File.ReadAllText(one[Report]), StringComparison.Ordinal);
        Assert.Equal(4, JsonDocument.Parse(File.ReadAllText(one[Trace])).RootElement.GetProperty("traceEvents").EnumerateArray().Count(e => e.TryGetProperty("cat", out var category) && category.GetString() == "step"));

        // A build of one project. That no temporary file is left, NothingIsLeftBehind says.
        (await one.BuildAsync("-p:DockerExecReport=true", "-p:DockerExecCache=off")).SucceededWithoutWarnings();

        Assert.Equal(["Copy upToDate", "Fail ran", "Last ran"], Steps(one).Select(step => $"{Text(step, "name")} {Text(step, "state")}").Order(StringComparer.Ordinal));
        Assert.Equal(6, Steps(two).Count);

        // The same files, which are known by their stamps in a build without a report.
        (await one.BuildAsync()).SucceededWithoutWarnings();
        Assert.Equal(1, (await one.BuildAsync("-p:DockerExecReport=true")).SucceededWithoutWarnings().SaidByTask("DockerExecSteps").Count(said => said.Text == "Steps: 3 up to date"));
        Assert.Equal(["upToDate", "upToDate", "upToDate"], Steps(one).Select(step => Text(step, "state")));
    }

    [EngineFact]
    public async Task Only_a_build_that_builds_writes_one_and_clean_removes_it()
    {
        var (_, one, _) = Projects();
        Assert.NotEqual(0, (await one.BuildAsync("-question", "-p:DockerExecReport=true")).ExitCode);
        (await one.BuildAsync("-t:ExplainDockerExecSteps", "-p:DockerExecReport=true")).SucceededWithoutWarnings();
        Assert.False(File.Exists(one[Report]));
        (await one.BuildAsync("-p:DockerExecReport=true")).SucceededWithoutWarnings();
        Assert.True(File.Exists(one[Report]) && File.Exists(one[Trace]));

        (await one.BuildAsync("-t:CleanDockerExec")).SucceededWithoutWarnings();

        Assert.False(Directory.Exists(one["obj/docker-exec"]));
    }

    // Builds of a graph that is isolated may build nothing else, and a task in a process of its own cannot build anything.
    [EngineFact]
    public async Task A_report_is_written_where_a_task_may_build_no_other_project()
    {
        var (_, one, _) = Projects();

        (await one.BuildAsync("-graph", "-isolate", "-p:DockerExecReport=true")).SucceededWithoutWarnings();
        Assert.Equal(3, Steps(one).Count);
        File.Delete(one[Report]);
        (await one.BuildAsync(new BuildSetting { Arguments = ["-p:DockerExecReport=true"], Environment = new Dictionary<string, string?> { ["MSBUILDFORCEALLTASKSOUTOFPROC"] = "1" } })).SucceededWithoutWarnings();
        Assert.Equal(3, Steps(one).Count);
    }

    private static string Told(JsonElement step) =>
        $"{Path.GetFileName(Text(step, "project"))} {Text(step, "name")} {Text(step, "state")}: {string.Join(", ", step.GetProperty("causes").EnumerateArray())}; exit code {(step.GetProperty("exitCode") is { ValueKind: JsonValueKind.Number } code ? code : "none")}; {Sum(step, "inputs")} in, {Sum(step, "outputs")} out";

    private static string Sum(JsonElement step, string what)
    {
        var (files, bytes) = (step.GetProperty(what).GetProperty("files").GetInt32(), step.GetProperty(what).GetProperty("bytes").GetInt64());
        return $"{files} {(files == 1 ? "file" : "files")} of {bytes} bytes";
    }

    private static string Text(JsonElement step, string name) => step.GetProperty(name).GetString()!;

    private static IEnumerable<string> Phases(JsonElement step) => step.GetProperty("phases").EnumerateArray().Select(phase => Text(phase, "phase"));

    private static List<JsonElement> Steps(TestProject project) =>
        [.. JsonDocument.Parse(Data().Match(File.ReadAllText(project[Report])).Groups["json"].Value).RootElement.GetProperty("steps").EnumerateArray()];

    private static (TestProject Both, TestProject One, TestProject Two) Projects()
    {
        var both = new TestProject("""
            <Project>
              <Target Name="Build"><MSBuild Projects="one/one.proj;two/two.proj" BuildInParallel="true" /></Target>
            </Project>
            """);
        return (both, Project("one"), Project("two"));

        TestProject Project(string name)
        {
            both.Write($"{name}/in.txt", Guid.NewGuid().ToString());
            return TestProject.At(both.Write($"{name}/{name}.proj", $"""
                <Project>
                  <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
                  <PropertyGroup><Code Condition="'$(Fails)' == 'true'">7</Code></PropertyGroup>
                  <ItemGroup>
                    <DockerExecStep Include="Copy" Image="busybox:latest" Inputs="in.txt" Outputs="out.txt" Command="cp in.txt out.txt" EnvironmentVariables="A=a-value" />
                    <DockerExecStep Include="Fail" Hermetic="true" Image="busybox:latest" Inputs="out.txt" Outputs="out2.txt" Command="cp out.txt out2.txt; echo failing; exit $(Code)" />
                    <DockerExecStep Include="Last" Image="busybox:latest" Inputs="out2.txt" Outputs="out3.txt" Command="cp out2.txt out3.txt" />
                  </ItemGroup>
                  <Target Name="Build" />
                </Project>
                """));
        }
    }

    [GeneratedRegex("""<script id="report" type="application/json">(?<json>.*?)</script>""", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Data();
}
