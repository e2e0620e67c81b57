namespace RestrictedRunner.Build.Cache;

/// <summary>What came of restoring a step's result.</summary>
/// <param name="Result">What is there now; null if the step has to run.</param>
/// <param name="Problem">Why a result that is in the cache could not be restored here; null if there is none, or it was.</param>
internal sealed record RestoreOutcome(RestoredResult? Result, string? Problem)
{
    /// <summary>True when the result came from another machine.</summary>
    public bool IsShared { get; init; }
}
