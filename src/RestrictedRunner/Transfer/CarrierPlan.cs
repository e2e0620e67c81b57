namespace RestrictedRunner.Transfer;

/// <summary>A container that is never started, and holds volumes for the one that runs the step.</summary>
/// <param name="Image">Its image.</param>
/// <param name="Volumes">The places of its volumes.</param>
/// <param name="Content">What is copied there.</param>
internal sealed record CarrierPlan(CarrierImage Image, IReadOnlyList<string> Volumes, IReadOnlyList<CopiedMount> Content)
{
    /// <summary>The folders in it that have the inputs of a step.</summary>
    public IReadOnlyList<CopiedMount> Inputs => [.. Content.Where(static mount => mount.OutputNames is not null)];
}
