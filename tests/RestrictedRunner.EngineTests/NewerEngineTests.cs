namespace RestrictedRunner.EngineTests;

/// <summary>
/// What the engines of today tell in other words, by other codes, or not at all: docker with both image stores, runc and
/// crun, podman 5, and docker's client on podman's socket.
/// </summary>
[Trait("Tier", "Newer")]
public class NewerEngineTests
{
    // A text of 64 MiB in the shell's own memory.
    private const string TooMuch = "x=$(head -c 67108864 /dev/zero | tr '\\0' x); echo ${#x}";

    private static StepOptions On(string name, string command) => Step.On(NewerEngines.Client(name), command) with { AllowNetworking = false };

    private static StepOptions Direct(string name, params string[] arguments) => On(name, "") with { Arguments = arguments };

    [Theory]
    [EachNewerEngine]
    public async Task A_command_runs_and_both_its_streams_are_heard(string name)
    {
        var result = await On(name, "echo out; echo err >&2; exit 7").RunAsync();

        Assert.Equal((7, "out\n", "err\n"), (result.ExitCode, result.StandardOutput, result.StandardError));
        await AssertNothingIsLeftAsync(name, result.ContainerName);
    }

    // Clients use most of these for failures and ends of their own.
    [Theory]
    [EachNewerEngine(1)]
    [EachNewerEngine(125)]
    [EachNewerEngine(127)]
    [EachNewerEngine(137)]
    [EachNewerEngine(255)]
    public async Task The_exit_code_of_a_silent_command_is_its_own(string name, int code)
    {
        var result = await On(name, $"exit {code}").RunAsync();

        Assert.Equal((code, "", "", false), (result.ExitCode, result.StandardOutput, result.StandardError, result.OutOfMemory));
    }

    [Theory]
    [EachNewerEngine("docker: Error response from daemon: No such image: busybox", 125)]
    [EachNewerEngine("unable to upgrade to tcp, received 500", 1)]
    public async Task An_engines_words_may_be_the_commands(string name, string words, int code)
    {
        var result = await On(name, $"echo '{words}' >&2; exit {code}").RunAsync();

        Assert.Equal((code, words + "\n"), (result.ExitCode, result.StandardError));
    }

    [Theory]
    [EachNewerEngine(0)]
    [EachNewerEngine(1)]
    [EachNewerEngine(125)]
    [EachNewerEngine(127)]
    public async Task A_program_that_logs_as_the_engine_does_is_heard(string name, int code)
    {
        const string Words = "time=\"2026-11-29T10:00:00Z\" level=error msg=\"of the program\"";
        var watched = new Watched();

        var result = await Direct(name, "sh", "-c", $"echo '{Words}' >&2; exit {code}").RunAsync(watched.Observer);

        Assert.Equal((code, Words + "\n"), (result.ExitCode, result.StandardError));
        Assert.Equal([new OutputLine(OutputStream.StandardError, Words)], watched.Lines);
    }

    // Podman's service reads its record late: asked at once, it may know the creation and not the start.
    [Theory]
    [EachNewerEngine(Only = NewerEngines.Compat)]
    public async Task A_start_that_the_first_answer_does_not_have_yet_is_asked_for_again(string name)
    {
        using var client = new ClientScript(NewerEngines.Client(name), """
            if [ $1 = events ] && mkdir "${0%/*}/asked" 2>/dev/null; then echo create; echo init; exit; fi
            """);

        var result = await Step.Direct(client.Path, "sh", "-c", "echo 'time=\"2026-11-29T10:00:00Z\" level=error' >&2; exit 125").RunAsync();

        Assert.Equal(125, result.ExitCode);
        Assert.True(client.Calls.Count(call => call == "events") > 1);
    }

    // Without an init program the runtime itself tells.
    [Theory]
    [EachNewerEngine("nosuch", true)]
    [EachNewerEngine("/bin/nosuch", false)]
    [EachNewerEngine("/w/interpreter-not-there", false)]
    public async Task A_program_that_is_not_there_is_told(string name, string program, bool init)
    {
        using var folder = Programs();

        var failure = await (Direct(name, program) with { Init = init, Mounts = [new(folder.Path, "/w")] }).FailureAsync();

        AssertTold(name, init || program.StartsWith("/w/", StringComparison.Ordinal), RunnerFailure.CommandNotFound, failure);
    }

