namespace RestrictedRunner.EngineTests;

public class TimeoutTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Theory]
    [EachEngine]
    public async Task A_command_that_runs_too_long_is_stopped_and_its_container_removed(string engine)
    {
        var (watched, timeout, elapsed) = await TimedOut.RunAsync(Step.On(engine, "trap '' TERM; echo started; while true; do sleep 1; done"));

        Assert.True(elapsed >= timeout, $"took {elapsed}");
        await Pace.AssertWithinAsync(Soon, elapsed - timeout);
        Assert.Equal("started", Assert.Single(watched.Lines).Text);
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }

    [Theory]
    [EachEngine]
    public async Task A_command_that_ends_in_time_has_its_result(string engine) =>
        Assert.Equal(4, (await (Step.On(engine, "exit 4") with { Timeout = TimeSpan.FromMinutes(1) }).RunAsync()).ExitCode);

    [Theory]
    [EachEngine]
    public async Task A_time_that_is_over_before_the_container_is_there_leaves_none(string engine)
    {
        var watched = new Watched();
        var options = Step.On(engine, "sleep 60") with { Timeout = TimeSpan.FromMilliseconds(30) };

        await Assert.ThrowsAsync<TimeoutException>(() => options.RunAsync(watched.Observer));

        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }

    [SeesFiles]
    [Theory]
    [EachEngine]
    public async Task An_interactive_command_has_no_longer_time(string engine)
    {
        var watched = new Watched();
        await using var container = await DockerRunner.StartAsync(
            Step.On(engine, "sleep 60") with { Timeout = TimeSpan.FromSeconds(2) }, watched.Observer, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<TimeoutException>(() => container.Completion.WaitAsync(Soon, TestContext.Current.CancellationToken));

        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }

    [SeesFiles]
    [Theory]
    [EachEngine]
    public async Task Nor_has_one_whose_output_nobody_reads(string engine)
    {
        var watched = new Watched();
        await using var container = await DockerRunner.StartAsync(
            Step.On(engine, "yes | cat") with { Timeout = TimeSpan.FromSeconds(2) }, watched.Observer, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<TimeoutException>(() => container.Completion.WaitAsync(Soon, TestContext.Current.CancellationToken));

        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }
}
