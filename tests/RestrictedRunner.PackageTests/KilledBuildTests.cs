using System.Collections.Concurrent;
using System.Diagnostics;
using CliWrap;

namespace RestrictedRunner.PackageTests;

/// <summary>The build process itself is killed, so that nothing of it can clean up.</summary>
public class KilledBuildTests
{
    // What a client does that hangs; each test's is known by its number.
    private readonly string _hanging = $"sleep 61.{Guid.NewGuid().GetHashCode() & 0xFFFFFF}";

    private readonly string _label = $"test={Guid.NewGuid():N}";

    // Temporary files of other tests come and go.
    private readonly string _temp = Directory.CreateDirectory(Path.Combine(TestRun.Temp, Path.GetRandomFileName()[..6])).FullName;

    private static readonly TimeSpan ContainersAreGone = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AllIsGone = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // A look takes a tenth of a second of a processor, which what is looked at needs.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    [EngineTheory]
    [InlineData(false)]
    // As a closed terminal or an agent does: the build, the engine's client, everything that was started with them.
    [InlineData(true)]
    public async Task A_running_step_is_gone_two_seconds_later(bool wholeGroup)
    {
        var project = Project("echo started; sleep 60; echo late");

        // The engine's record is complete: it has the end of a container that was there.
        Assert.NotEqual(TimeSpan.Zero, await KillInTimeAsync(project, wholeGroup, line => line == "started"));
    }

