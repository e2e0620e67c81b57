using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace RestrictedRunner.PackageTests;

/// <summary>
/// Builds that are ended from outside at random moments, one after the other. <c>build/interrupts.sh</c> runs many, an
/// ordinary test run few.
/// </summary>
public class InterruptsTests
{
    private const string Creation = "creation";
    private const string Pull = "pull";

    // MSBuild's own, which sometimes outlives a killed build for a while: with Exec too, and then it even builds on.
    private const string WorkerNode = "MSBuild.dll /noautoresponse /nologo /nodemode:1 ";

    private const int SigInt = 2;
    private const int SigTerm = 15;

    // A step takes about half a second, so that this meets its creation, its run, its removal and the next one's creation.
    private const int LongestDelay = 1200;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    // A look takes a tenth of a second of a processor, which what is looked at needs.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Each work twice.
    private const int Few = 10;

    private static readonly int Many = int.Parse(Environment.GetEnvironmentVariable("RESTRICTED_RUNNER_INTERRUPTS") ?? "24", CultureInfo.InvariantCulture);

    private static readonly Interrupt[] Interrupts =
    [
        new("Ctrl+C in a terminal (SIGINT to the group)", SigInt, WholeGroup: true),
        new("kill (SIGTERM to the build)", SigTerm, WholeGroup: false),
        new("kill -9 of the build", Unix.SigKill, WholeGroup: false),
        new("kill -9 of the group", Unix.SigKill, WholeGroup: true),
    ];

    private readonly List<Ended> _ended = [];
    private readonly List<string> _faults = [];
    private readonly string _label = $"test={Guid.NewGuid():N}";

    // Temporary files of other tests come and go.
    private readonly string _temp = Directory.CreateDirectory(Path.Combine(TestRun.Temp, Path.GetRandomFileName()[..6])).FullName;

    // In the command lines of reapers, of clients that run, and of clients that pull.
    private string[] _ofASteps = [];

    [EngineFact]
    public async Task Nothing_is_left_of_a_build_that_is_ended_at_any_moment()
    {
        await EndAsync(Few);

        Assert.True(_faults.Count == 0, string.Join('\n', _faults));
    }

    [EngineFact]
    [Trait("Tier", "Long")]
    public async Task Nothing_is_left_of_many_builds_that_are_ended_at_any_moment()
    {
        await EndAsync(Many);

        WriteReport();
        Assert.True(_faults.Count == 0, string.Join('\n', _faults));
    }

    private async Task EndAsync(int count)
    {
        using var registry = new SlowRegistry();
        _ofASteps = [Path.Combine(_temp, "rr-"), _label, $"docker pull {registry.Image}"];
        var pull = Steps($"""Image="{registry.Image}" Pull="always" Command="true" """, count: 1);
        var one = Steps($"""Image="busybox:latest" Command="echo started; sleep 0.2; echo ended" """, count: 40);
        var stubborn = Steps($"""Image="busybox:latest" StopTimeout="1000" Command="trap '' TERM INT HUP; echo started; sleep 0.2; echo ended" """, count: 40);
        Workload[] workloads =
        [
            new("a pull", () => TestProject.WithTarget(pull)),
            new("one step at a time", () => TestProject.WithTarget(one)),
            new("commands that ignore signals", () => TestProject.WithTarget(stubborn)),
            new("three steps at once", () => ThreeAtOnce(one), AtOnce: 3),
            new("hermetic steps that share containers", SharedContainers),
        ];

        var volumes = await Docker.VolumesAsync();

        // There are four ways and five works: of twenty builds no two are the same.
        for (var i = 0; i < count; i++)
        {
            await EndAsync(workloads[i % workloads.Length], Interrupts[i % Interrupts.Length], RandomNumberGenerator.GetInt32(LongestDelay));
        }

        // An engine removes a volume a moment after its container. Others' may be among the new ones, and go too.
        string[] newVolumes = [.. (await Docker.VolumesAsync()).Except(volumes)];
        Assert.Empty(await Until(Stopwatch.StartNew(), async () => [.. (await Docker.VolumesAsync()).Intersect(newVolumes)]));
    }

