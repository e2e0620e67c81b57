namespace RestrictedRunner.Build;

/// <summary>Where a folder of the host is inside the container.</summary>
internal static class HostFolder
{
    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    /// <summary>
    /// The folder's path in the container, through the mount with the longest host path that is the folder or one of
    /// its parents; null when no mount reaches it.
    /// </summary>
    /// <param name="folder">Absolute path on the host, without <c>.</c> and <c>..</c>.</param>
    /// <param name="mounts">Mounts with such host paths.</param>
    public static string? InContainer(string folder, IReadOnlyList<Mount> mounts) =>
        mounts
            .OrderByDescending(mount => Segments(mount.HostPath).Length)
            .Where(mount => IsAtOrBelow(folder, mount.HostPath))
            .Select(mount => (Mount: mount, Path: PathThrough(mount, folder)))
            .FirstOrDefault(found => !IsHidden(found.Path, found.Mount, mounts)).Path;

    private static string PathThrough(Mount mount, string folder) =>
        '/' + string.Join('/', [.. Segments(mount.ContainerPath), .. Segments(folder)[Segments(mount.HostPath).Length..]]);

    // Where another mount begins between this one's container path and the path, that one's files are seen.
    private static bool IsHidden(string path, Mount mount, IReadOnlyList<Mount> mounts) =>
        mounts.Any(other =>
            Segments(other.ContainerPath).Length > Segments(mount.ContainerPath).Length
            && IsAtOrBelow(path, other.ContainerPath));

    /// <summary>True when the path is the parent or below it; both are of the same system.</summary>
    public static bool IsAtOrBelow(string path, string parent)
    {
        // Every output of a project's steps is compared with every other.
        ReadOnlySpan<char> below = path;
        ReadOnlySpan<char> above = parent;
        for (var name = NextSegment(ref above); !name.IsEmpty; name = NextSegment(ref above))
        {
            if (!NextSegment(ref below).SequenceEqual(name))
            {
                return false;
            }
        }

        return true;
    }

    // Empty when there is none.
    private static ReadOnlySpan<char> NextSegment(ref ReadOnlySpan<char> path)
    {
        path = path.TrimStart(Separators);
        var end = path.IndexOfAny(Separators);
        var segment = end < 0 ? path : path[..end];
        path = path[segment.Length..];
        return segment;
    }

    private static string[] Segments(string path) => path.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
}
