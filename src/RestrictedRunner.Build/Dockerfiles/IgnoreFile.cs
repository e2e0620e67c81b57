using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Dockerfiles;

/// <summary>What of a context is left out.</summary>
/// <param name="Path">Full path of the file; empty for none.</param>
/// <param name="Patterns">Its patterns. The last one that matches counts.</param>
internal sealed record IgnoreFile(string Path, IReadOnlyList<IgnorePattern> Patterns)
{
    /// <summary>What docker calls it.</summary>
    public const string DockersName = ".dockerignore";

    // Podman's own name for it, which it prefers.
    private const string PodmansName = ".containerignore";

    /// <summary>Where it may be, the first that is there counts: a Dockerfile may have one of its own.</summary>
    /// <param name="dockerfile">Full path of the Dockerfile.</param>
    /// <param name="context">Full path of the context.</param>
    /// <param name="isPodman">True for podman.</param>
    /// <param name="host">The form of paths on the host.</param>
    public static IReadOnlyList<string> Places(string dockerfile, string context, bool isPodman, HostPaths host)
    {
        string[] names = isPodman ? [PodmansName, DockersName] : [DockersName];
        return [.. names.Select(name => dockerfile + name), .. names.Select(name => host.Join(context, name))];
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="IgnorePatternException">A pattern is none.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static IgnoreFile Read(string path, bool hasBackslashPaths) => new(path, Parse(File.ReadAllText(path), hasBackslashPaths));

    /// <summary>Reads its text.</summary>
    /// <exception cref="IgnorePatternException">A pattern is none.</exception>
    public static IReadOnlyList<IgnorePattern> Parse(string text, bool hasBackslashPaths)
    {
        List<IgnorePattern> patterns = [];
        foreach (var (line, i) in text.TrimStart('\uFEFF').Split('\n').Select(static (line, i) => (line.TrimEnd('\r'), i)))
        {
            try
            {
                if (IgnorePattern.Read(line, hasBackslashPaths) is { } pattern)
                {
                    patterns.Add(pattern);
                }
            }
            catch (FormatException e)
            {
                throw new IgnorePatternException(i + 1, line, e.Message);
            }
        }

        return patterns;
    }

    /// <summary>Looks at something in the context.</summary>
    /// <param name="path">Relative to the context, with <c>/</c>.</param>
    /// <param name="folder">What was said of the folder that it is in; null at the top.</param>
    public IgnoreMatch Match(string path, IgnoreMatch? folder)
    {
        var matched = new bool[Patterns.Count];
        var isIgnored = false;
        for (var i = 0; i < matched.Length; i++)
        {
            // What takes a folder takes all that is in it. One that would change nothing is not looked at.
            matched[i] = folder?.Matched[i] == true || (Patterns[i].IsException == isIgnored && Patterns[i].IsMatch(path));
            isIgnored = matched[i] ? !Patterns[i].IsException : isIgnored;
        }

        return new(isIgnored, matched);
    }

    /// <summary>True when something in a folder that is left out may not be.</summary>
    public bool MayHaveExceptions(string folder) => Patterns.Any(pattern => pattern.IsException && pattern.MayMatchBelow(folder));
}
