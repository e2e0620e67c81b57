using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace RestrictedRunner.PackageTests;

[CollectionDefinition(DisableParallelization = true)]
public sealed class AloneOnTheMachine;

/// <summary>Alone, because they measure time.</summary>
[Collection(typeof(AloneOnTheMachine))]
public class CtrlCTests
{
    private const int InterruptSignal = 2;

    // A terminal sends the signal to everything that the build has started; "kill" sends it to the build only.
    [EngineTheory]
    [InlineData(true, "echo started; sleep 60")]
    [InlineData(false, "echo started; sleep 60")]
    // A command that does not care.
    [InlineData(true, "trap '' INT TERM; echo started; while true; do sleep 1; done")]
    [InlineData(false, "trap '' INT TERM; echo started; while true; do sleep 1; done")]
    // A command that takes the signal as a reason to end well.
    [InlineData(true, "trap 'exit 0' INT TERM; echo started; while true; do sleep 0.1; done")]
    // One that has printed more than the log file's buffer takes.
    [InlineData(false, "seq 60000; echo started; sleep 60")]
    public async Task It_ends_the_build_at_once_and_leaves_no_container(bool wholeGroup, string command)
    {
        var project = Project(command);

        var interrupted = await InterruptAsync(project, wholeGroup, line => line == "started");

        Assert.StartsWith("rr-", interrupted.Container, StringComparison.Ordinal);
        Assert.Equal("", await Docker.ContainersAsync($"name={interrupted.Container}"));
        AssertCancelled(project, interrupted);
        Assert.DoesNotContain("   at ", interrupted.Build.Console, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", interrupted.Build.Console, StringComparison.Ordinal);
    }

    [EngineTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_container_that_is_just_being_created_is_not_left_either(bool wholeGroup)
    {
        var project = Project("sleep 60");

        // The line is logged right before the client is started.
        var interrupted = await InterruptAsync(project, wholeGroup, line => line.Contains("docker run --rm --name rr-", StringComparison.Ordinal), "-v:d");

        AssertCancelled(project, interrupted);
        // The engine would finish a creation that was under way.
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("", await Docker.ContainersAsync($"name={Assert.Single(interrupted.Build.Containers)}"));
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    // MSBuild waits thirty seconds for a worker node that the signal ended while it started, and cancels nothing meanwhile.
    [EngineTheory]
    [InlineData("""<DockerExec Image="busybox:latest" Command="echo started; sleep 60" />""", "")]
    [InlineData("", """<DockerExecStep Include="A;B" Image="busybox:latest" Command="echo started; sleep 60" />""")]
    public async Task It_ends_the_steps_of_a_build_whose_other_nodes_are_starting(string task, string steps)
    {
        var project = TestProject.WithTarget("""<MSBuild Projects="a.proj;b.proj;c.proj" BuildInParallel="true" />""");
        foreach (var name in (string[])["a.proj", "b.proj", "c.proj"])
        {
            project.Write(name, $"""
                <Project>
                  <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
                  <ItemGroup>{steps}</ItemGroup>
                  <Target Name="Build" DependsOnTargets="RunDockerExecSteps">{task}</Target>
                </Project>
                """);
        }

        var watch = new Stopwatch();
        TimeSpan? told = null;
        var interrupted = await InterruptAsync(project, wholeGroup: true, IsTheMoment, "-v:d", "-m:3");

        Assert.InRange(told?.TotalSeconds ?? double.MaxValue, 0, 5);
        Assert.Equal(1, interrupted.Build.ExitCode);
        Assert.Contains(interrupted.Build.Errors, error => error.Code == "RRB3007");
        foreach (var container in interrupted.Build.Containers)
        {
            Assert.Equal("", await Docker.ContainersAsync($"name={container}"));
        }

        bool IsTheMoment(string line)
        {
            if (line.Contains("error RRB3007", StringComparison.Ordinal))
            {
                told ??= watch.Elapsed;
            }

            var isStart = line.Contains("docker run --rm --name rr-", StringComparison.Ordinal);
            if (isStart)
            {
                watch.Start();
            }

            return isStart;
        }
    }

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
        FakeClient.Write(project, """echo "$@" >>"${0%/*}/calls"; if [ "$1" = pull ]; then echo pulling; exec sleep 61.5; fi""");

        var interrupted = await InterruptAsync(project, wholeGroup, line => line == "pulling", "-t:PullDockerExecImages", "-p:DockerExecEngine=./client");

        Assert.InRange(interrupted.Seconds, 0, 5);
        Assert.Equal(("RRB3007", project.LineOf("Include=\"A\"")), interrupted.Build.Errors.Select(error => (error.Code, error.Line)).Single());
        Assert.Equal(["pull busybox:latest"], await File.ReadAllLinesAsync(project["calls"], TestContext.Current.CancellationToken));
        Assert.DoesNotContain("   at ", interrupted.Build.Console, StringComparison.Ordinal);
        Assert.DoesNotContain("sleep 61.5", Unix.CommandLines());
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
        FakeClient.Write(project, """if [ "$1" = image ]; then echo asked >"${0%/*}/asked"; exec sleep 61.5; fi""");

        // Reading the pipe waits for the client that writes.
        var interrupted = await InterruptAsync(project, wholeGroup: true, line => line == "made" && Task.Run(() => File.ReadAllText(project["asked"])).Wait(TimeSpan.FromSeconds(30)));

        Assert.InRange(interrupted.Seconds, 0, 5);
        Assert.Equal(1, interrupted.Build.ExitCode);
        Assert.Equal(errors, interrupted.Build.Errors.Select(error => $"{error.Code} {error.Text}"));
        Assert.DoesNotContain("   at ", interrupted.Build.Console, StringComparison.Ordinal);
        Assert.DoesNotContain("sleep 61.5", Unix.CommandLines());
    }

    [EngineTheory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task What_a_step_has_written_is_its_own_though_its_result_is_not_stored(string hermetic)
    {
        // Enough for a store that takes longer than the signal.
        const int Many = 5000;
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

        var interrupted = await InterruptAsync(project, wholeGroup: true, line => line == "Some" && Task.Run(() => stored.Wait(TimeSpan.FromSeconds(30))).Result, $"-p:Count={Many}");

        Assert.Equal(["RRB3007 The step in image 'busybox:latest' was cancelled; no container of it is left."], interrupted.Build.Errors.Select(error => $"{error.Code} {error.Text}"));
        Assert.InRange(interrupted.Seconds, 0, 5);
        Assert.Equal(Many, Directory.GetFiles(project["o"]).Length);
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

        var interrupted = await InterruptAsync(project, wholeGroup: true, line => line == "ended", "-p:Out=large", "-p:Dd=dd if=/dev/zero bs=1 count=1 seek=200G");

        Assert.Equal(["RRB3007 The step in image 'busybox:latest' was cancelled; no container of it is left."], interrupted.Build.Errors.Select(error => $"{error.Code} {error.Text}"));
        Assert.InRange(interrupted.Seconds, 0, 5);

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

        await InterruptAsync(project, wholeGroup, line => line == "started");

        Assert.True(File.Exists(project["cleaned"]));
    }

    private static TestProject Project(string command) => TestProject.WithTarget(
        $"""
        <DockerExec Image="busybox:latest" Command="{command}" />
        <Message Text="went on" />
        """);

    private static void AssertCancelled(TestProject project, Interrupted interrupted)
    {
        Assert.InRange(interrupted.Seconds, 0, 5);
        Assert.Equal(
            project.ErrorAtStep("RRB3007", "The step in image 'busybox:latest' was cancelled; no container of it is left."),
            interrupted.Build.FailedWithOneError());
        Assert.Empty(interrupted.Build.Said);
        Assert.Empty(Directory.GetFiles(project.Folder, "*.log", SearchOption.AllDirectories));
    }

    private static async Task<Interrupted> InterruptAsync(TestProject project, bool wholeGroup, Func<string, bool> isTheMoment, params string[] arguments)
    {
        var log = project["ctrl-c.binlog"];
        var lines = new ConcurrentQueue<string>();
        var moment = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // A session, and so a process group, of its own. A signal that this process was told to ignore would be
        // ignored by the build too.
        var dotnet = DotNet.Command(project.Folder, Heard)
            .WithTargetFile("setsid")
            .WithArguments(["env", "--default-signal=INT", $"XDG_CACHE_HOME={project["cache"]}", "dotnet", .. project.CommandLine(log, arguments)]);

        var running = dotnet.ExecuteAsync(TestContext.Current.CancellationToken);
        await Task.WhenAny(moment.Task, running);
        var container = await Docker.ContainersAsync($"label=restricted-runner.pid={running.ProcessId.ToString(CultureInfo.InvariantCulture)}");
        var watch = Stopwatch.StartNew();
        Assert.Equal(0, Kill(wholeGroup ? -running.ProcessId : running.ProcessId, InterruptSignal));
        var exitCode = (await running).ExitCode;
        var seconds = watch.Elapsed.TotalSeconds;
        return new(new Build(DotNet.Report(dotnet, exitCode, lines), log), seconds, container);

        void Heard(string line)
        {
            lines.Enqueue(line);
            if (isTheMoment(line.Trim()))
            {
                moment.TrySetResult();
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    /// <summary>How a build ended, how long after the signal, and the container that it had at that time.</summary>
    private sealed record Interrupted(Build Build, double Seconds, string Container);
}
