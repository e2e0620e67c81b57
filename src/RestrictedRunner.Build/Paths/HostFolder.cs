namespace RestrictedRunner.Build.Paths;

/// <summary>Which paths are below which.</summary>
internal static class HostFolder
{
    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

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

    /// <summary>A path, and the folders that it is in, the innermost first.</summary>
    public static IEnumerable<string> WithParents(string path)
    {
        for (var at = path; at is not null; at = Path.GetDirectoryName(at))
        {
            yield return at;
        }
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
}
