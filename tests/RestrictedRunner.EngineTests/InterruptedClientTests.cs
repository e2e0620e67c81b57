namespace RestrictedRunner.EngineTests;

/// <summary>The client is ended from outside, by a signal of its own, while the command runs.</summary>
public class InterruptedClientTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [SeesFiles]
    [Theory]
    [EachEngine("KILL")]
    // Docker hands the first two on to the command, which does not listen, and gives up at the third; podman hands on all.
    [EachEngine("TERM", Only = Engines.Docker)]
    [EachEngine("INT", Only = Engines.Docker)]
    public async Task The_step_is_no_success_and_its_container_is_gone(string engine, string signal)
    {
        var watched = new Watched();
        var run = Step.On(engine, "trap '' TERM INT; echo started; while true; do sleep 1; done").RunAsync(watched.Observer);
        await watched.SeesAsync("started", run);
        var name = Assert.Single(watched.ContainerNames);

        // Podman has a monitor beside its client, whose command line holds the name too.
        // Signals of one kind that arrive together are one, and a client does not say that it has counted one: they come until it has ended.
        await Until.IsSoAsync(
            Limit,
            () => Processes.WithText($" run --rm --name {name}") is not [var client, ..] || !Client.Succeeds("kill", $"-{signal}", client.Split(':')[0]));

        var failure = await Assert.ThrowsAsync<RunnerException>(() => run.WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Equal(RunnerFailure.Interrupted, failure.Failure);
        await Leftovers.AssertGoneNowAsync(engine, name);
    }

    [Theory]
    [EachEngine("KILL")]
    [EachEngine("TERM")]
    [EachEngine("INT")]
    public async Task One_that_ends_before_it_has_a_container_has_no_code_of_a_command(string engine, string signal)
    {
        // Podman is believed only where it has anything to tell, such as of the container that this runs.
        Assert.True(Engines.Answers(engine));
        // A signal that this process was told to ignore would be ignored by the client too.
        using var client = new ClientScript(engine, $"if [ $1 = run ]; then exec env --default-signal=INT,TERM sh -c 'kill -{signal} $$'; fi");

        var failure = await Assert.ThrowsAsync<RunnerException>(() => Step.On(client.Path, "echo ran").RunAsync());

        Assert.Equal((RunnerFailure.Interrupted, "The engine's client was ended by a signal before the command ran."), (failure.Failure, failure.Message));
    }

    // Podman ends so by itself when a signal comes before it has started its container.
    [Theory]
    [EachEngine(0, false, Only = Engines.Podman)]
    [EachEngine(0, true, Only = Engines.Podman)]
    [EachEngine(1, false, Only = Engines.Podman)]
    [EachEngine(1, true, Only = Engines.Podman)]
    [EachEngine(2, true, Only = Engines.Podman)]
    public async Task A_client_that_is_silent_and_has_started_nothing_has_no_code_of_a_command(string engine, int code, bool creates)
    {
        Assert.True(Engines.Answers(engine));
        using var client = new ClientScript(engine, $$"""if [ $1 = run ]; then shift; {{(creates ? $"{engine} create \"$@\" >/dev/null;" : "")}} exit {{code}}; fi""");
        var watched = new Watched();

        var failure = await Assert.ThrowsAsync<RunnerException>(() => Step.On(client.Path, "true; true").RunAsync(watched.Observer));

        Assert.Equal(RunnerFailure.Interrupted, failure.Failure);
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }

    [Theory]
    [EachEngine("2026-01-01T00:00:00.123456789Z", Only = Engines.Docker)]
    [EachEngine("$(date -u -d '+2 seconds' +%Y-%m-%dT%H:%M:%S.%NZ)", Only = Engines.Docker)]
    public async Task An_engine_of_another_time_that_shows_no_start_is_not_believed(string engine, string time)
    {
        using var client = new ClientScript(engine, $"case \"$*\" in *--stream*) exit 125 ;; events*) exit 0 ;; info*) echo {time}; exit ;; esac");

        Assert.Equal(137, (await Step.On(client.Path, "exit 137").RunAsync()).ExitCode);
    }

    [Theory]
    [EachEngine("exit 0", 0)]
    [EachEngine("exit 1", 1)]
    [EachEngine("exit 2", 2)]
    public async Task A_silent_command_that_has_run_has_its_own(string engine, string command, int code) =>
        Assert.Equal(code, (await Step.On(engine, command).RunAsync()).ExitCode);

    [Theory]
    [EachEngine(130)]
    [EachEngine(137)]
    [EachEngine(143)]
    [EachEngine(255)]
    public async Task A_code_like_that_of_a_signal_may_be_the_commands_own(string engine, int code)
    {
        var result = await Step.On(engine, $"echo ran; exit {code}").RunAsync();

        Assert.Equal((code, "ran\n"), (result.ExitCode, result.StandardOutput));
    }
}