    [Theory]
    [EachNewerEngine("/w/text", false)]
    [EachNewerEngine("/tmp", false)]
    public async Task A_program_that_cannot_be_executed_is_told(string name, string program, bool init)
    {
        using var folder = Programs();

        var failure = await (Direct(name, program) with { Init = init, Mounts = [new(folder.Path, "/w")] }).FailureAsync();

        AssertTold(name, init, RunnerFailure.CommandNotExecutable, failure);
    }

    [Theory]
    [EachNewerEngine]
    public async Task A_program_for_another_machine_is_told(string name)
    {
        using var folder = Programs();

        var failure = await (Direct(name, "/w/arm") with { Init = false, Mounts = [new(folder.Path, "/w")] }).FailureAsync();

        Assert.Equal(RunnerFailure.WrongPlatform, failure.Failure);
        Assert.Equal("exec: \"/w/arm\": exec format error", failure.Message, ignoreCase: true);
    }

    [Theory]
    [EachNewerEngine]
    public async Task An_interactive_program_that_is_not_there_is_told(string name)
    {
        await using var container = await DockerRunner.StartAsync(Direct(name, "/bin/nosuch") with { Init = false }, cancellation: TestContext.Current.CancellationToken);

        AssertTold(name, false, RunnerFailure.CommandNotFound, await Assert.ThrowsAsync<RunnerException>(() => container.Completion));
    }

    [Theory]
    [EachNewerEngine]
    public async Task A_user_that_the_image_does_not_have_is_told(string name)
    {
        var watched = new Watched();
        var failure = await (On(name, "id") with { User = "nosuchuser" }).FailureAsync(watched.Observer);

        AssertTold(name, false, RunnerFailure.UserUnknown, failure);
        await AssertNothingIsLeftAsync(name, Assert.Single(watched.ContainerNames));
    }

    [Theory]
    [EachNewerEngine]
    public async Task What_an_engine_refuses_is_told(string name)
    {
        var failure = await (On(name, "true") with { AllowNetworking = true, Network = "nosuch" }).FailureAsync();

        Assert.Equal(RunnerFailure.CouldNotStart, failure.Failure);
        Assert.Contains("nosuch", failure.Message, StringComparison.Ordinal);
    }

    // The pull is only tried: of an image that the engine has for another machine, too.
    [Theory]
    [EachNewerEngine("localhost/nosuch:1", "")]
    [EachNewerEngine(TestImages.Busybox, "linux/arm64")]
    public async Task An_image_that_is_not_there_is_pulled(string name, string image, string platform)
    {
        using var client = new ClientScript(NewerEngines.Client(name), "if [ $1 = pull ]; then echo 'Error: manifest unknown' >&2; exit 1; fi");
        var step = On(name, "true") with { Engine = client.Path, Image = image, Platform = platform };

        Assert.Equal(RunnerFailure.ImageNotFound, (await step.FailureAsync()).Failure);
        Assert.Equal("pull", client.Calls[^1]);
        Assert.Equal(RunnerFailure.ImageAbsent, (await (step with { Pull = PullPolicy.Never }).FailureAsync()).Failure);
    }

    [Theory]
    [EachNewerEngine]
    public async Task A_command_that_is_killed_for_want_of_memory_has_its_exit_code(string name)
    {
        var result = await (On(name, TooMuch) with { Memory = "32m", MemorySwap = "32m" }).RunAsync();

        Assert.Equal((137, !NewerEngines.IsPodmans(name)), (result.ExitCode, result.OutOfMemory));
    }

    [Theory]
    [EachNewerEngine]
    public async Task A_command_that_runs_too_long_is_stopped(string name)
    {
        var watched = new Watched();

        await Assert.ThrowsAsync<TimeoutException>(() => (On(name, "echo started; sleep 60") with { Timeout = TimeSpan.FromSeconds(3) }).RunAsync(watched.Observer));

        Assert.Equal("started", Assert.Single(watched.Lines).Text);
        await Leftovers.AssertGoneNowAsync(NewerEngines.Client(name), Assert.Single(watched.ContainerNames));
    }

