namespace RestrictedRunner.Build.Cache;

/// <summary>What <see cref="Eviction.Empty"/> did.</summary>
/// <param name="Bytes">What the disk had of the files that are gone.</param>
/// <param name="Results">Number of steps' results.</param>
/// <param name="Mounts">Number of cache mounts.</param>
/// <param name="Kept">Which cache mounts stay, and why.</param>
internal sealed record CleanReport(long Bytes, int Results, int Mounts, IReadOnlyList<string> Kept);
