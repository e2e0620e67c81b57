using System.Diagnostics;

namespace RestrictedRunner.EngineTests;

/// <summary>A step that is cancelled, or whose time is over, is asked to end before it is killed.</summary>
public class StopTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [SeesFiles]
    [Theory]
    [EachEngine]
    public async Task A_command_has_time_to_end_well(string engine)
    {
        using var folder = new TempFolder();

        await StopAsync(
            Step.On(engine, "trap 'sleep 0.5; echo saved >/work/saved; exit 0' TERM; echo started; while true; do sleep 0.1; done") with { Mounts = [new(folder.Path, "/work")], StopTimeout = Long });

        Assert.Equal("saved\n", await File.ReadAllTextAsync(folder["saved"], TestContext.Current.CancellationToken));
    }

    // Process 1 would not feel the signal; the init program hands it on.
    [Theory]
    [EachEngine]
    public async Task A_command_that_does_not_care_for_signals_ends_at_the_first(string engine) =>
        await Pace.AssertWithinAsync(Soon, await StopAsync(Step.On(engine, "echo started; sleep 60") with { StopTimeout = Long }));

    [Theory]
    [EachEngine]
    public async Task A_command_that_does_not_end_is_killed_when_its_time_is_over(string engine)
    {
        var stopTimeout = TimeSpan.FromSeconds(1);

        var taken = await StopAsync(Step.On(engine, "trap '' TERM; echo started; while true; do sleep 1; done") with { StopTimeout = stopTimeout });

        Assert.True(taken >= stopTimeout, $"took {taken}");
        await Pace.AssertWithinAsync(Soon, taken);
    }

    [Theory]
    [EachEngine]
    public async Task Without_time_it_is_killed_at_once(string engine)
    {
        using var folder = new TempFolder();

        await StopAsync(
            Step.On(engine, "trap 'echo asked >/work/asked' TERM; echo started; while true; do sleep 0.1; done") with { Mounts = [new(folder.Path, "/work")], StopTimeout = TimeSpan.Zero });

        Assert.False(File.Exists(folder["asked"]));
    }

    [Theory]
    [EachEngine]
    public async Task A_command_that_is_stopped_for_its_time_is_asked_too(string engine)
    {
        using var folder = new TempFolder();
        var (watched, _, _) = await TimedOut.RunAsync(
            Step.On(engine, "trap 'echo asked >/work/asked; exit 0' TERM; echo started; while true; do sleep 0.1; done") with { Mounts = [new(folder.Path, "/work")], StopTimeout = Long });

        Assert.True(File.Exists(folder["asked"]));
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }

    [SeesFiles]
    [Theory]
    [EachEngine]
    public async Task An_interactive_command_is_asked_too(string engine)
    {
        await using var container = await DockerRunner.StartAsync(
            Step.On(engine, "trap 'echo asked; exit 0' TERM; echo started; while true; do sleep 0.1; done") with { StopTimeout = Long },
            cancellation: TestContext.Current.CancellationToken);
        using var reader = new StreamReader(container.StandardOutput);
        Assert.Equal("started", await reader.ReadLineAsync(TestContext.Current.CancellationToken));

        var watch = Stopwatch.StartNew();
        await container.DisposeAsync();

        await Pace.AssertWithinAsync(Soon, watch.Elapsed);
    }

    /// <summary>Cancels a command that has printed "started", and tells how long its end took.</summary>
    private static async Task<TimeSpan> StopAsync(StepOptions options)
    {
        using var cancellation = new CancellationTokenSource();
        var watched = new Watched();
        var run = DockerRunner.RunAsync(options, watched.Observer, cancellation: cancellation.Token);
        await watched.SeesAsync("started", run);

        var watch = Stopwatch.StartNew();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        await Leftovers.AssertGoneNowAsync(options.Engine, Assert.Single(watched.ContainerNames));
        return watch.Elapsed;
    }
}