    private string Steps(string attributes, int count) =>
        string.Join('\n', Enumerable.Repeat($"""<DockerExec {attributes} Labels="{_label}" DockerRunOpts="--volume /data" />""", count));

    private static TestProject ThreeAtOnce(string steps)
    {
        var project = TestProject.WithTarget("""<MSBuild Projects="a.proj;b.proj;c.proj" BuildInParallel="true" />""");
        foreach (var name in (string[])["a.proj", "b.proj", "c.proj"])
        {
            project.Write(name, $"""
                <Project>
                  <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
                  <Target Name="Build">{steps}</Target>
                </Project>
                """);
        }

        return project;
    }

    private TestProject SharedContainers() => new(
        $"""
        <Project>
          <PropertyGroup>
            <DockerExecCache>off</DockerExecCache>
            <DockerExecMaxParallel>2</DockerExecMaxParallel>
          </PropertyGroup>
          <ItemGroup>
            <DockerExecStep Include="{string.Join(';', Enumerable.Range(1, 40))}" Hermetic="true" Image="busybox:latest" Labels="{_label}" Command="echo started; sleep 0.2; echo ended" />
          </ItemGroup>
          <Target Name="Build" />
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """);

    private async Task EndAsync(Workload workload, Interrupt interrupt, int delay)
    {
        var project = workload.Project();
        var lines = new ConcurrentQueue<string>();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var phase = "";
        var steps = 0;
        // A session of its own. A signal that this process was told to ignore would be ignored by the build too.
        var dotnet = DotNet.Command(project.Folder, Heard, new Dictionary<string, string?> { ["TMPDIR"] = _temp })
            .WithTargetFile("setsid")
            .WithArguments(["env", "--default-signal=INT,TERM", "dotnet", .. project.CommandLine(project["ended.binlog"], ["-v:d", "-m:3"])]);
        var running = dotnet.ExecuteAsync(TestContext.Current.CancellationToken);
        await Task.WhenAny(begun.Task, running);
        Assert.True(begun.Task.IsCompleted, string.Join('\n', lines));
        await Task.Delay(delay, TestContext.Current.CancellationToken);

        var ended = new Ended(workload.Name, interrupt, Volatile.Read(ref phase));
        var signalled = DateTimeOffset.UtcNow;
        var watch = Stopwatch.StartNew();
        var wasThere = Unix.Kill(interrupt.WholeGroup ? -running.ProcessId : running.ProcessId, interrupt.Signal) == 0;
        var result = await running;
        ended = ended with { BuildSeconds = watch.Elapsed.TotalSeconds };
        var containers = await Until(watch, ContainersAsync);
        ended = ended with { NoContainerSeconds = containers.Count > 0 ? watch.Elapsed.TotalSeconds : (await Docker.LastGoneAsync(_label, signalled)).TotalSeconds };
        var left = containers.Concat(await Until(watch, () => LeftoverAsync(running.ProcessId)));
        ended = ended with { NothingSeconds = watch.Elapsed.TotalSeconds };
        _ended.Add(ended);

        var console = string.Join('\n', lines);
        string[] faults =
        [
            .. wasThere ? [] : new[] { "the build had ended by itself" },
            .. left.Select(what => $"left: {what}"),
            .. await Pace.IsWithinAsync(Limit, TimeSpan.FromSeconds(ended.BuildSeconds)) ? Array.Empty<string>() : ["the build took too long to end"],
            .. await Pace.IsWithinAsync(Limit, TimeSpan.FromSeconds(ended.NothingSeconds)) ? Array.Empty<string>() : ["what it left took too long to go"],
            // MSBuild itself ends with 0 after SIGTERM, with Exec too.
            .. result.ExitCode == 0 && interrupt.Signal != SigTerm ? ["exit code 0"] : Array.Empty<string>(),
            .. new[] { "Build succeeded", "   at ", "Unhandled", "RRB9001", "MSB4018" }.Where(text => console.Contains(text, StringComparison.Ordinal)).Select(text => $"printed: {text}"),
        ];
        if (faults.Length > 0)
        {
            _faults.Add($"{ended}, delay {delay} ms: {string.Join("; ", faults)}\n{string.Join('\n', lines.TakeLast(30))}");
        }

        void Heard(string line)
        {
            lines.Enqueue(line);
            if (PhaseThatBegins(line.Trim()) is { } next)
            {
                Volatile.Write(ref phase, next);

                if (next is Creation or Pull && Interlocked.Increment(ref steps) >= workload.AtOnce)
                {
                    begun.TrySetResult();
                }
            }
        }
    }

