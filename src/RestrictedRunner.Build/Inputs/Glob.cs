using System.IO.Enumeration;

namespace RestrictedRunner.Build;

/// <summary>
/// A path whose segments may be patterns: <c>*</c> stands for any characters of a name, <c>?</c> for one, and a segment
/// <c>**</c> for any number of folders, none included. Nothing else is special, and a leading dot is a character like
/// others. Upper and lower case differ on Linux only.
/// </summary>
internal sealed class Glob
{
    private const string AnyFolders = "**";
    private const string AnyName = "*";

    // The segments of the path from the first pattern on.
    private readonly string[] _patterns;

    // For each place before, between and after the patterns: the places that are reached from it without a name.
    private readonly int[][] _reached;

    private Glob(string start, IEnumerable<string> patterns)
    {
        Start = start;
        _patterns = [.. patterns.Select(pattern => pattern.Replace(@"\", @"\\", StringComparison.Ordinal))];
        _reached = new int[_patterns.Length + 1][];
        for (var place = 0; place < _reached.Length; place++)
        {
            _reached[place] = Reached(place);
        }

        Initial = _reached[0];
    }

    /// <summary>Full path of the folder that the patterns start in, or of what is meant if there are none.</summary>
    public string Start { get; }

    /// <summary>True for a path without patterns.</summary>
    public bool IsPlain => _patterns.Length == 0;

    /// <summary>Where a match stands in the folder <see cref="Start"/>: numbers of the patterns that may come next.</summary>
    public int[] Initial { get; }

    /// <param name="text">The path. A <c>/</c> or <c>**</c> at its end stands for all files below.</param>
    /// <param name="folder">Full path of the folder that it is relative to.</param>
    public static Glob Parse(string text, string folder)
    {
        var segments = (Path.DirectorySeparatorChar == '/' ? text : text.Replace(Path.DirectorySeparatorChar, '/')).Split('/');
        var plain = segments.TakeWhile(segment => segment.AsSpan().IndexOfAny('*', '?') < 0).Count();
        var start = FullPath(string.Join('/', segments[..plain]), text, folder);
        string[] patterns = [.. segments[plain..].Where((segment, index) => segment is not ("" or ".") || index == segments.Length - plain - 1)];
        return patterns is [.., "" or AnyFolders] ? new(start, [.. patterns[..^1], AnyFolders, AnyName]) : new(start, patterns);
    }

    /// <summary>All files below a folder.</summary>
    public static Glob Below(string folder) => new(folder, [AnyFolders, AnyName]);

    /// <summary>Where a match stands one name further; empty when nothing can match any more.</summary>
    /// <param name="state">Where it stands in the folder that has the name in it.</param>
    /// <param name="name">A file's or folder's.</param>
    public int[] Next(int[] state, string name)
    {
        int[] next = [];
        foreach (var at in state)
        {
            if (at < _patterns.Length && MatchesName(_patterns[at], name))
            {
                // A name that is one of any folders leaves the others to come.
                var reached = _reached[_patterns[at] == AnyFolders ? at : at + 1];
                next = next.Length == 0 ? reached : [.. next, .. reached.Where(place => !IsIn(next, place))];
            }
        }

        return next;
    }

    /// <summary>True when the names up to here are what the glob stands for.</summary>
    public bool IsMatch(int[] state) => IsIn(state, _patterns.Length);

    /// <summary>True when more names can follow.</summary>
    public bool GoesOn(int[] state)
    {
        foreach (var at in state)
        {
            if (at < _patterns.Length)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True for a path that the glob stands for.</summary>
    /// <param name="path">A full path.</param>
    public bool IsMatch(string path)
    {
        var names = Path.GetRelativePath(Start, path);
        return names == "."
            ? IsMatch(Initial)
            : IsBelow(names) && IsMatch(names.Split(Path.DirectorySeparatorChar).Aggregate(Initial, Next));
    }

    /// <summary>True when the glob may stand for something below a folder.</summary>
    /// <param name="folder">A full path.</param>
    public bool MayMatchBelow(string folder)
    {
        var names = Path.GetRelativePath(Start, folder);
        return names == "." || (IsBelow(names) && GoesOn(names.Split(Path.DirectorySeparatorChar).Aggregate(Initial, Next)));
    }

    // Loops, because what .NET has for arrays of numbers is first compiled in each build.
    private static bool IsIn(int[] state, int place)
    {
        foreach (var at in state)
        {
            if (at == place)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsBelow(string names) =>
        names != ".." && !names.StartsWith($"..{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !Path.IsPathRooted(names);

    // Any number of folders may be none.
    private int[] Reached(int place) =>
        [place, .. place < _patterns.Length && _patterns[place] == AnyFolders ? Reached(place + 1) : []];

    private static string FullPath(string plain, string text, string folder) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(plain.Length == 0 && text.StartsWith('/') ? "/" : plain, folder));

    private static bool MatchesName(string pattern, string name) =>
        (pattern is AnyName or AnyFolders && name.Length > 0) || FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: !OperatingSystem.IsLinux());
}
