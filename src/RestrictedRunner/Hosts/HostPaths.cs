namespace RestrictedRunner.Hosts;

/// <summary>
/// The form of a host's paths, and which of them are the same. All functions are of text alone, so that each host's paths
/// are understood on every other one; on its own host each gives what <see cref="Path"/> does.
/// </summary>
/// <param name="HasDrives">
/// True for the paths of Windows, <c>C:\a</c> and <c>\\server\share\a</c>, which may be written with slashes too:
/// https://learn.microsoft.com/dotnet/standard/io/file-path-formats.
/// </param>
/// <param name="IgnoresCase">True where <c>a</c> and <c>A</c> are one file.</param>
internal sealed record HostPaths(bool HasDrives, bool IgnoresCase)
{
    private const string Up = "..";
    private const string Device = @"\\?\";
    private const string UncDevice = @"\\?\UNC\";

    // A drive and a share have a folder above them here, in which a drive has its letter for a name and the shares of all
    // servers are in this folder: so there is a relative path from each drive to each other one.
    private const string Unc = "UNC";

    /// <summary>Linux.</summary>
    public static HostPaths Linux { get; } = new(HasDrives: false, IgnoresCase: false);

    /// <summary>macOS, as its disks are unless somebody has formatted one to tell upper from lower case.</summary>
    public static HostPaths MacOS { get; } = new(HasDrives: false, IgnoresCase: true);

    /// <summary>Windows.</summary>
    public static HostPaths Windows { get; } = new(HasDrives: true, IgnoresCase: true);

    /// <summary>What the host writes between the names of a path.</summary>
    public char Separator => HasDrives ? '\\' : '/';

    /// <summary>Tells which paths are the same.</summary>
    public StringComparer Comparer => IgnoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <inheritdoc cref="Comparer"/>
    public StringComparison Comparison => IgnoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    // Of Windows both.
    private ReadOnlySpan<char> Separators => HasDrives ? @"\/" : "/";

    /// <summary>A text that is the same for all paths which are the same.</summary>
    public string Identity(string path) => IgnoresCase ? path.ToUpperInvariant() : path;

    /// <summary>A path that a user wrote, with <c>/</c> as the one separator.</summary>
    public string ToSlashes(string text) => HasDrives ? text.Replace('\\', '/') : text;

    /// <summary>True for a path that says all: neither the current folder nor the current drive counts.</summary>
    public bool IsFull(string path) => HasDrives ? RootOf(path) is [_, ':', _] or [not ':', not ':', ..] : path.StartsWith('/');

    /// <summary>True for a path that begins at a root, be it that of the current drive.</summary>
    public bool IsRooted(string path) => RootOf(path).Length > 0;

