using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace RestrictedRunner.EngineTests;

/// <summary>An engine, or a client of it, that hangs while a step is cancelled: the end comes soon, and says what is known.</summary>
public class HangingEngineTests
{
    // By its time a test knows its own: others wait so meanwhile.
    private readonly string _sleep = string.Create(CultureInfo.InvariantCulture, $"sleep 61.{RandomNumberGenerator.GetInt32(1_000_000_000):d9}");

    // Without limits of their own, the questions to the engine would take ten seconds each.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(9);
    private static readonly TimeSpan LongCreation = TimeSpan.FromSeconds(7);

    [Theory]
    [EachEngine]
    public async Task An_engine_that_removes_nothing_is_told(string engine)
    {
        using var client = new ClientScript(engine, $"case $1 in kill|rm) exec {_sleep} ;; esac");
        var watched = new Watched();

        var failure = await CancelAsync<RunnerException>(Step.On(client.Path, "echo started; sleep 60"), watched, run => watched.SeesAsync("started", run));

        var container = Assert.Single(watched.ContainerNames);
        Assert.Equal((RunnerFailure.NotRemoved, $"It is not known whether the container {container} is gone."), (failure.Failure, failure.Message));
        Assert.True(Client.Succeeds(engine, "rm", "--force", container));
    }

    [SeesFiles]
    [Theory]
    [EachEngine]
    public async Task What_an_engine_could_not_remove_in_time_is_removed_a_little_later(string engine)
    {
        using var hangs = new TempFolder();
        hangs.Write("now", "");
        using var client = new ClientScript(engine, $"case $1 in kill|rm) if [ -e {hangs["now"]} ]; then exec {_sleep}; fi ;; esac");
        var watched = new Watched();

        await CancelAsync<RunnerException>(Step.On(client.Path, "echo started; sleep 60"), watched, run => watched.SeesAsync("started", run));
        File.Delete(hangs["now"]);

        var container = Assert.Single(watched.ContainerNames);
        await Until.IsSoAsync(Soon, () => !Client.Succeeds(engine, "container", "inspect", container));
    }

    [Theory]
    [EachEngine]
    public async Task An_engine_that_only_does_not_take_the_signal_removes_the_container(string engine)
    {
        using var client = new ClientScript(engine, $"if [ $1 = kill ]; then exec {_sleep}; fi");
        var watched = new Watched();

        await CancelAsync<OperationCanceledException>(
            Step.On(client.Path, "echo started; sleep 60") with { StopTimeout = TimeSpan.FromSeconds(60) },
            watched,
            run => watched.SeesAsync("started", run));

        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }

    // What became of a container is asked after its end.
    [Theory]
    [EachEngine]
    public async Task A_question_what_became_of_the_container_is_given_up(string engine)
    {
        using var client = new ClientScript(engine, $"if [ $1 = events ]; then exec {_sleep}; fi");

        await CancelAsync<OperationCanceledException>(
            Step.On(client.Path, "exit 137") with { Memory = "64m" },
            new(),
            run => Until.IsSoAsync(Soon, () => client.Calls.Contains("events") || run.IsCompleted));
    }

    [Theory]
    [EachEngine]
    public async Task A_client_that_does_not_begin_is_killed_and_what_the_engine_makes_of_it_is_not_known(string engine)
    {
        using var client = new ClientScript(engine, $"if [ $1 = run ]; then echo begun; exec {_sleep}; fi");
        var watched = new Watched();

        var failure = await CancelAsync<RunnerException>(Step.On(client.Path, "true"), watched, run => watched.SeesAsync("begun", run), LongCreation + Soon);

        Assert.Equal(RunnerFailure.NotRemoved, failure.Failure);
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }

    // As on a machine that has much to do: it is the creation that takes long, and no engine that hangs.
    [Theory]
    [EachEngine]
    public async Task A_client_that_begins_late_is_waited_for_and_its_container_is_gone(string engine)
    {
        using var client = new ClientScript(engine, "if [ $1 = run ]; then echo begun; sleep 5; fi");
        var watched = new Watched();

        await CancelAsync<OperationCanceledException>(Step.On(client.Path, "sleep 60"), watched, run => watched.SeesAsync("begun", run), LongCreation + Soon);

        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }

    [Theory]
    [EachEngine]
    public async Task A_client_that_does_not_end_is_killed_and_its_container_is_gone(string engine)
    {
        using var client = new ClientScript(engine, $"if [ $1 = run ]; then {engine} \"$@\"; exec {_sleep}; fi");
        var watched = new Watched();

        await CancelAsync<OperationCanceledException>(Step.On(client.Path, "echo started; sleep 60"), watched, run => watched.SeesAsync("started", run));

        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }

    [Theory]
    [EachEngine]
    public async Task An_engine_that_does_not_answer_is_asked_once_for_all_images(string engine)
    {
        using var client = new ClientScript(engine, $"exec {_sleep}");

        var thrown = await Assert.ThrowsAsync<RunnerException>(() => EngineImages.FindAsync(["one:1", "two:1", "three:1"], new StepOptions { Engine = client.Path }, Host.OfThisMachine, TestContext.Current.CancellationToken));

        Assert.Equal(RunnerFailure.DaemonNotRunning, thrown.Failure);
        Assert.Equal(["image"], client.Calls);
    }

    // As "sudo docker" is.
    [Theory]
    [EachEngine]
    public async Task A_question_that_is_given_up_leaves_no_client_of_a_client(string engine)
    {
        using var client = new ClientScript(engine, $"{_sleep} & wait");
        using var cancellation = new CancellationTokenSource();

        var asking = EngineImages.FindAsync(["one:1"], new StepOptions { Engine = client.Path }, Host.OfThisMachine, cancellation.Token);
        await Until.IsSoAsync(Soon, () => Processes.WithText(_sleep).Count > 0);
        await cancellation.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => asking);
        await Until.IsSoAsync(Soon, () => Processes.WithText(_sleep).Count == 0);
    }

    private async Task<T> CancelAsync<T>(StepOptions options, Watched watched, Func<Task, Task> moment, TimeSpan? limit = null)
        where T : Exception
    {
        using var cancellation = new CancellationTokenSource();
        var run = DockerRunner.RunAsync(options, watched.Observer, cancellation: cancellation.Token);
        await moment(run);

        var watch = Stopwatch.StartNew();
        await cancellation.CancelAsync();
        var thrown = await Assert.ThrowsAnyAsync<T>(() => run);

        await Pace.AssertWithinAsync(limit ?? Soon, watch.Elapsed);

        // What the engine did not do in time, the reaper tries for some seconds more.
        await Until.IsSoAsync(Soon, () => Processes.WithText(_sleep).Count == 0);
        return thrown;
    }
}
