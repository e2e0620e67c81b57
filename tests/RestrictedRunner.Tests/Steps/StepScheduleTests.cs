using System.Collections.Concurrent;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class StepScheduleTests
{
    private readonly ConcurrentQueue<string> _run = new();

    [Fact]
    public async Task A_step_runs_when_those_before_it_have_ended()
    {
        var ends = await RunAsync([Step("c", "b"), Step("b", "a"), Step("a")], parallel: 8);

        Assert.Equal(["a", "b", "c"], _run);
        Assert.All(ends.Values, end => Assert.Equal(StepEnd.Succeeded, end));
    }

    [Fact]
    public async Task Steps_that_do_not_wait_for_each_other_run_at_once()
    {
        // Each ends only when all have begun.
        using var begun = new CountdownEvent(3);
        await RunAsync([Step("a"), Step("b"), Step("c")], parallel: 3, run: _ =>
        {
            begun.Signal();
            return begun.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        });

        Assert.True(begun.IsSet);
    }

    [Fact]
    public async Task No_more_run_at_once_than_may()
    {
        var (now, most) = (0, 0);
        await RunAsync([.. Enumerable.Range(0, 20).Select(number => Step($"{number}"))], parallel: 2, run: _ =>
        {
            var all = Interlocked.Increment(ref now);
            lock (_run)
            {
                most = Math.Max(most, all);
            }

            Thread.Yield();
            Interlocked.Decrement(ref now);
            return true;
        });

        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task A_failure_stops_what_depends_on_it_and_lets_the_rest_finish()
    {
        var ends = await RunAsync([Step("bad"), Step("after", "bad"), Step("later", "after"), Step("other")], parallel: 1, run: step => step.Name != "bad");

        Assert.Equal((StepEnd.Failed, StepEnd.NotRun, StepEnd.NotRun, StepEnd.Succeeded), (ends["bad"], ends["after"], ends["later"], ends["other"]));
    }

    [Fact]
    public async Task A_failure_stops_all_that_has_not_begun_if_so_wished()
    {
        var ends = await RunAsync([Step("bad"), Step("other")], parallel: 1, stopAtFailure: true, run: step => step.Name != "bad");

        Assert.Equal((StepEnd.Failed, StepEnd.NotRun), (ends["bad"], ends["other"]));
    }

    [Fact]
    public async Task A_cancelled_schedule_begins_nothing()
    {
        var ends = await RunAsync([Step("a")], parallel: 1, isCancelled: true);

        Assert.Equal(StepEnd.NotRun, ends["a"]);
        Assert.Empty(_run);
    }

    private static DeclaredStep Step(string name, params string[] dependsOn) => new(name, new("/p/x.csproj", () => 1)) { DependsOn = dependsOn };

    private async Task<Dictionary<string, StepEnd>> RunAsync(
        DeclaredStep[] steps,
        int parallel,
        bool stopAtFailure = false,
        Func<DeclaredStep, bool>? run = null,
        bool isCancelled = false)
    {
        var graph = StepGraph.Of(steps, (_, problem) => Assert.Fail($"{problem}"))!;
        using var places = new SemaphoreSlim(parallel);
        var results = await StepSchedule.RunAsync(graph, _ => places, stopAtFailure, RunOneAsync, new CancellationToken(isCancelled));
        return results.ToDictionary(result => result.Step.Name, result => result.End);

        Task<bool> RunOneAsync(DeclaredStep step)
        {
            _run.Enqueue(step.Name);
            return Task.FromResult(run?.Invoke(step) ?? true);
        }
    }
}
