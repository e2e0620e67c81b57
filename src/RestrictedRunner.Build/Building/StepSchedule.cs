using RestrictedRunner.Build.Steps;

namespace RestrictedRunner.Build.Building;

/// <summary>How a step ended.</summary>
internal enum StepEnd
{
    /// <summary>Its outputs are there.</summary>
    Succeeded,

    /// <summary>It was run and failed.</summary>
    Failed,

    /// <summary>It was not run, because one that it depends on failed, or all were to stop.</summary>
    NotRun,
}

/// <summary>A step and how it ended.</summary>
internal sealed record StepResult(DeclaredStep Step, StepEnd End);

/// <summary>Runs steps at once that do not wait for each other.</summary>
internal static class StepSchedule
{
    /// <summary>Runs all steps of a graph, each when those before it have succeeded.</summary>
    /// <param name="graph">The steps and their order.</param>
    /// <param name="placesOf">Lets so many run at once as there are places for steps like this one. One that waits may let another have its place.</param>
    /// <param name="stopAtFailure">True starts no step after one has failed; those that run go on to their end.</param>
    /// <param name="run">Runs one step; false when it failed.</param>
    /// <param name="cancellation">Starts no further step. Those that run see it themselves.</param>
    /// <returns>How each step ended, in the order of the graph.</returns>
    public static async Task<IReadOnlyList<StepResult>> RunAsync(
        StepGraph graph,
        Func<DeclaredStep, SemaphoreSlim> placesOf,
        bool stopAtFailure,
        Func<DeclaredStep, Task<bool>> run,
        CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ends = new Dictionary<string, Task<StepResult>>(StringComparer.OrdinalIgnoreCase);
        foreach (var step in graph.Steps)
        {
            Task<StepResult>[] before = [.. graph.Before[step.Name].Select(name => ends[name])];
            ends[step.Name] = RunOneAsync(step, before);
        }

        return await Task.WhenAll(graph.Steps.Select(step => ends[step.Name])).ConfigureAwait(false);

        async Task<StepResult> RunOneAsync(DeclaredStep step, Task<StepResult>[] before)
        {
            var allBefore = await Task.WhenAll(before).ConfigureAwait(false);
            var places = placesOf(step);
            await places.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                if (stop.IsCancellationRequested || allBefore.Any(result => result.End != StepEnd.Succeeded))
                {
                    return new(step, StepEnd.NotRun);
                }

                // On a thread of its own, and none of the pool's: it mostly waits for what those do.
                if (await Task.Factory.StartNew(() => run(step), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap().ConfigureAwait(false))
                {
                    return new(step, StepEnd.Succeeded);
                }

                if (stopAtFailure)
                {
                    await stop.CancelAsync().ConfigureAwait(false);
                }

                return new(step, StepEnd.Failed);
            }
            finally
            {
                places.Release();
            }
        }
    }
}
