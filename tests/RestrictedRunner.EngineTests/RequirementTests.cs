namespace RestrictedRunner.EngineTests;

/// <summary>What has to be there for a step to run, and that looking for it costs nothing when it is.</summary>
[OfThisMachine]
public class RequirementTests
{
    [Theory]
    [EachEngine]
    public async Task An_image_is_required(string engine)
    {
        using var client = new ClientScript(engine);
        var failure = await (Step.On(client.Path, "true") with { Image = "" }).FailureAsync();

        Assert.Equal((RunnerFailure.OptionsInvalid, "docker runner requires 'image' option"), (failure.Failure, failure.Message));
        Assert.Empty(client.Calls);
    }

    [Fact]
    public async Task A_client_that_is_not_on_PATH_is_told()
    {
        var failure = await Step.On("no-such-engine", "true").FailureAsync();

        Assert.Equal((RunnerFailure.ClientNotFound, "no-such-engine executable not found in PATH"), (failure.Failure, failure.Message));
    }

    [Fact]
    public async Task A_client_path_where_no_program_is_is_told()
    {
        using var folder = new TempFolder();
        var file = folder.Write("no-program", "");

        var failure = await Step.On(file, "true").FailureAsync();

        Assert.Equal((RunnerFailure.ClientNotFound, $"there is no executable file '{file}'"), (failure.Failure, failure.Message));
    }

    [Fact]
    public async Task A_client_that_the_system_cannot_execute_is_told()
    {
        using var folder = new TempFolder();
        var file = folder.Write("no-program", "\u007fELF, but nothing else of a program");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var failure = await Step.On(file, "true").FailureAsync();

        Assert.Equal(RunnerFailure.CouldNotStart, failure.Failure);
        Assert.StartsWith(file, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task A_daemon_that_does_not_run_is_told(string engine)
    {
        using var client = new ClientScript(engine, "export DOCKER_HOST=unix:///nowhere/docker.sock");
        var failure = await Step.On(client.Path, "true").FailureAsync();

        Assert.Equal(RunnerFailure.DaemonNotRunning, failure.Failure);
        Assert.Contains("Is the docker daemon running?", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [EachEngine(Only = Engines.Podman)]
    public async Task A_podman_service_that_does_not_run_is_told(string engine)
    {
        using var client = new ClientScript($"{engine} --remote --url unix:///nowhere/podman.sock");
        var failure = await Step.On(client.Path, "true").FailureAsync();

        Assert.Equal(RunnerFailure.DaemonNotRunning, failure.Failure);
        Assert.Contains("Cannot connect to Podman", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task A_daemon_that_this_user_may_not_use_is_told(string engine)
    {
        using var client = ClientOfAnotherUser(engine);
        var failure = await Step.On(client.Path, "true").FailureAsync();

        Assert.Equal(RunnerFailure.PermissionDenied, failure.Failure);
        Assert.Contains("permission denied while trying to connect", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task An_interactive_start_tells_the_same_failures(string engine)
    {
        using var stopped = new ClientScript(engine, "export DOCKER_HOST=unix:///nowhere/docker.sock");
        using var forbidden = ClientOfAnotherUser(engine);

        Assert.Equal(RunnerFailure.DaemonNotRunning, await FailureOfStartAsync(Step.On(stopped.Path, "cat")));
        Assert.Equal(RunnerFailure.PermissionDenied, await FailureOfStartAsync(Step.On(forbidden.Path, "cat")));
        Assert.Equal(RunnerFailure.OptionsInvalid, await FailureOfStartAsync(Step.On(engine, "cat") with { Image = "" }));
        Assert.Equal(RunnerFailure.ClientNotFound, await FailureOfStartAsync(Step.On("no-such-engine", "cat")));
    }

    [Theory]
    [EachEngine("true")]
    [EachEngine("echo a script")]
    [EachEngine("exit 3")]
    [EachEngine("echo a script; exit 3")]
    public async Task A_run_costs_one_process_of_the_client(string engine, string command)
    {
        using var client = new ClientScript(engine);
        await (Step.On(client.Path, command) with { CapDrop = ["ALL"], EnvironmentVariables = [new("PATH", "/bin"), new("A", "b")] }).RunAsync();

        Assert.Equal(["run"], client.Calls);
    }

    // Podman's client ends as a silent program does when a signal ends it before it has started one. A script tells by its pipes.
    [Theory]
    [EachEngine(Only = Engines.Podman)]
    public async Task Of_a_silent_program_podman_is_asked_whether_it_was_started(string engine)
    {
        using var client = new ClientScript(engine);
        await Step.Direct(client.Path, "true").RunAsync();

        Assert.Equal(["run", "events"], client.Calls);
    }

    [Theory]
    [EachEngine("true", Only = Engines.Docker)]
    [EachEngine("echo", Only = Engines.Docker)]
    public async Task A_program_costs_one_process_of_dockers_client(string engine, string program)
    {
        using var client = new ClientScript(engine);
        await Step.Direct(client.Path, program).RunAsync();

        Assert.Equal(["run"], client.Calls);
    }

    [Theory]
    [EachEngine("echo 3; exit 3")]
    public async Task With_a_memory_limit_the_engine_is_asked_whether_it_was_enough(string engine, string command)
    {
        using var client = new ClientScript(engine);
        await (Step.On(client.Path, command) with { Memory = "64m" }).RunAsync();

        Assert.Equal(["run", "events"], client.Calls);
    }

    [Theory]
    [EachEngine("/no/such/program", RunnerFailure.CommandNotFound)]
    [EachEngine("no-such-program", RunnerFailure.CommandNotFound)]
    [EachEngine("/etc/passwd", RunnerFailure.CommandNotExecutable)]
    [EachEngine("/etc", RunnerFailure.CommandNotExecutable)]
    public async Task A_program_that_does_not_start_is_told(string engine, string command, RunnerFailure expected)
    {
        var watched = new Watched();
        var failure = await Step.On(engine, command).FailureAsync(watched.Observer);

        Assert.Equal(expected, failure.Failure);
        Assert.Contains($"\"{command}\"", failure.Message, StringComparison.Ordinal);
        // The engine's words are the failure's, not the command's.
        Assert.Empty(watched.Lines);
        await Leftovers.AssertNoContainerAsync(engine, $"name={Assert.Single(watched.ContainerNames)}");
    }

    // Of a user who has neither the socket nor root's settings; the error is the same on machines where tests run as another.
    private static ClientScript ClientOfAnotherUser(string engine) => new($"setpriv --reuid=65534 --clear-groups {engine}");

    private static async Task<RunnerFailure> FailureOfStartAsync(StepOptions options)
    {
        var failure = await Assert.ThrowsAsync<RunnerException>(async () =>
        {
            await using var container = await DockerRunner.StartAsync(options, cancellation: TestContext.Current.CancellationToken);
        });
        return failure.Failure;
    }
}
