using System.Collections.Concurrent;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Hosts;
using RestrictedRunner.Workers;

namespace RestrictedRunner.Build.Workers;

/// <summary>Which steps of a project share containers, and how many have.</summary>
/// <param name="workers">The containers of the build.</param>
/// <param name="state">Where the files of their steps are.</param>
/// <param name="host">The machine.</param>
/// <param name="steps">All steps of the project.</param>
/// <param name="limit">How many containers there may be at once.</param>
internal sealed class ProjectWorkers(BuildWorkers workers, StateFolder state, Host host, IReadOnlyList<DeclaredStep> steps, int limit)
{
    // For a single step a container of its own takes less time.
    private readonly HashSet<string> _images = [.. steps.Where(MayShare).GroupBy(step => step.Parameters.Options.Image).Where(group => group.Skip(1).Any()).Select(group => group.Key)];
    private readonly ConcurrentDictionary<string, int> _stepsOfContainer = [];

    /// <summary>How many steps have run in containers that they share.</summary>
    public int Steps => _stepsOfContainer.Values.Sum();

    /// <summary>How many containers that were.</summary>
    public int Containers => _stepsOfContainer.Count;

    /// <summary>A container for a step, which is there for the next one when the lease is disposed of.</summary>
    /// <param name="step">The step.</param>
    /// <param name="options">Its options, with a mount for its files.</param>
    /// <param name="tell">Is told why the step cannot share a container.</param>
    /// <param name="cancellation">Ends a container that is being started.</param>
    /// <returns>Null for a step that has to have a container of its own.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public WorkerLease? Rent(DeclaredStep step, StepOptions options, Action<string> tell, CancellationToken cancellation)
    {
        if (!MayShare(step) || (step.SharesContainer is null && !_images.Contains(options.Image)))
        {
            return null;
        }

        if ((step.Parameters.CacheMounts.Count > 0 ? "it has cache mounts" : SharedOptions.WhyNot(options, host)) is { } reason)
        {
            tell(reason);
            return null;
        }

        try
        {
            return workers.Rent(options, host, NewFolder, limit, cancellation);
        }
        catch (Exception e) when (e is WorkerLostException or RunnerException)
        {
            tell(e.Message.Split('\n')[0]);
            return null;
        }
    }

    /// <summary>A step has run in a container.</summary>
    public void Count(WorkerLease lease) => _stepsOfContainer.AddOrUpdate(lease.Worker.Name, 1, static (_, count) => count + 1);

    private static bool MayShare(DeclaredStep step) => step.Hermetic && step.SharesContainer != false;

    private StageFolder NewFolder()
    {
        foreach (var abandoned in state.AbandonedStages(host.Owner))
        {
            WorkerLease.Remove(new(abandoned));
        }

        return state.NewSharedStage(host.Owner);
    }
}
