using System.IO.Enumeration;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Paths;

/// <summary>
/// A path whose segments may be patterns: <c>*</c> stands for any characters of a name, <c>?</c> for one, and a segment
/// <c>**</c> for any number of folders, none included. Nothing else is special. Among inputs, as with the globs of the .NET
/// SDK, no pattern stands for a folder whose name begins with a dot, unless it begins with a dot itself. Upper and lower
/// case differ where they do so on the host.
/// </summary>
internal sealed class Glob
{
    private const string AnyFolders = "**";
    private const string AnyName = "*";
    private const char Dot = '.';

    // The segments of the path from the first pattern on.
    private readonly string[] _patterns;

    // For each place before, between and after the patterns: the places that are reached from it without a name.
    private readonly int[][] _reached;

    private Glob(HostPaths host, string start, string[] patterns)
    {
        Host = host;
        Start = start;
        _patterns = patterns;
        _reached = new int[_patterns.Length + 1][];
        for (var place = 0; place < _reached.Length; place++)
        {
            _reached[place] = Reached(place);
        }

        Initial = _reached[0];
    }

    /// <summary>The form of paths on the host.</summary>
    public HostPaths Host { get; }

    /// <summary>Full path of the folder that the patterns start in, or of what is meant if there are none.</summary>
    public string Start { get; }

    /// <summary>True for a path without patterns.</summary>
    public bool IsPlain => _patterns.Length == 0;

    /// <summary>Where a match stands in the folder <see cref="Start"/>: numbers of the patterns that may come next.</summary>
    public int[] Initial { get; }

    /// <param name="host">The form of paths on the host.</param>
    /// <param name="text">The path. A <c>/</c> or <c>**</c> at its end stands for all files below.</param>
    /// <param name="folder">Full path of the folder that it is relative to.</param>
    public static Glob Parse(HostPaths host, string text, string folder)
    {
        var segments = host.ToSlashes(text).Split('/');
        var plain = segments.TakeWhile(segment => segment.AsSpan().IndexOfAny('*', '?') < 0).Count();
        var start = host.Trimmed(host.Full(string.Join('/', segments[..plain]) + (plain > 0 && plain < segments.Length ? "/" : ""), folder));
        string[] patterns = [.. segments[plain..].Where((segment, index) => segment is not ("" or ".") || index == segments.Length - plain - 1).Select(Literally)];
        return patterns is [.., "" or AnyFolders] ? new(host, start, [.. patterns[..^1], AnyFolders, AnyName]) : new(host, start, patterns);
    }

    /// <summary>One path, in which no character is special.</summary>
    /// <param name="host">The form of paths on the host.</param>
    /// <param name="path">Full path.</param>
    public static Glob Plain(HostPaths host, string path) => new(host, path, []);

    /// <summary>All files below a folder.</summary>
    public static Glob Below(HostPaths host, string folder) => new(host, folder, [AnyFolders, AnyName]);

    /// <summary>The same patterns, which start at the same path from another folder.</summary>
    /// <param name="from">Full path of the folder that the path is taken from.</param>
    /// <param name="to">Full path of the other folder.</param>
    public Glob Moved(string from, string to) => new(Host, Host.At(to, Host.Relative(from, Start)), _patterns) { PassesDotFolders = PassesDotFolders };

    /// <summary>The same patterns, which pass by no folder.</summary>
    public Glob WithDotFolders() => new(Host, Start, _patterns);

    /// <summary>
    /// The same for an input. A folder that is named stands for all that is in it; the project's own, or one that it is in,
    /// for what <c>**</c> there does: nobody means <c>.git</c> by it.
    /// </summary>
    /// <param name="host">The form of paths on the host.</param>
    /// <param name="text">As for <see cref="Parse"/>.</param>
    /// <param name="folder">Full path of the project's folder.</param>
    public static Glob ParseInput(HostPaths host, string text, string folder)
    {
        var glob = Parse(host, text, folder);
        return glob.IsPlain && host.IsAtOrBelow(folder, glob.Start)
            ? new(host, glob.Start, [AnyFolders, AnyName]) { PassesDotFolders = true }
            : new(host, glob.Start, glob._patterns) { PassesDotFolders = true };
    }

    /// <summary>True for one that stands for a folder with a dot in front of its name only where its own text has the dot.</summary>
    public bool PassesDotFolders { get; private init; }

    /// <summary>Where a match stands one name further; empty when nothing can match any more.</summary>
    /// <param name="state">Where it stands in the folder that has the name in it.</param>
    /// <param name="name">A file's or folder's.</param>
    /// <param name="isFolder">True for a folder's, which may be one to pass by.</param>
    public int[] Next(int[] state, string name, bool isFolder)
    {
        var onlyWithDot = isFolder && PassesDotFolders && name.StartsWith(Dot);
        int[] next = [];
        foreach (var at in state)
        {
            if (at < _patterns.Length && MatchesName(_patterns[at], name) && (!onlyWithDot || _patterns[at].StartsWith(Dot)))
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
    public bool IsMatch(string path) => Names(path) is { } names && IsMatch(StateAt(names, folders: names.Length - 1));

    /// <summary>Where a match stands in a folder, whatever dots are on the way to it.</summary>
    /// <param name="folder">Full path of a folder at or below <see cref="Start"/>.</param>
    public int[] StateIn(string folder) => StateAt(Names(folder)!, folders: 0);

    /// <summary>True when the glob may stand for something below a folder.</summary>
    /// <param name="folder">A full path.</param>
    public bool MayMatchBelow(string folder) => Names(folder) is { } names && (names.Length == 0 || GoesOn(StateAt(names, names.Length)));

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

    // So many of the names, from the first on, are those of folders that may be passed by.
    private int[] StateAt(string[] names, int folders)
    {
        var state = Initial;
        for (var i = 0; i < names.Length; i++)
        {
            state = Next(state, names[i], isFolder: i < folders);
        }

        return state;
    }

    private string[]? Names(string path)
    {
        var names = Host.Relative(Start, path);
        return names == "." ? [] : ProjectTree.Parents(names) == 0 ? names.Split('/') : null;
    }

    // Any number of folders may be none.
    private int[] Reached(int place) =>
        [place, .. place < _patterns.Length && _patterns[place] == AnyFolders ? Reached(place + 1) : []];

    // To the expressions of .NET a backslash is special.
    private static string Literally(string pattern) => pattern.Replace(@"\", @"\\", StringComparison.Ordinal);

    private bool MatchesName(string pattern, string name) =>
        (pattern is AnyName or AnyFolders && name.Length > 0) || FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: Host.IgnoresCase);
}
