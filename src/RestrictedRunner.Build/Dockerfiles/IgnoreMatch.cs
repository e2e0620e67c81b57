namespace RestrictedRunner.Build.Dockerfiles;

/// <summary>What patterns say of a file or folder.</summary>
/// <param name="IsIgnored">True when it is left out.</param>
/// <param name="Matched">For each pattern, whether it matches this or a folder that it is in.</param>
internal sealed record IgnoreMatch(bool IsIgnored, IReadOnlyList<bool> Matched);