    /// <summary>The full path without <c>.</c>, <c>..</c> and separators that say nothing.</summary>
    /// <param name="text">Full, or relative to the folder. A separator at its end stays.</param>
    /// <param name="folder">A full path.</param>
    public string Full(string text, string folder)
    {
        text = Undecorated(text);
        if (!HasDrives)
        {
            return Resolved("/", text.StartsWith('/') ? text : text.Length == 0 ? folder : Join(folder, text));
        }

        var root = RootOf(text);
        var rest = text[root.Length..];
        var ownRoot = RootOf(folder);
        return root switch
        {
            "" => Resolved(ownRoot, Below(folder[ownRoot.Length..], rest)),
            [_] => Resolved(ownRoot, rest),
            [var drive, ':'] => char.ToUpperInvariant(drive) == char.ToUpperInvariant(ownRoot[0]) ? Resolved(ownRoot, Below(folder[ownRoot.Length..], rest)) : Resolved($@"{root}\", rest),
            _ => Resolved(root, rest),
        };

        static string Below(string folder, string text) => text.Length == 0 ? folder : $@"{folder}\{text}";
    }

    /// <summary>A path without a separator at its end, unless it is a root.</summary>
    public string Trimmed(string path) => path.Length > RootOf(path).Length && Separators.Contains(path[^1]) ? path[..^1] : path;

    /// <summary>The path of something in a folder.</summary>
    public string Join(string folder, string name) => folder.Length == 0 || Separators.Contains(folder[^1]) ? folder + name : $"{folder}{Separator}{name}";

    /// <summary>The folder that a path is in; null of a root.</summary>
    /// <param name="path">A full path, or a part of one.</param>
    public string? Parent(string path)
    {
        var root = RootOf(path).Length;
        if (path.Length <= root)
        {
            return null;
        }

        var end = path.AsSpan(root).LastIndexOfAny(Separators);
        return path[..(end < 0 ? root : root + end)];
    }

    /// <summary>The last name of a path.</summary>
    public string Name(string path) => path[(path.AsSpan().LastIndexOfAny(Separators) + 1)..];

    /// <summary>The way from a folder to a path, with <c>/</c>; <c>.</c> from a folder to itself.</summary>
    /// <param name="folder">A full path.</param>
    /// <param name="path">A full path.</param>
    public string Relative(string folder, string path)
    {
        // Of ten thousands of inputs.
        if (path.Length > folder.Length + 1 && path.StartsWith(folder, Comparison) && Separators.Contains(path[folder.Length]))
        {
            return ToSlashes(path[(folder.Length + 1)..]);
        }

        var (from, to) = (Names(folder), Names(path));
        var same = 0;
        while (same < from.Count && same < to.Count && Comparer.Equals(from[same], to[same]))
        {
            same++;
        }

        string[] way = [.. Enumerable.Repeat(Up, from.Count - same), .. to.Skip(same)];
        return way.Length == 0 ? "." : string.Join('/', way) + (to.Count > same && Separators.Contains(path[^1]) ? "/" : "");
    }

    /// <summary>The path that <see cref="Relative"/> leads to.</summary>
    /// <param name="folder">A full path.</param>
    /// <param name="relative">A way from there.</param>
    public string At(string folder, string relative)
    {
        var names = Names(folder);
        foreach (var name in relative.Split('/').Where(name => name is not ("" or ".")))
        {
            if (name != Up)
            {
                names.Add(name);
            }
            else if (names.Count > 0)
            {
                names.RemoveAt(names.Count - 1);
            }
        }

        return names switch
        {
            _ when !HasDrives => $"/{string.Join('/', names)}",
            [Unc, ..] => $@"\\{string.Join('\\', names.Skip(1))}",
            [{ Length: 1 } drive, .. var below] => $@"{drive}:\{string.Join('\\', below)}",
            _ => $@"{RootOf(folder)}{string.Join('\\', names)}",
        };
    }

    /// <summary>The path at which a container sees a folder that it is to see at its own: below a folder for the drive on Windows, <c>/C/a</c>.</summary>
    /// <param name="path">A full path.</param>
    public string InContainer(string path) => HasDrives ? $"/{string.Join('/', Names(path))}" : path;

    /// <summary>True when the path is the parent or below it; both are full.</summary>
    public bool IsAtOrBelow(string path, string parent)
    {
        // Every output of a project's steps is compared with every other.
        ReadOnlySpan<char> below = path;
        ReadOnlySpan<char> above = parent;
        for (var name = NextName(ref above); !name.IsEmpty; name = NextName(ref above))
        {
            if (!NextName(ref below).Equals(name, Comparison))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A path, and the folders that it is in, the innermost first.</summary>
    public IEnumerable<string> WithParents(string path)
    {
        for (var at = path; at is not null; at = Parent(at))
        {
            yield return at;
        }
    }

    /// <summary>The names of the folders on the way to a path, and its own. They begin at the root, which has none.</summary>
    public string[] Segments(string path) => path.Split(Separators.ToArray(), StringSplitOptions.RemoveEmptyEntries);

    /// <summary>True for a text that can be the name of one file.</summary>
    public bool IsName(string text) => text is not ("" or "." or "..") && text.AsSpan().IndexOfAny('/', '\0') < 0 && (!HasDrives || WindowsName.IsValid(text));

    /// <summary>The part of a path that has no name: <c>/</c>, <c>C:\</c>, <c>C:</c>, <c>\</c> or <c>\\server\share</c>; empty of a relative path.</summary>
    public string RootOf(string path)
    {
        if (!HasDrives)
        {
            return path.StartsWith('/') ? "/" : "";
        }

        if (path is [var drive, ':', ..] && char.IsAsciiLetter(drive))
        {
            return path is [_, _, '\\' or '/', ..] ? path[..3] : path[..2];
        }

        if (path is not ['\\' or '/', '\\' or '/', ..])
        {
            return path is ['\\' or '/', ..] ? path[..1] : "";
        }

        var server = path.AsSpan(2).IndexOfAny(Separators);
        var share = server < 0 ? -1 : path.AsSpan(server + 3).IndexOfAny(Separators);
        return share < 0 ? path : path[..(server + 3 + share)];
    }

    // With a drive or share as a folder of its own.
    private List<string> Names(string path) =>
        !HasDrives ? [.. Segments(path)]
        : path is [var drive, ':', ..] ? [char.ToUpperInvariant(drive).ToString(), .. Segments(path[2..])]
        : path.StartsWith(@"\\", StringComparison.Ordinal) ? [Unc, .. Segments(path)]
        : [.. Segments(path)];

    // What programs write to take longer paths than 260 characters, which .NET does without.
    private string Undecorated(string path) =>
        !HasDrives || !path.StartsWith(Device, StringComparison.Ordinal) ? path
        : path.StartsWith(UncDevice, StringComparison.OrdinalIgnoreCase) ? $@"\\{path[UncDevice.Length..]}"
        : path[Device.Length..];

    private string Resolved(string root, string rest)
    {
        var names = new List<string>();
        foreach (var name in Segments(rest).Select(WithoutLastDot).Where(name => name is not ("" or ".")))
        {
            if (name != Up)
            {
                names.Add(name);
            }
            else if (names.Count > 0)
            {
                names.RemoveAt(names.Count - 1);
            }
        }

        var isFolder = rest.Length > 0 && Separators.Contains(rest[^1]);
        if (HasDrives && names.Count > 0 && !isFolder)
        {
            names[^1] = names[^1].TrimEnd('.', ' ');
        }

        var path = HasDrives ? root.Replace('/', '\\') : root;
        return names.Count == 0 ? path + (rest.Length > 0 && path[^1] != Separator ? Separator : "")
            : Join(path, string.Join(Separator, names)) + (isFolder ? Separator : "");
    }

    // Windows takes a single dot away from the end of each name, and has no other name that ends so.
    private string WithoutLastDot(string name) => HasDrives && name is [.., not '.', '.'] ? name[..^1] : name;

    // Empty when there is none.
    private ReadOnlySpan<char> NextName(ref ReadOnlySpan<char> path)
    {
        path = path.TrimStart(Separators);
        var end = path.IndexOfAny(Separators);
        var name = end < 0 ? path : path[..end];
        path = path[name.Length..];
        return name;
    }
}