    private static string? PhaseThatBegins(string line) => line switch
    {
        "started" => "run",
        "ended" => "removal",
        _ when line.Contains("docker pull ", StringComparison.Ordinal) => Pull,
        _ when line.Contains("docker run --rm --name rr-", StringComparison.Ordinal) => Creation,
        _ => null,
    };

    private async Task<IReadOnlyList<string>> ContainersAsync() =>
        (await Docker.ContainersAsync($"label={_label}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Containers, temporary files of ours, and processes: of the build's session, or watching over its steps.</summary>
    private async Task<IReadOnlyList<string>> LeftoverAsync(int session) =>
        [
            .. await ContainersAsync(),
            .. Directory.GetFileSystemEntries(_temp, "rr-*"),
            .. Unix.Session(session).Where(line => !line.Contains(WorkerNode, StringComparison.Ordinal)),
            .. Unix.CommandLines().Where(line => _ofASteps.Any(text => line.Contains(text, StringComparison.Ordinal))),
        ];

    // Looked at until it is so: there is no event for an absence.
    private static async Task<IReadOnlyList<string>> Until(Stopwatch watch, Func<Task<IReadOnlyList<string>>> find)
    {
        IReadOnlyList<string> found;
        while ((found = await find()).Count > 0 && watch.Elapsed < Patience)
        {
            await Task.Delay(Pause);
        }

        return found;
    }

    private void WriteReport()
    {
        var lines = new List<string> { $"{_ended.Count} builds ended from outside at random moments, {_faults.Count} faults" };
        Add("by way", ended => ended.Interrupt.Name);
        Add("by work", ended => ended.Workload);
        Add("by phase (by the last line heard)", ended => ended.Phase);
        File.WriteAllLines(Path.Combine(Repository.Root, "artifacts", "interrupts.txt"), lines);

        void Add(string title, Func<Ended, string> key)
        {
            lines.Add("");
            lines.Add($"{title,-44} builds   build ended     containers gone all gone, s (median, longest)");
            lines.AddRange(_ended.GroupBy(key).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group =>
                $"  {group.Key,-42} {group.Count(),6}   {Seconds(group, ended => ended.BuildSeconds)}   {Seconds(group, ended => ended.NoContainerSeconds)}   {Seconds(group, ended => ended.NothingSeconds)}"));
        }
    }

    private static string Seconds(IEnumerable<Ended> ended, Func<Ended, double> value)
    {
        double[] sorted = [.. ended.Select(value).Order()];
        return string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Length / 2],6:F2} {sorted[^1],6:F2}");
    }

    /// <summary>A build with work for longer than the longest delay, and how many steps of it run at once.</summary>
    private sealed record Workload(string Name, Func<TestProject> Project, int AtOnce = 1);

    private sealed record Interrupt(string Name, int Signal, bool WholeGroup);

    /// <summary>A build that was ended: what it did at that time, and how long after the signal it and all of it was gone.</summary>
    private sealed record Ended(string Workload, Interrupt Interrupt, string Phase)
    {
        public double BuildSeconds { get; init; }

        public double NoContainerSeconds { get; init; }

        public double NothingSeconds { get; init; }
    }
}
