using System.Text;

namespace RestrictedRunner.EngineTests;

[SeesFiles]
public class InteractiveTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Theory]
    [EachEngine]
    public async Task Lines_go_back_and_forth(string engine)
    {
        await using var container = await StartAsync(Step.On(engine, "while read -r line; do echo \"<$line>\"; done; echo end; exit 7"));
        using var reader = new StreamReader(container.StandardOutput);

        foreach (var line in new[] { "one", "zwei ü", "three $X `id` \\" })
        {
            await container.StandardInput.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), TestContext.Current.CancellationToken);
            Assert.Equal($"<{line}>", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        }

        await container.StandardInput.DisposeAsync();
        Assert.Equal("end\n", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));

        var result = await container.Completion;
        Assert.Equal((7, null, false), (result.ExitCode, result.StandardOutput, result.PrepareFailed));
        await Leftovers.AssertNoContainerAsync(engine, $"name={result.ContainerName}");
    }

    [Theory]
    [EachEngine]
    public async Task Megabytes_go_through_byte_by_byte_while_they_come_back(string engine)
    {
        var bytes = System.Security.Cryptography.RandomNumberGenerator.GetBytes(5_000_000);
        await using var container = await StartAsync(Step.Direct(engine, "cat"));

        var writing = WriteAllAsync(container.StandardInput, bytes);
        using var back = new MemoryStream();
        await container.StandardOutput.CopyToAsync(back, TestContext.Current.CancellationToken);
        await writing;

        Assert.Equal(bytes, back.ToArray());
        Assert.Equal(0, (await container.Completion).ExitCode);
    }

    [Theory]
    [EachEngine]
    public async Task Standard_error_is_a_stream_of_its_own(string engine)
    {
        await using var container = await StartAsync(Step.On(engine, "echo out; echo err >&2"));
        using var output = new StreamReader(container.StandardOutput);
        using var error = new StreamReader(container.StandardError);

        Assert.Equal("out\n", await output.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal("err\n", await error.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [EachEngine]
    public async Task A_command_may_end_while_its_input_is_open(string engine)
    {
        await using var container = await StartAsync(Step.On(engine, "exit 5"));

        Assert.Equal(5, (await container.Completion.WaitAsync(Soon, TestContext.Current.CancellationToken)).ExitCode);
    }

    [Theory]
    [EachEngine]
    public async Task Disposing_of_it_stops_and_removes_it(string engine)
    {
        var watched = new Watched();
        var container = await DockerRunner.StartAsync(Step.On(engine, "echo started; sleep 60"), watched.Observer, TestContext.Current.CancellationToken);
        using (var reader = new StreamReader(container.StandardOutput, leaveOpen: true))
        {
            Assert.Equal("started", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        }

        await container.DisposeAsync().AsTask().WaitAsync(Soon, TestContext.Current.CancellationToken);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => container.Completion);
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }

    [Theory]
    [EachEngine]
    public async Task Disposing_of_it_at_once_leaves_nothing(string engine)
    {
        var watched = new Watched();
        for (var delay = 0; delay <= 300; delay += 60)
        {
            var container = await DockerRunner.StartAsync(Step.On(engine, "sleep 60"), watched.Observer, TestContext.Current.CancellationToken);
            await Task.Delay(delay, TestContext.Current.CancellationToken);
            await container.DisposeAsync().AsTask().WaitAsync(Soon, TestContext.Current.CancellationToken);
            await Leftovers.AssertGoneNowAsync(engine, watched.ContainerNames[^1]);
        }

        foreach (var name in watched.ContainerNames)
        {
            await Leftovers.AssertGoneNowAsync(engine, name);
        }
    }

    [Theory]
    [EachEngine]
    public async Task Disposing_of_it_does_not_wait_for_output_that_nobody_reads(string engine)
    {
        var watched = new Watched();
        var container = await DockerRunner.StartAsync(Step.On(engine, "yes"), watched.Observer, TestContext.Current.CancellationToken);
        Assert.Equal((byte)'y', container.StandardOutput.ReadByte());

        await container.DisposeAsync().AsTask().WaitAsync(Soon, TestContext.Current.CancellationToken);

        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }

    [Theory]
    [EachEngine]
    public async Task Disposing_of_it_after_its_end_keeps_the_result(string engine)
    {
        var container = await StartAsync(Step.On(engine, "exit 3"));
        Assert.Equal(3, (await container.Completion).ExitCode);

        await container.DisposeAsync();
        await container.DisposeAsync();

        Assert.Equal(3, (await container.Completion).ExitCode);
    }

    [Theory]
    [EachEngine("no-such-program", RunnerFailure.CommandNotFound)]
    [EachEngine("/etc/passwd", RunnerFailure.CommandNotExecutable)]
    public async Task A_command_that_does_not_start_is_told_by_its_completion(string engine, string command, RunnerFailure expected)
    {
        await using var container = await StartAsync(Step.On(engine, command));

        var failure = await Assert.ThrowsAsync<RunnerException>(() => container.Completion.WaitAsync(Soon, TestContext.Current.CancellationToken));
        Assert.Equal(expected, failure.Failure);
        Assert.Contains(command, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [EachEngine(0, Only = Engines.Podman)]
    [EachEngine(2, Only = Engines.Podman)]
    public async Task A_client_that_is_silent_and_has_started_nothing_has_no_code_of_a_command(string engine, int code)
    {
        // Podman is believed only where it has anything to tell, such as of the container that this runs.
        Assert.True(Engines.Answers(engine));
        using var client = new ClientScript(engine, $"if [ $1 = run ]; then exit {code}; fi");
        await using var container = await StartAsync(Step.On(client.Path, "true; true"));

        var failure = await Assert.ThrowsAsync<RunnerException>(() => container.Completion.WaitAsync(Soon, TestContext.Current.CancellationToken));
        Assert.Equal(RunnerFailure.Interrupted, failure.Failure);
    }

    [Theory]
    [EachEngine("exit 3", 3)]
    [EachEngine("printf 'no line end' >&2; exit 3", 3)]
    [EachEngine("seq 10000 >&2; exit 3", 3)]
    public async Task A_prepare_command_that_fails_is_told(string engine, string prepare, int code)
    {
        await using var container = await StartAsync(Step.On(engine, "echo not here") with { PrepareCommand = prepare });
        var error = container.StandardError.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(container.StandardOutput);

        Assert.Equal("", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        await error;
        var result = await container.Completion;
        Assert.Equal((code, true), (result.ExitCode, result.PrepareFailed));
    }

    [Theory]
    [EachEngine]
    public async Task An_image_that_is_absent_is_told_by_the_start(string engine)
    {
        var failure = await Assert.ThrowsAsync<RunnerException>(
            () => StartAsync(Step.On(engine, "cat") with { Image = "localhost/rr-no-such-image:1", Pull = PullPolicy.Never }));

        Assert.Equal(RunnerFailure.ImageAbsent, failure.Failure);
        Assert.Contains("rr-no-such-image", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [EachEngine(true, "eth0\nlo")]
    [EachEngine(false, "lo")]
    public async Task Every_restriction_is_that_of_a_plain_run(string engine, bool networking, string interfaces)
    {
        using var folder = new TempFolder();
        var options = Step.On(engine, $"""
            {Cgroup.Memory}; {Cgroup.MemoryReservation}; {Cgroup.MemorySwap}; {Cgroup.Cpu}; {Cgroup.Pids}
            grep -E '^(Cap|NoNewPrivs|Uid|Gid|Groups)' /proc/self/status
            grep -E 'open files' /proc/self/limits
            cat /etc/resolv.conf 2>/dev/null
            grep example /etc/hosts
            ls /sys/class/net
            hostname
            pwd
            df -k /dev/shm | tail -n 1
            grep -E ' (/|/data|/fast) ' /proc/mounts | sed 's/lowerdir.*//' | sort
            env | sort
            """) with
        {
            AllowNetworking = networking,
            Memory = "64m",
            MemoryReservation = "32m",
            MemorySwap = "96m",
            Cpus = "0.5",
            PidsLimit = 50,
            CapDrop = ["ALL"],
            CapAdd = ["CHOWN"],
            SecurityOpt = ["no-new-privileges"],
            Ulimits = ["nofile=100:200", "nproc=1024"],
            // Podman does not take servers without a network.
            Dns = networking ? ["10.9.8.7"] : [],
            DnsSearch = networking ? ["a.example"] : [],
            AddHost = ["b.example:10.1.2.3"],
            Hostname = "step",
            User = "1234:2345",
            GroupAdd = ["4321"],
            WorkDir = "/etc",
            ReadOnly = true,
            Tmpfs = ["/fast"],
            ShmSize = "3m",
            Mounts = [new Mount(folder.Path, "/data", ReadOnly: true)],
            EnvironmentVariables = [new("PATH", "/bin"), new("VALUE", "a b")],
            DockerRunOpts = "--env EXTRA=1",
            PrepareCommand = "PREPARED=1; export PREPARED",
        };

        var plain = await options.OutputAsync();
        await using var container = await StartAsync(options);
        using var reader = new StreamReader(container.StandardOutput, Encoding.UTF8);

        Assert.Equal(plain, await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Contains($"\n{interfaces}\nstep\n/etc\n", plain, StringComparison.Ordinal);
    }

    private static async Task WriteAllAsync(Stream stream, byte[] bytes)
    {
        // The pipe's own writes hold their thread until there is room.
        await Task.Yield();
        await using (stream)
        {
            await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        }
    }

    private static Task<InteractiveContainer> StartAsync(StepOptions options) =>
        DockerRunner.StartAsync(options, cancellation: TestContext.Current.CancellationToken);
}
