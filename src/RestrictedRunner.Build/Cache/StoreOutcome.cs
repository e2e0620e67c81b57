using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.Cache;

/// <summary>What came of storing a step's result.</summary>
/// <param name="Result">What was stored; null if nothing was.</param>
/// <param name="Problem">Why nothing was; null if something was.</param>
internal sealed record StoreOutcome(ActionResult? Result, string? Problem);