    [EngineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_container_that_is_just_being_created_is_gone_too(bool wholeGroup)
    {
        var project = Project("sleep 60; echo late");

        await KillInTimeAsync(project, wholeGroup, line => line.Contains("docker run --rm --name rr-", StringComparison.Ordinal), "-v:d");
    }

    [EngineFact]
    public async Task A_command_that_does_not_listen_is_gone_too()
    {
        var project = Project("trap '' TERM INT HUP; echo started; while true; do sleep 1; done");

        await KillInTimeAsync(project, wholeGroup: false, line => line == "started");
    }

    [EngineTheory]
    [InlineData("-t:Build")]
    [InlineData("-t:PullDockerExecImages", "-p:OnlyPull=true")]
    public async Task A_client_that_pulls_is_gone_too(params string[] arguments)
    {
        // The client's part of a pull that does not end.
        var project = new TestProject(
            """
            <Project>
              <ItemGroup Condition="'$(OnlyPull)' != ''">
                <DockerExecStep Include="A" Engine="./client" Image="busybox:latest" Arguments="a" Pull="always" />
              </ItemGroup>
              <Target Name="Build"><DockerExec Engine="./client" Image="busybox:latest" Arguments="a" Pull="always" /></Target>
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        FakeClient.Write(project, $$"""if [ "$1" = pull ]; then echo pulling; exec {{_hanging}}; fi""");

        await KillInTimeAsync(project, wholeGroup: false, line => line == "pulling", arguments);
    }

    [EngineFact]
    public async Task A_client_that_asks_an_engine_that_does_not_answer_is_gone_too()
    {
        var project = TestProject.WithTarget("""<DockerExec Engine="./client" Image="busybox:latest" Arguments="a" />""");

        // The question what earlier builds left is put beside the step: one waits for the other here.
        FakeClient.Write(project, $$"""
            mkfifo "${0%/*}/asked" 2>/dev/null
            case $1 in
                ps) echo >"${0%/*}/asked"; exec {{_hanging}} ;;
                run) read -r line <"${0%/*}/asked"; echo asked; read -r line <"${0%/*}/asked" ;;
            esac
            """);

        await KillInTimeAsync(project, wholeGroup: false, line => line == "asked");
    }

    [EngineFact]
    public async Task A_PATH_without_the_systems_programs_is_enough()
    {
        var project = Project("echo started; sleep 60; echo late");
        foreach (var program in (string[])["dotnet", "docker"])
        {
            Directory.CreateDirectory(project["path"]);
            File.CreateSymbolicLink(project[$"path/{program}"], Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, program)).First(File.Exists));
        }

        await Pace.AssertWithinAsync(ContainersAreGone, await KillAsync(project, wholeGroup: true, line => line == "started", SearchPath(project["path"])));
    }

    [EngineFact]
    public async Task Nothing_is_made_before_what_would_remove_it_is_out_of_the_group()
    {
        var project = Project("sleep 60; echo late");
        FakeClient.Write(project, "path/setsid", """
            case $* in *restricted-runner-reaper*) sleep 1; kill -9 0 ;; esac
            exec /usr/bin/setsid "$@"
            """);
        var before = Leftover();

        var result = await Build(project, _ => { }, SearchPath(project["path"], Environment.GetEnvironmentVariable("PATH")!)).ExecuteAsync(TestContext.Current.CancellationToken);

        Assert.Equal(128 + Unix.SigKill, result.ExitCode);
        await AssertAllIsGoneAsync(before, Stopwatch.StartNew());
    }

    [EngineTheory]
    [InlineData("echo started; sleep 60; echo late")]
    // A worker node that goes on, as some do, has a minute for it.
    [InlineData("trap '' TERM; echo started; while true; do sleep 1; done")]
    public async Task Several_steps_at_once_are_gone_too(string command)
    {
        var project = ThreeAtOnce(command);
        var seen = 0;
        await KillInTimeAsync(project, wholeGroup: false, line => line == "started" && Interlocked.Increment(ref seen) == 3, "-m:3");
    }

    // A client that is not killed at once goes on from the creation of its container to the start, which three at once
    // have the engine do one after the other. Where one docker run takes 0.7 s, three that are starting when they are
    // killed may be gone after a little more than two seconds: a plain docker rm --force of three takes up to 1.8 s there.
    [EngineFact]
    [Trait("Tier", "Long")]
    public async Task Several_containers_that_are_just_being_created_are_gone_too()
    {
        var times = new List<TimeSpan>();
        for (var created = 0; created <= 3; created++)
        {
            var begun = 0;
            times.Add(await KillAsync(
                ThreeAtOnce("sleep 60; echo late"),
                wholeGroup: false,
                line => line.Contains("docker run --rm --name rr-", StringComparison.Ordinal) && Interlocked.Increment(ref begun) == 3 && AreThere(created),
                environment: null,
                "-m:3",
                "-v:d"));
        }

        await Pace.AssertWithinAsync(TimeSpan.FromSeconds(1.8), TimeSpan.FromSeconds(times.Average(time => time.TotalSeconds)));
        await Pace.AssertWithinAsync(TimeSpan.FromSeconds(2.5), times.Max());

        bool AreThere(int count)
        {
            while (ContainersAsync().Result.Count < count)
            {
            }

            return true;
        }
    }

    // One that runs a step, and one that waits for the next.
    [EngineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Containers_that_steps_share_are_gone_too(bool wholeGroup)
    {
        var project = new TestProject(
            $"""
            <Project>
              <ItemGroup>
                <DockerExecStep Include="Long" Hermetic="true" Image="busybox:latest" Labels="{_label}" Command="trap '' TERM; echo started; sleep 2; echo between; sleep 60; echo late" />
                <DockerExecStep Include="Short" Hermetic="true" Image="busybox:latest" Labels="{_label}" Command="echo short; exit 0" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);

        await KillInTimeAsync(project, wholeGroup, line => line == "between", "-p:DockerExecMaxParallel=2");
        Assert.Single(Directory.GetDirectories(project["obj/docker-exec"]).Select(path => Path.GetFileName(path)).Select(name => name[..name.IndexOf(".shared.", StringComparison.Ordinal)]).Distinct());

        // The folders of their steps stay, as a stage does, until such a container is started again or the project is cleaned.
        (await project.BuildAsync("-t:CleanDockerExec")).Succeeded();
        Assert.Empty(Directory.Exists(project["obj/docker-exec"]) ? Directory.GetDirectories(project["obj/docker-exec"]) : []);
    }

    private TestProject ThreeAtOnce(string command)
    {
        var project = TestProject.WithTarget("""<MSBuild Projects="a.proj;b.proj;c.proj" BuildInParallel="true" />""");
        foreach (var name in (string[])["a.proj", "b.proj", "c.proj"])
        {
            project.Write(name, $"""
                <Project>
                  <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
                  <Target Name="Build"><DockerExec Image="busybox:latest" Labels="{_label}" Command="{command}" StopTimeout="60000" /></Target>
                </Project>
                """);
        }

        return project;
    }

    private TestProject Project(string command) => TestProject.WithTarget($"""<DockerExec Image="busybox:latest" Labels="{_label}" Command="{command}" />""");

    [EngineFact]
    public async Task What_a_step_wrote_is_its_own_though_nobody_has_read_it()
    {
        // Takes no room on the disk, and minutes to read.
        var project = new TestProject(
            """
            <Project DefaultTargets="Build">
              <ItemGroup>
                <DockerExecStep Include="Some" Image="busybox:latest" Command="dd if=/dev/zero bs=1 count=1 $(Seek) of=o/$(Out)" Outputs="o/" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        using var remembered = new ManualResetEventSlim();
        using var watcher = new FileSystemWatcher(project.Folder, "*.state") { IncludeSubdirectories = true, EnableRaisingEvents = true };
        watcher.Renamed += (_, _) => remembered.Set();

        await KillInTimeAsync(project, wholeGroup: true, line => line == "Some" && Task.Run(() => remembered.Wait(TimeSpan.FromSeconds(30))).Result, "-p:Seek=seek=200G", "-p:Out=large");
        Assert.True(File.Exists(project["o/large"]));

        (await project.BuildAsync("-p:Out=small")).SucceededWithoutWarnings();
        Assert.Equal(["small"], Directory.GetFiles(project["o"]).Select(Path.GetFileName));
    }

    private async Task<TimeSpan> KillInTimeAsync(TestProject project, bool wholeGroup, Func<string, bool> isTheMoment, params string[] arguments)
    {
        var gone = await KillAsync(project, wholeGroup, isTheMoment, environment: null, arguments);
        await Pace.AssertWithinAsync(ContainersAreGone, gone);
        return gone;
    }

    private async Task<TimeSpan> KillAsync(TestProject project, bool wholeGroup, Func<string, bool> isTheMoment, IReadOnlyDictionary<string, string?>? environment, params string[] arguments)
    {
        var before = Leftover();
        var moment = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lines = new ConcurrentQueue<string>();
        var running = Build(project, Heard, environment, arguments).ExecuteAsync(TestContext.Current.CancellationToken);
        await Task.WhenAny(moment.Task, running);
        Assert.True(moment.Task.IsCompleted, string.Join('\n', lines));
        var processes = wholeGroup ? -running.ProcessId : running.ProcessId;

        var killed = DateTimeOffset.UtcNow;
        var watch = Stopwatch.StartNew();
        Assert.Equal(0, Unix.Kill(processes, Unix.SigKill));

        await AssertAllIsGoneAsync(before, watch);
        await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.DoesNotContain("late", lines);
        return await Docker.LastGoneAsync(_label, killed);

        void Heard(string line)
        {
            lines.Enqueue(line);
            if (isTheMoment(line.Trim()))
            {
                moment.TrySetResult();
            }
        }
    }

    private Command Build(TestProject project, Action<string> onLine, IReadOnlyDictionary<string, string?>? environment, params IReadOnlyList<string> arguments) =>
        DotNet.Command(project.Folder, onLine, new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>()) { ["TMPDIR"] = _temp })
            .WithTargetFile("setsid")
            .WithArguments(["dotnet", .. project.CommandLine(project["killed.binlog"], arguments)]);

    private static Dictionary<string, string?> SearchPath(params IEnumerable<string> folders) => new() { ["PATH"] = string.Join(':', folders) };

    private Task AssertAllIsGoneAsync(IEnumerable<string> before, Stopwatch watch) =>
        Until(AllIsGone, watch, async () => (await ContainersAsync()).Concat(Leftover().Except(before)));

    private async Task<IReadOnlyList<string>> ContainersAsync() =>
        (await Docker.ContainersAsync($"label={_label}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    // Looked at until it is so: there is no event for an absence.
    private static async Task Until(TimeSpan limit, Stopwatch watch, Func<Task<IEnumerable<string>>> find)
    {
        IReadOnlyList<string> found;
        while ((found = [.. await find()]).Count > 0 && watch.Elapsed < Patience)
        {
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }

        var taken = watch.Elapsed;
        Assert.Empty(found);
        await Pace.AssertWithinAsync(limit, taken);
    }

    /// <summary>Temporary folders of ours, and the processes that name one (reapers, clients) or stand in for an engine that hangs.</summary>
    private List<string> Leftover() =>
        [
            .. Directory.GetDirectories(_temp, "rr-*"),
            .. Unix.CommandLines().Where(line => line.Contains(Path.Combine(_temp, "rr-"), StringComparison.Ordinal) || line.Contains(_label, StringComparison.Ordinal) || line == _hanging),
        ];
}
