using System.Diagnostics;

namespace RestrictedRunner.EngineTests;

public class CancellationTests
{
    private const string Endless = "trap '' TERM INT; while true; do sleep 1; done";

    // What a caller sees as cancelling must be over before MSBuild loses patience.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Theory]
    [EachEngine]
    public async Task A_step_cancelled_before_it_starts_starts_nothing(string engine)
    {
        using var client = new ClientScript(engine);

        await AssertCancelledAsync(Step.On(client.Path, Endless), new Watched(), new CancellationToken(canceled: true));

        Assert.Empty(client.Calls);
    }

    [Theory]
    [EachEngine]
    public async Task A_running_command_is_stopped_and_its_container_removed(string engine)
    {
        using var cancellation = new CancellationTokenSource();
        var watched = new Watched();
        var run = AssertCancelledAsync(Step.On(engine, $"echo started; {Endless}"), watched, cancellation.Token);
        await watched.SeesAsync("started", run);

        var watch = Stopwatch.StartNew();
        await cancellation.CancelAsync();
        await run;

        await Pace.AssertWithinAsync(Soon, watch.Elapsed);
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
        Leftovers.AssertNoProcess(watched.ContainerNames[0]);
    }

    // The first 400 ms of a run see the client start, the container be created, started, and run.
    [Theory]
    [EachEngine(0)]
    public Task A_container_that_is_being_created_is_removed_whatever_the_moment(string engine, int firstMoment) => RemovedAtEachMomentAsync(engine, firstMoment);

    [Theory]
    [Trait("Tier", "Long")]
    [EachEngine(20)]
    [EachEngine(40)]
    [EachEngine(60)]
    public Task And_so_it_is_at_more_moments(string engine, int firstMoment) => RemovedAtEachMomentAsync(engine, firstMoment);

    [Theory]
    [EachEngine]
    public async Task A_command_cancelled_as_it_ends_is_a_result_or_cancelled_and_never_left(string engine)
    {
        var watched = new Watched();
        for (var delay = 150; delay <= 450; delay += 50)
        {
            using var cancellation = new CancellationTokenSource(delay);
            try
            {
                var result = await DockerRunner.RunAsync(Step.On(engine, "exit 9"), watched.Observer, cancellation: cancellation.Token);
                Assert.Equal(9, result.ExitCode);
            }
            catch (OperationCanceledException)
            {
                Assert.True(cancellation.IsCancellationRequested);
            }
        }

        foreach (var name in watched.ContainerNames)
        {
            await Leftovers.AssertNoContainerAsync(engine, $"name={name}");
        }
    }

    // Of one that a signal ended, a container may come to be a second later.
    [Theory]
    [InlineData(0, false)]
    [InlineData(125, true)]
    [InlineData(1, true)]
    [InlineData(137, true)]
    public async Task After_a_client_that_ended_by_itself_no_container_is_waited_for(int exitCode, bool isWaitedFor)
    {
        using var folder = new TempFolder();
        using var client = new ClientScript(
            Engines.Docker,
            $"""
            case $1 in
                run) echo started; while [ ! -e {folder["end"]} ]; do sleep 0.01; done; exit {exitCode} ;;
                kill) : >{folder["end"]}; exit 1 ;;
                rm) echo "Error: no such container" >&2; exit 1 ;;
            esac
            """);
        using var cancellation = new CancellationTokenSource();
        var watched = new Watched();
        var run = AssertCancelledAsync(Step.On(client.Path, "true"), watched, cancellation.Token);
        await watched.SeesAsync("started", run);

        await cancellation.CancelAsync();
        await run;

        Assert.Equal(isWaitedFor, client.Calls.Count(call => call == "rm") > 4);
    }

    // As when the build is gone that would wait for it: before the step is cancelled, or after.
    [Theory]
    [EachEngine(true)]
    [EachEngine(false)]
    public async Task A_step_that_is_to_stop_at_once_gets_no_StopTimeout(string engine, bool isBefore)
    {
        using var cancellation = new CancellationTokenSource();
        using var atOnce = new CancellationTokenSource();
        var watched = new Watched();
        var step = Step.On(engine, $"echo started; {Endless}") with { StopTimeout = TimeSpan.FromMinutes(5), StopAtOnce = atOnce.Token };
        var run = AssertCancelledAsync(step, watched, cancellation.Token);
        await watched.SeesAsync("started", run);

        var watch = Stopwatch.StartNew();
        await (isBefore ? atOnce : cancellation).CancelAsync();
        await (isBefore ? cancellation : atOnce).CancelAsync();
        await run;

        await Pace.AssertWithinAsync(Soon, watch.Elapsed);
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }

    [Theory]
    [EachEngine]
    public async Task A_command_whose_output_nobody_can_take_in_time_is_cancelled_too(string engine)
    {
        using var cancellation = new CancellationTokenSource();
        using var blocked = new ManualResetEventSlim();
        var seen = new TaskCompletionSource();
        var names = new Watched();
        var observer = names.Observer with
        {
            Output = _ =>
            {
                seen.TrySetResult();
                blocked.Wait(TimeSpan.FromSeconds(3), CancellationToken.None);
            },
        };
        var run = Assert.ThrowsAnyAsync<OperationCanceledException>(() => DockerRunner.RunAsync(Step.On(engine, "yes"), observer, cancellation: cancellation.Token));
        await seen.Task;
        await cancellation.CancelAsync();
        blocked.Set();
        await run.WaitAsync(Soon, TestContext.Current.CancellationToken);

        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(names.ContainerNames));
    }

    [SeesFiles]
    [Theory]
    [EachEngine]
    public async Task An_interactive_command_is_cancelled_too(string engine)
    {
        using var cancellation = new CancellationTokenSource();
        var watched = new Watched();
        await using var container = await DockerRunner.StartAsync(Step.On(engine, $"echo started; {Endless}"), watched.Observer, cancellation.Token);
        using var reader = new StreamReader(container.StandardOutput);
        Assert.Equal("started", await reader.ReadLineAsync(TestContext.Current.CancellationToken));

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => container.Completion.WaitAsync(Soon, TestContext.Current.CancellationToken));
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }

    private static async Task RemovedAtEachMomentAsync(string engine, int firstMoment)
    {
        var watched = new Watched();
        for (var delay = firstMoment; delay <= 400; delay += 80)
        {
            using var cancellation = new CancellationTokenSource();
            var run = AssertCancelledAsync(Step.On(engine, Endless) with { StopTimeout = TimeSpan.FromMilliseconds(100) }, watched, cancellation.Token);
            cancellation.CancelAfter(delay);
            await run;

            await Leftovers.AssertGoneNowAsync(engine, watched.ContainerNames[^1]);
        }

        // A creation that had been under way would show by now.
        foreach (var name in watched.ContainerNames)
        {
            await Leftovers.AssertGoneNowAsync(engine, name);
            Leftovers.AssertNoProcess(name);
        }
    }

    private static Task<OperationCanceledException> AssertCancelledAsync(StepOptions options, Watched watched, CancellationToken cancellation) =>
        Assert.ThrowsAnyAsync<OperationCanceledException>(() => DockerRunner.RunAsync(options, watched.Observer, captureOutput: true, cancellation));
}
