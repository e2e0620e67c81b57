using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Steps;

namespace RestrictedRunner.Build.Cluster;

/// <summary>A step that is to run on a cluster, as far as it is more than its options.</summary>
/// <param name="Image">Its image.</param>
/// <param name="Inputs">What it reads, in the tree of its inputs.</param>
/// <param name="ProjectInTree">The project's folder in that tree; empty when it is the root.</param>
/// <param name="Outputs">What it writes, in the folder that its outputs are to come to.</param>
internal sealed record ClusterStep(ClusterImage Image, IReadOnlyList<InputEntry> Inputs, string ProjectInTree, DeclaredOutputs Outputs)
{
    /// <summary>The files among the inputs.</summary>
    public required IReadOnlyList<ClusterInput> Files { get; init; }

    /// <summary>Where contents come to first.</summary>
    public required ContentStore Store { get; init; }

    /// <summary>Full path of an empty folder, for outputs that are not in their places yet.</summary>
    public required string EmptyFolder { get; init; }

    /// <summary>True runs it also if the cluster knows a result of it.</summary>
    public bool RunsAnew { get; init; }

    /// <summary>True brings outputs also if the command failed.</summary>
    public bool WantsOutputsOfFailure { get; init; }

    /// <summary>Is told what becomes of it.</summary>
    public required Action<string> Tell { get; init; }

    /// <summary>Where the outputs are to be.</summary>
    public OutputPlaces Places => new(Outputs.ProjectDirectory, new OutputSearch(Outputs).Named) { Host = Outputs.Host };
}
