using System.Diagnostics;
using RestrictedRunner.Workers;

namespace RestrictedRunner.EngineTests;

/// <summary>A container that runs one step after the other behaves to each as if it were its own.</summary>
[SeesFiles]
public sealed class WorkerTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private readonly TempFolder _project = new();

    public void Dispose() => _project.Dispose();

    [Theory]
    [EachEngine]
    public async Task Each_step_has_the_result_that_it_has_in_a_container_of_its_own(string engine)
    {
        await using var worker = await StartAsync(Step(engine, "true"));
        foreach (var options in Steps(engine))
        {
            var (ofWorker, linesOfWorker) = await RunAsync(options, (step, observer) => worker.RunAsync(step, observer, TestContext.Current.CancellationToken));
            var (ofOwn, linesOfOwn) = await RunAsync(options with { Mounts = [new(_project.Path, "/project")] }, (step, observer) => DockerRunner.RunAsync(step, observer, cancellation: TestContext.Current.CancellationToken));

            Assert.Equal(linesOfOwn, linesOfWorker);
            Assert.Equal(ofOwn with { Duration = default, ContainerName = "" }, ofWorker with { Duration = default, ContainerName = "" });
            Assert.Null(worker.WhyNotAgain);
        }
    }

    // Whatever is in it: the shell reads it as one word.
    [Theory]
    [EachEngine]
    public async Task Variables_arrive_as_they_are(string engine)
    {
        await using var worker = await StartAsync(Step(engine, "true"));
        string[] texts = ["", " ", "a b", "it's", "\"", "\\", "$HOME", "`id`", "$(id)", "a\nb", "\n", "\t", "ä€😀", "-n", "*", ";", "'\\''", "a\r\nb", "\u0001\u007f\u0081", "!x", "~", "#"];
        var options = Step(engine, string.Concat(texts.Select((_, i) => $"printf '%s|' \"$V{i}\"; "))) with { EnvironmentVariables = [.. texts.Select((text, i) => new EnvironmentVariable($"V{i}", text))] };

        var (_, lines) = await RunAsync(options, (step, observer) => worker.RunAsync(step, observer, TestContext.Current.CancellationToken));

        var (_, own) = await RunAsync(options with { Mounts = [new(_project.Path, "/project")] }, (step, observer) => DockerRunner.RunAsync(step, observer, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(own, lines);
        Assert.Equal(string.Concat(texts.Select(text => $"{text}|")).ReplaceLineEndings("\n"), string.Join('\n', lines.Select(line => line.Text)));
    }

    [Theory]
    [EachEngine]
    public async Task Lines_come_while_the_step_runs(string engine)
    {
        var watched = new Watched();
        await using var worker = await StartAsync(Step(engine, "true"));

        var run = worker.RunAsync(Step(engine, "echo first; while [ ! -e go ]; do sleep 0.02; done; echo second >&2"), watched.Observer, TestContext.Current.CancellationToken);
        await watched.SeesAsync("first", run);
        _project.Write("go", "");

        Assert.Equal(0, (await run).ExitCode);
        Assert.Equal(["first", "second"], watched.Lines.Select(line => line.Text));
    }

    [Theory]
    [EachEngine]
    public async Task A_step_that_takes_too_long_gets_SIGTERM_and_its_container_is_gone(string engine)
    {
        var watched = new Watched();
        await using var worker = await StartAsync(Step(engine, "true"));

        await Assert.ThrowsAsync<TimeoutException>(() => worker.RunAsync(Step(engine, "trap 'echo term; exit' TERM; echo started; while true; do sleep 0.05; done") with { Timeout = TimeSpan.FromSeconds(4), StopTimeout = Soon }, watched.Observer, TestContext.Current.CancellationToken));

        Assert.Equal(["started", "term"], watched.Lines.Select(line => line.Text));
        Assert.NotNull(worker.WhyNotAgain);
        await Leftovers.AssertGoneNowAsync(engine, worker.Name);
    }

    [Theory]
    [EachEngine]
    public async Task A_step_that_is_cancelled_and_ignores_SIGTERM_is_gone_with_its_container(string engine)
    {
        var watched = new Watched();
        using var cancellation = new CancellationTokenSource();
        await using var worker = await StartAsync(Step(engine, "true"));
        var run = worker.RunAsync(Step(engine, "trap '' TERM; echo started; while true; do sleep 1; done") with { StopTimeout = TimeSpan.FromMilliseconds(200) }, watched.Observer, cancellation.Token);
        await watched.SeesAsync("started", run);

        var watch = Stopwatch.StartNew();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        await Pace.AssertWithinAsync(Soon, watch.Elapsed);
        await Leftovers.AssertGoneNowAsync(engine, worker.Name);
    }

    [Theory]
    [EachEngine]
    public async Task A_container_that_is_killed_is_lost_and_leaves_nothing(string engine)
    {
        var watched = new Watched();
        await using var worker = await StartAsync(Step(engine, "true"));
        var run = worker.RunAsync(Step(engine, "echo started; sleep 60"), watched.Observer, TestContext.Current.CancellationToken);
        await watched.SeesAsync("started", run);

        Assert.True(Client.Succeeds(engine, "kill", worker.Name));

        await Assert.ThrowsAsync<WorkerLostException>(() => run.WaitAsync(Soon, TestContext.Current.CancellationToken));
        await Leftovers.AssertNoContainerAsync(engine, $"name={worker.Name}");
    }

    [Theory]
    [EachEngine]
    public async Task A_container_that_was_killed_between_two_steps_is_lost_with_the_second(string engine)
    {
        await using var worker = await StartAsync(Step(engine, "true"));
        await worker.RunAsync(Step(engine, "true"), new RunObserver(), TestContext.Current.CancellationToken);

        Assert.True(Client.Succeeds(engine, "kill", worker.Name));

        await Assert.ThrowsAsync<WorkerLostException>(() => worker.RunAsync(Step(engine, "true"), new RunObserver(), TestContext.Current.CancellationToken));
    }

    [Theory]
    [EachEngine]
    public async Task A_lack_of_memory_is_told_of_the_step_that_had_it(string engine)
    {
        var options = Step(engine, "exit 0") with { Memory = "32m" };
        await using var worker = await StartAsync(options);

        // One process alone: where another asks for memory before the dead one's is free, the kernel may take the container's first.
        var (greedy, _) = await RunAsync(options with { Command = "awk 'BEGIN { x = \"x\"; while (1) x = x x }' 2>/dev/null; exit 5" }, (step, observer) => worker.RunAsync(step, observer, TestContext.Current.CancellationToken));
        Assert.Equal((5, true), (greedy.ExitCode, greedy.OutOfMemory));
        Assert.Null(worker.WhyNotAgain);

        var (modest, _) = await RunAsync(options, (step, observer) => worker.RunAsync(step, observer, TestContext.Current.CancellationToken));
        Assert.Equal((0, false), (modest.ExitCode, modest.OutOfMemory));
    }

    [Theory]
    [EachEngine]
    public async Task A_folder_that_is_not_there_is_for_a_container_of_its_own(string engine)
    {
        await using var worker = await StartAsync(Step(engine, "true"));

        var lost = await Assert.ThrowsAsync<WorkerLostException>(() => worker.RunAsync(Step(engine, "true") with { WorkDir = "/absent" }, new RunObserver(), TestContext.Current.CancellationToken));

        Assert.Equal("the command could not be started there", lost.Message);
    }

    // As a volume of the image is: a file in it that was changed has another time of change, and the same size.
    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task A_file_that_was_there_before_may_not_be_changed(string engine)
    {
        await using var image = await DerivedImage.CreateAsync(engine, "VOLUME /etc");
        var options = Step(engine, "true; true") with { Image = image.Name };
        await using var worker = await StartAsync(options);
        await worker.RunAsync(options, new RunObserver(), TestContext.Current.CancellationToken);
        Assert.Null(worker.WhyNotAgain);

        var result = await worker.RunAsync(options with { Command = "printf x | dd of=/etc/passwd bs=1 conv=notrunc" }, new RunObserver(), TestContext.Current.CancellationToken);

        Assert.Equal((0, "something is not as it was before the step"), (result.ExitCode, worker.WhyNotAgain));
    }

    // The kernel lists such places in another form.
    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task A_place_with_an_odd_name_is_not_shared(string engine)
    {
        await using var image = await DerivedImage.CreateAsync(engine, """VOLUME ["/a b"]""");

        var lost = await Assert.ThrowsAsync<WorkerLostException>(() => StartAsync(Step(engine, "true; true") with { Image = image.Name }));

        Assert.Equal("'/a\\040b' is an odd place for files", lost.Message);
    }

    // The look after a step takes four of them, of which one is that which looks.
    [Theory]
    [EachEngine(2)]
    [EachEngine(3)]
    public async Task With_too_few_processes_for_a_look_there_is_no_shared_container(string engine, int processes)
    {
        var lost = await Assert.ThrowsAsync<WorkerLostException>(() => StartAsync(Step(engine, "true") with { PidsLimit = processes }));

        Assert.NotEqual("", lost.Message);
    }

    [Theory]
    [EachEngine]
    public async Task A_start_that_is_cancelled_leaves_nothing(string engine)
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Worker.StartAsync(Step(engine, "true") with { Labels = [$"test={_project.Path}"] }, new Mount(_project.Path, "/project"), Host.OfThisMachine, cancellation.Token));

        await Leftovers.AssertNoContainerAsync(engine, $"label=test={_project.Path}");
    }

    [Theory]
    [EachEngine]
    public async Task An_image_that_is_not_there_is_told_and_no_container_left(string engine) =>
        Assert.Equal(RunnerFailure.ImageAbsent, (await Assert.ThrowsAsync<RunnerException>(() => StartAsync(Step(engine, "true") with { Image = "absent:none" }))).Failure);

    [Fact]
    [OfThisMachine]
    public async Task An_image_whose_entry_point_runs_something_else_has_no_shared_containers() =>
        Assert.Equal("the image's shell does not run it", (await Assert.ThrowsAsync<WorkerLostException>(() => StartAsync(Step(Engines.Docker, "true") with { Image = TestImages.Protoc }))).Message);

    [Theory]
    [EachEngine]
    public async Task One_that_is_not_used_ends_by_itself(string engine)
    {
        var worker = await StartAsync(Step(engine, "true"));

        await worker.DisposeAsync();

        await Leftovers.AssertGoneNowAsync(engine, worker.Name);
        Leftovers.AssertNoProcess(worker.Name);
    }

    [Theory]
    [EachEngine]
    public async Task A_prepare_command_is_one_of_each_step(string engine)
    {
        var options = Step(engine, "echo command") with { PrepareCommand = "echo prepared" };
        await using var worker = await StartAsync(options);
        foreach (var step in new[] { options, options with { PrepareCommand = "echo x; exit 4" }, options with { PrepareCommand = "chmod 000 /.restricted-runner.prepared; true" }, options, options with { PrepareCommand = "false" } })
        {
            var (ofWorker, linesOfWorker) = await RunAsync(step, (step, observer) => worker.RunAsync(step, observer, TestContext.Current.CancellationToken));
            var (ofOwn, linesOfOwn) = await RunAsync(step with { Mounts = [new(_project.Path, "/project")] }, (step, observer) => DockerRunner.RunAsync(step, observer, cancellation: TestContext.Current.CancellationToken));

            Assert.Equal(linesOfOwn, linesOfWorker);
            Assert.Equal((ofOwn.ExitCode, ofOwn.PrepareFailed), (ofWorker.ExitCode, ofWorker.PrepareFailed));
        }
    }

    // By which its reaper, or the next build, finds it.
    [Theory]
    [EachEngine]
    public async Task It_has_the_name_and_the_labels_of_every_container(string engine)
    {
        await using var worker = await StartAsync(Step(engine, "true"));

        Assert.Contains(worker.CommandLine, word => word == worker.Name);
        Assert.Contains(worker.CommandLine, word => word.StartsWith("restricted-runner.owner=", StringComparison.Ordinal));
    }

    private static StepOptions Step(string engine, string command) => TestWorkers.Hermetic(engine, TestImages.Busybox, "0:0", command);

    private static IEnumerable<StepOptions> Steps(string engine)
    {
        string[] commands =
        [
            "exit 0", "exit 7", "exit 255", "echo out; echo err >&2", "printf 'no end'", "printf 'a\\rb\\r\\nc\\n'", "echo; echo; echo", "printf '\\033[31mred\\033[0m\\n'",
            "printf '\\377\\376\\n'", "cat; echo end", "read line; echo $?", "env | sort", "pwd; echo $PWD $OLDPWD", "id; umask; ulimit -n", "echo $0; echo $#", "kill -9 $$", "kill -TERM $$", "kill -INT $$", "kill -QUIT $$",
            "absent-program x", "./absent x", "/tmp x", "echo 'unclosed", "trap 'echo int' INT; kill -INT $$; echo after", "sleep 100 & exit 3", "for i in 1 2 3; do echo $i; done; false", "ls -A /tmp; echo x > /tmp/x; cat /tmp/x",
            // Not the blocked signals: podman's init program blocks three of terminals.
            "touch /x", "cat /proc/net/dev | grep -c :", "grep -E 'SigIgn|Cap|NoNew|Seccomp:' /proc/self/status", "readlink /proc/self/fd/0", "test -t 0; test -t 1; test -t 2; echo $?", "seq 1 20000", "head -c 300000 /dev/zero | tr '\\0' x", "exec sh -c 'echo replaced'",
            "cat /proc/self/oom_score_adj", "hostname; true", "echo a >written; cat written; rm written",
        ];
        return
        [
            .. commands.Select(command => Step(engine, command)),
            Step(engine, "echo command") with { EnvironmentVariables = [new("PATH", "/bin"), new("A", "1"), new("A", "2"), new("LC_ALL", "C"), new("HOSTNAME", "mine"), new("container", "none")] },
            Step(engine, "env | sort") with { EnvironmentVariables = [new("PATH", "/bin"), new("A", "1"), new("A", "2"), new("LC_ALL", "C"), new("HOSTNAME", "mine"), new("container", "none")] },
            Step(engine, "pwd; echo $PWD") with { WorkDir = "/tmp" },
            Step(engine, "pwd") with { Shell = "sh -e" },
            Step(engine, "false; echo not reached") with { Shell = "sh -e" },
            Step(engine, "printf '\\344\\n'") with { StdOutEncoding = System.Text.Encoding.Latin1 },
        ];
    }

    private static async Task<(RunResult Result, IReadOnlyList<OutputLine> Lines)> RunAsync(StepOptions options, Func<StepOptions, RunObserver, Task<RunResult>> run)
    {
        var watched = new Watched();
        var result = await run(options, watched.Observer);

        // In what order lines of different streams come is nobody's promise.
        return (result, [.. watched.Lines.OrderBy(line => line.Stream)]);
    }

    private Task<Worker> StartAsync(StepOptions options) => TestWorkers.StartAsync(options, _project.Path);
}