    [Theory]
    [EachNewerEngine]
    public async Task A_command_that_is_cancelled_is_gone(string name)
    {
        using var cancellation = new CancellationTokenSource();
        var watched = new Watched();
        var run = DockerRunner.RunAsync(On(name, "trap '' TERM INT; echo started; while true; do sleep 1; done"), watched.Observer, cancellation: cancellation.Token);
        await watched.SeesAsync("started", run);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        await Leftovers.AssertGoneNowAsync(NewerEngines.Client(name), Assert.Single(watched.ContainerNames));
        Leftovers.AssertNoProcess(watched.ContainerNames[0]);
    }

    [Theory]
    [EachNewerEngine]
    public async Task A_client_that_is_killed_has_no_exit_code_of_the_command(string name)
    {
        var watched = new Watched();
        var run = On(name, "trap '' TERM INT; echo started; while true; do sleep 1; done").FailureAsync(watched.Observer);
        await watched.SeesAsync("started", run);

        await Client.CallAsync("kill", "-KILL", Assert.Single(Processes.WithText($" run --rm --name {Assert.Single(watched.ContainerNames)}")).Split(':')[0]);

        Assert.Equal(RunnerFailure.Interrupted, (await run).Failure);
        await Leftovers.AssertGoneNowAsync(NewerEngines.Client(name), watched.ContainerNames[0]);
    }

    // All that a hermetic step is given.
    [Theory]
    [EachNewerEngine]
    public async Task Restrictions_hold_and_the_files_are_the_users(string name)
    {
        using var folder = new TempFolder();
        var step = On(name, "id -u; pwd; grep -c : /proc/net/dev; grep -E 'CapEff|NoNewPrivs' /proc/self/status; touch /x; echo made >made") with
        {
            ReadOnly = true,
            CapDrop = ["ALL"],
            SecurityOpt = ["no-new-privileges"],
            Tmpfs = ["/tmp"],
            User = "1234:2345",
            WorkDir = "/w",
            Mounts = [new(folder.Path, "/w")],
            Memory = "64m",
        };

        var result = await step.RunAsync();

        Assert.Equal(
            (0, "1234\n/w\n1\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n", "touch: /x: Read-only file system\n"),
            (result.ExitCode, result.StandardOutput, result.StandardError));
        Assert.Equal("1234", await Client.OutputAsync("stat", "-c", "%u", folder["made"]));
    }

    // Each writes its description in another way, and so has another id and another digest for it.
    [Fact]
    public async Task An_image_is_the_same_on_all_engines_and_runs_by_its_id()
    {
        Assert.SkipUnless(Engines.AreRequired || NewerEngines.Names.All(NewerEngines.IsThere), "run build/engine.sh --newer");
        var contents = new List<string>();
        foreach (var engine in NewerEngines.Names.Select(NewerEngines.Client).Append(Engines.Docker))
        {
            var step = Step.On(engine, "echo ran") with { AllowNetworking = false };
            var identity = Assert.Single(await EngineImages.FindAsync([TestImages.Busybox, "localhost/nosuch:1"], step, Host.OfThisMachine, TestContext.Current.CancellationToken)).Value;
            contents.Add(identity.Content);
            Assert.Equal("ran\n", await (step with { ImageId = identity.Id }).OutputAsync());
        }

        Assert.Single(contents.Distinct());
    }

    private static TempFolder Programs()
    {
        const UnixFileMode executable = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        var folder = new TempFolder();
        folder.Write("text", "no program\n");
        File.SetUnixFileMode(folder.Write("interpreter-not-there", "#!/nosuch\r\n"), executable);

        // The head of a program for arm64, and nothing behind it.
        byte[] program = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0xB7, 0, 1, 0, 0, 0, .. new byte[4096]];
        File.WriteAllBytes(folder["arm"], program);
        File.SetUnixFileMode(folder["arm"], executable);
        return folder;
    }

    // Podman's service tells its reasons to nobody but podman's client, except those of a container that was started.
    private static void AssertTold(string name, bool wasStarted, RunnerFailure expected, RunnerException failure)
    {
        Assert.Equal(NewerEngines.IsCompat(name) && !wasStarted ? RunnerFailure.CouldNotStart : expected, failure.Failure);
        Assert.NotEmpty(failure.Message);
    }

    private static Task AssertNothingIsLeftAsync(string name, string container) =>
        Leftovers.AssertNoContainerAsync(NewerEngines.Client(name), $"name={container}");
}
