namespace RestrictedRunner.PackageTests;

/// <summary>Ctrl+C while an engine is asked or pulls, while what a step wrote is read, and what the command itself makes of it.</summary>
public class CtrlCBetweenRunsTests
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    // What a client does that hangs; each test's is known by its number.
    private readonly string _hanging = $"sleep 61.{Guid.NewGuid().GetHashCode() & 0xFFFFFF}";

    [EngineTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_target_that_only_pulls_ends_too(bool wholeGroup)
    {
        // Of the second image nothing is asked any more.
        var project = new TestProject(
            """
            <Project>
              <ItemGroup>
                <DockerExecStep Include="A" Image="busybox:latest" Command="true" Pull="always" />
                <DockerExecStep Include="B" Image="gcc:12" Command="true" Pull="always" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        FakeClient.Write(project, $$"""echo "$@" >>"${0%/*}/calls"; if [ "$1" = pull ]; then echo pulling; exec {{_hanging}}; fi""");

        var interrupted = await Interrupted.RunAsync(project, wholeGroup, line => line == "pulling", "-t:PullDockerExecImages", "-p:DockerExecEngine=./client");

        await Pace.AssertWithinAsync(AtOnce, interrupted.Taken);
        Assert.Equal(("RRB3007", project.LineOf("Include=\"A\"")), interrupted.Build.Errors.Select(error => (error.Code, error.Line)).Single());
        Assert.Equal(["pull busybox:latest"], await File.ReadAllLinesAsync(project["calls"], TestContext.Current.CancellationToken));
        Assert.DoesNotContain("   at ", interrupted.Build.Console, StringComparison.Ordinal);
        Assert.DoesNotContain(_hanging, Unix.CommandLines());
    }

    [EngineTheory]
    [InlineData("""<Target Name="Build" DependsOnTargets="Announce"><DockerExec Engine="./client" Image="busybox:latest" Arguments="a"><Output TaskParameter="ImageDigest" PropertyName="Digest" /></DockerExec></Target>""")]
    [InlineData("""<ItemGroup><DockerExecStep Include="A;B" Engine="./client" Image="busybox:latest" Arguments="a" /></ItemGroup><Target Name="Build" DependsOnTargets="RunDockerExecSteps" />""", "RRB3007 The steps were cancelled; no container of them is left.")]
    public async Task A_question_to_an_engine_that_hangs_ends_too(string step, params string[] errors)
    {
        var project = new TestProject(
            $"""
            <Project DefaultTargets="Build">
              <Target Name="Announce" BeforeTargets="RunDockerExecSteps"><Exec Command="mkfifo asked; echo made" EchoOff="true" /></Target>
              {step}
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        FakeClient.Write(project, $$"""if [ "$1" = image ]; then echo asked >"${0%/*}/asked"; exec {{_hanging}}; fi""");

        // Reading the pipe waits for the client that writes.
        var interrupted = await Interrupted.RunAsync(project, wholeGroup: true, line => line == "made" && Task.Run(() => File.ReadAllText(project["asked"])).Wait(TimeSpan.FromSeconds(30)));

        await Pace.AssertWithinAsync(AtOnce, interrupted.Taken);
        Assert.Equal(1, interrupted.Build.ExitCode);
        Assert.Equal(errors, interrupted.Build.Errors.Select(error => $"{error.Code} {error.Text}"));
        Assert.DoesNotContain("   at ", interrupted.Build.Console, StringComparison.Ordinal);
        Assert.DoesNotContain(_hanging, Unix.CommandLines());
    }

    // Enough files for a store that takes longer than the signal. Those of a hermetic step are copied, and its stage removed, too.
    [EngineTheory]
    [InlineData("false", 5000)]
    [InlineData("true", 2000)]
    public async Task What_a_step_has_written_is_its_own_though_its_result_is_not_stored(string hermetic, int many)
    {
        var project = new TestProject(
            $"""
            <Project DefaultTargets="Build">
              <ItemGroup>
                <DockerExecStep Include="Some" Image="busybox:latest" Hermetic="{hermetic}" Command="seq $(Count) | while read i; do echo $i &gt; o/$i; done" Outputs="o/" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        using var stored = new ManualResetEventSlim();
        using var watcher = new FileSystemWatcher(Directory.CreateDirectory(project["cache/restricted-runner/v1/tmp"]).FullName) { EnableRaisingEvents = true };
        watcher.Created += (_, _) => stored.Set();

        var interrupted = await Interrupted.RunAsync(project, wholeGroup: true, line => line == "Some" && Task.Run(() => stored.Wait(TimeSpan.FromSeconds(30))).Result, $"-p:Count={many}");

        Assert.Equal(["RRB3007 Step 'Some': the step in image 'busybox:latest' was cancelled; no container of it is left."], interrupted.Build.Errors.Select(error => $"{error.Code} {error.Text}"));
        await Pace.AssertWithinAsync(AtOnce, interrupted.Taken);
        Assert.Equal(many, Directory.GetFiles(project["o"]).Length);
        Assert.False(Directory.Exists(project["cache/restricted-runner/v1/ac"]));

        (await project.BuildAsync("-p:Count=2")).SucceededWithoutWarnings();
        Assert.Equal(["1", "2"], Directory.GetFiles(project["o"]).Select(Path.GetFileName).Order());
    }

    [EngineTheory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task A_file_that_takes_minutes_to_read_is_let_go(string hermetic)
    {
        // Takes no room on the disk.
        var project = new TestProject(
            $"""
            <Project DefaultTargets="Build">
              <ItemGroup>
                <DockerExecStep Include="Some" Engine="./client" Image="busybox:latest" Hermetic="{hermetic}" Command="$(Dd) of=o/$(Out)" Outputs="o/" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        FakeClient.Write(project, """if [ "$1" = run ]; then docker "$@" || exit; echo ended; exit; fi; exec docker "$@" """);

        var interrupted = await Interrupted.RunAsync(project, wholeGroup: true, line => line == "ended", "-p:Out=large", "-p:Dd=dd if=/dev/zero bs=1 count=1 seek=200G");

        Assert.Equal(["RRB3007 Step 'Some': the step in image 'busybox:latest' was cancelled; no container of it is left."], interrupted.Build.Errors.Select(error => $"{error.Code} {error.Text}"));
        await Pace.AssertWithinAsync(AtOnce, interrupted.Taken);

        (await project.BuildAsync("-p:Out=small", "-p:Dd=dd if=/dev/zero bs=1 count=1")).SucceededWithoutWarnings();
        Assert.Equal(["small"], Directory.GetFiles(project["o"]).Select(Path.GetFileName));
    }

    [EngineTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_gets_SIGTERM_and_the_time_to_clean_up(bool wholeGroup)
    {
        var project = TestProject.WithTarget(
            """
            <DockerExec Image="busybox:latest" Mounts=".:/project" User="current"
                        Command="trap 'echo term; sleep 1; echo cleaned &gt; /project/cleaned; exit 3' TERM; echo started; sleep 60 &amp; wait; wait" />
            """);

        await Interrupted.RunAsync(project, wholeGroup, line => line == "started");

        Assert.True(File.Exists(project["cleaned"]));
    }
}
