namespace RestrictedRunner.Build.Locking;

/// <summary>Says what has become of an image in a lock file.</summary>
internal static class LockChange
{
    /// <summary>The lines to log: one for an image that is as it was, or one for each platform that is not.</summary>
    /// <param name="name">The image's name.</param>
    /// <param name="before">What the file said; null for an image that is new in it.</param>
    /// <param name="now">What it says.</param>
    public static List<string> Of(string name, LockedImage? before, LockedImage now)
    {
        var isLocal = now.IsLocal ? " (local: it came from no registry, and only engines that have it can run it)" : "";
        if (before?.IsSame(now) == true)
        {
            return [$"{name}: unchanged{isLocal}"];
        }

        var known = before?.Digests ?? new Dictionary<string, string>();
        return
        [
            .. from platform in known.Keys.Union(now.Digests.Keys).Order(StringComparer.Ordinal)
               let old = known.GetValueOrDefault(platform)
               let digest = now.Digests.GetValueOrDefault(platform)
               where old != digest || before!.IsLocal != now.IsLocal
               select $"{name}, {platform}: {(old is null ? $"new, {digest}" : digest is null ? $"no longer there, was {old}" : old == digest ? $"unchanged, {digest}" : $"changed from {old} to {digest}")}{isLocal}",
        ];
    }
}
