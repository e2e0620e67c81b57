using RestrictedRunner.Build.Cluster;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;

namespace RestrictedRunner.Build.Building;

/// <summary>Lets so many steps run at once: here, where containers share the processors, and on a cluster, where they do not.</summary>
/// <param name="here">How many run here.</param>
/// <param name="there">How many run on the cluster; 0 where there is none.</param>
internal sealed class StepPlaces(int here, int there) : IDisposable
{
    private readonly SemaphoreSlim? _there = there > 0 ? new(there) : null;
    private readonly HashSet<string> _stepsThere = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Places for steps that run here.</summary>
    public SemaphoreSlim Here { get; } = new(here);

    /// <summary>Places here for steps that a lost cluster leaves: nobody was asked for processors for them.</summary>
    public SemaphoreSlim Instead { get; } = new(Environment.ProcessorCount);

    /// <summary>Says of a step that it is to run on the cluster.</summary>
    public void AddThere(DeclaredStep step) => _stepsThere.Add(step.Name);

    /// <summary>The places that a step needs one of.</summary>
    public SemaphoreSlim Of(DeclaredStep step) => _there is not null && _stepsThere.Contains(step.Name) ? _there : Here;

    /// <summary>Those of the steps that are to run on the cluster.</summary>
    /// <param name="steps">The steps of the project.</param>
    /// <param name="setting">Of all of them.</param>
    /// <param name="dockerfiles">The images that are built.</param>
    /// <param name="cancellation">Ends the questions.</param>
    public static IReadOnlyList<DeclaredStep> FindThere(IEnumerable<DeclaredStep> steps, StepBuildSetting setting, DockerfileImages dockerfiles, CancellationToken cancellation) =>
        setting.Cluster is not { } cluster ? []
        : [.. steps.Where(step => step.Hermetic && ClusterRules.WhyNot(step, ImageOfCluster.Find(step.Parameters.Options, setting, dockerfiles, cancellation)?.Reference, cluster.Setting.Properties) is null)];

    /// <inheritdoc/>
    public void Dispose()
    {
        Here.Dispose();
        Instead.Dispose();
        _there?.Dispose();
    }
}
