namespace RestrictedRunner.Build.Cache;

/// <summary>What <see cref="Eviction.Trim"/> did.</summary>
/// <param name="Removed">Number of files.</param>
/// <param name="Before">Bytes on the disk before.</param>
/// <param name="After">Bytes on the disk now. More than the limit if all of them are in use.</param>
internal sealed record TrimReport(int Removed, long Before, long After);
