using RestrictedRunner.Hosts;


namespace RestrictedRunner.Build.Inputs;

/// <summary>Where paths lead to that have symbolic links in them. Each folder is looked at once.</summary>
/// <param name="host">The form of paths on the host.</param>
internal sealed class RealPaths(HostPaths host)
{
    // As many as Linux follows.
    private const int MaxLinks = 40;

    private readonly Dictionary<string, string?> _folders = [];

    /// <summary>The path without a link on the way; what it leads to may be a link itself.</summary>
    /// <returns>Null when a link on the way leads nowhere.</returns>
    public string? Location(string path) => Location(path, MaxLinks);

    /// <summary>
    /// Where a link leads to, link by link to the end. Each place with the paths that it has as seen from the folders that the
    /// link is in, the innermost first: there may be links in their own paths.
    /// </summary>
    public IEnumerable<string> Targets(string link)
    {
        var at = Location(link) is { } start ? Target(start, MaxLinks) : null;
        for (var links = MaxLinks; links > 0 && at is not null; links--, at = Target(at, MaxLinks))
        {
            for (var above = Path.GetDirectoryName(link); above is not null; above = Path.GetDirectoryName(above))
            {
                if (Folder(above, MaxLinks) is { } real && host.IsAtOrBelow(at, real))
                {
                    yield return host.Trimmed(Path.Join(above, at[real.Length..]));
                }
            }
        }
    }

    private string? Location(string path, int links) =>
        Path.GetDirectoryName(path) is not { } parent ? path : Folder(parent, links) is { } folder ? Path.Combine(folder, Path.GetFileName(path)) : null;

    // The path of a folder without any link.
    private string? Folder(string path, int links)
    {
        if (!_folders.TryGetValue(path, out var real))
        {
            var location = Location(path, links);
            var target = location is null ? null : Target(location, links);
            _folders[path] = real = target is not null ? Folder(target, links - 1) : location is null || new DirectoryInfo(location).LinkTarget is not null ? null : location;
        }

        return real;
    }

    // Where a link leads to, one link further, whether or not something is there.
    private string? Target(string location, int links)
    {
        if (links == 0 || new FileInfo(location).LinkTarget is not { Length: > 0 } text)
        {
            return null;
        }

        // What ".." counts from is where the names before it lead to.
        var root = host.RootOf(text);
        var at = root.Length > 0 ? root : Path.GetDirectoryName(location)!;
        var names = host.Segments(text[root.Length..]);
        for (var i = 0; i < names.Length; i++)
        {
            var next = names[i] switch
            {
                "." => at,
                ".." => Path.GetDirectoryName(at) ?? at,
                var name when i == names.Length - 1 => Path.Combine(at, name),
                var name => Folder(Path.Combine(at, name), links - 1),
            };
            if (next is null)
            {
                return null;
            }

            at = next;
        }

        return at;
    }
}
