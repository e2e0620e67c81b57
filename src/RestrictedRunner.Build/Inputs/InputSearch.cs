using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Inputs;

/// <summary>
/// Gathers the files of a step's inputs, and decides what becomes of the symbolic links among them. One whose target is
/// among the inputs stays a link, so that a tool that looks beside its real path finds what it does on the host. One that
/// leads elsewhere is the file, or the folder with the files, that it leads to.
/// </summary>
/// <param name="host">The form of paths on the host.</param>
/// <param name="folder">Full path of the project's folder.</param>
/// <param name="search">Finds what globs stand for.</param>
/// <param name="excluded">Knows where outputs are to be; null for no step.</param>
internal sealed class InputSearch(HostPaths host, string folder, FileSearch search, ExcludedInputs? excluded)
{
    private readonly RealPaths _real = new(host);
    private readonly Dictionary<string, FileStamp> _files = new(host.Comparer);
    private readonly Dictionary<string, FileStamp> _linksToFiles = new(host.Comparer);
    private readonly SortedDictionary<string, List<FoundPath>> _undecided = new(host.Comparer);
    private readonly HashSet<string> _linksToFolders = new(host.Comparer);
    private readonly HashSet<string> _folders = new(host.Comparer);
    private readonly Dictionary<string, string> _links = new(host.Comparer);
    private readonly HashSet<string> _nowhere = new(host.Comparer);
    private readonly HashSet<string> _rawNames = [];

    /// <summary>The files, and what links stand for that lead elsewhere: full paths, with the stamp of what is read.</summary>
    public IReadOnlyDictionary<string, FileStamp> Files => _files;

    /// <summary>The links that stay, with the full path of the input that each leads to.</summary>
    public IReadOnlyDictionary<string, string> Links => _links;

    /// <summary>Full paths of the links that lead nowhere.</summary>
    public IReadOnlySet<string> Nowhere => _nowhere;

    /// <summary>Full paths of files and links that .NET cannot open: each a <see cref="RawName"/>.</summary>
    public IReadOnlySet<string> RawNames => _rawNames;

    /// <summary>True when a symbolic link was met, whatever became of it.</summary>
    public bool MetLinks { get; private set; }

    /// <summary>Looks for all files and decides about all links.</summary>
    /// <param name="globs">The inputs.</param>
    /// <returns>For each glob, whether it stands for anything.</returns>
    public IReadOnlyList<bool> Find(IReadOnlyList<Glob> globs)
    {
        var found = globs.Select(glob => search.FindBelow(glob, folder).ToList()).ToList();
        Add(found.SelectMany(paths => paths));
        for (var i = 0; i < globs.Count; i++)
        {
            AddDotFolders(globs[i], found[i]);
        }

        while (_undecided.Count > 0)
        {
            Decide(_undecided.First().Key);
        }

        foreach (var (link, stamp) in _linksToFiles)
        {
            if (Target(link) is { } target)
            {
                _links[link] = target;
            }
            else
            {
                _files[link] = stamp;
            }
        }

        return [.. found.Select(paths => paths.Exists(path => _files.ContainsKey(path.Path) || _links.ContainsKey(path.Path) || _nowhere.Contains(path.Path) || _linksToFolders.Contains(path.Path) || _rawNames.Contains(path.Path)))];
    }

    private void Add(IEnumerable<FoundPath> found)
    {
        var byName = found.ToLookup(path => RawName.IsRaw(path.Path));
        foreach (var path in byName[true].Where(path => path.IsNamed || (!search.IsLoop(path.Path) && path.Behind!().Any())))
        {
            _rawNames.Add(path.Path);
        }

        var byKind = byName[false].ToLookup(path => path.Behind is null);
        string[] files = [.. byKind[true].Select(path => path.Path).Distinct(host.Comparer).Where(path => !_files.ContainsKey(path))];
        var seen = new FileOrLink?[files.Length];
        InParallel.For(files.Length, i => seen[i] = FileOrLink.At(files[i]), CancellationToken.None);
        for (var i = 0; i < files.Length; i++)
        {
            if (seen[i] is { Leads: false })
            {
                _nowhere.Add(files[i]);
            }
            else if (seen[i] is { Stamp: { } stamp } file)
            {
                (file.IsLink ? _linksToFiles : _files)[files[i]] = stamp;
            }
        }

        foreach (var link in byKind[false])
        {
            _linksToFolders.Add(link.Path);
            if (!_undecided.TryAdd(link.Path, [link]))
            {
                _undecided[link.Path].Add(link);
            }
        }

        // Only links ask for folders, and most projects have none.
        if (_linksToFiles.Count + _linksToFolders.Count > 0)
        {
            MetLinks = true;
            foreach (var path in files.Where(Has).Concat(byKind[false].Select(link => link.Path)))
            {
                AddFolders(path);
            }
        }
    }

    // Those that a path is in, up to the one that it has in common with the project, and from there down to the project.
    private void AddFolders(string path)
    {
        var above = Path.GetDirectoryName(path);
        while (above is not null && _folders.Add(above) && !host.IsAtOrBelow(folder, above))
        {
            above = Path.GetDirectoryName(above);
        }

        for (var at = folder; at is not null && above is not null && at.Length >= above.Length && host.IsAtOrBelow(at, above); at = Path.GetDirectoryName(at))
        {
            _folders.Add(at);
        }
    }

    // A glob passes by folders with a dot, but not by one that a link which it finds leads into: all of pnpm's do.
    private void AddDotFolders(Glob glob, List<FoundPath> found)
    {
        if (!glob.PassesDotFolders || glob.IsPlain)
        {
            return;
        }

        var seen = new HashSet<string>();
        var left = new Queue<FoundPath>(found);
        while (left.TryDequeue(out var path))
        {
            if ((path.Behind is not null || _linksToFiles.ContainsKey(path.Path)) && DotFolder(path.Path, glob.Start) is { } dotFolder && seen.Add(dotFolder))
            {
                List<FoundPath> more = [.. search.InDotFolder(dotFolder, glob)];
                Add(more);
                more.ForEach(left.Enqueue);
            }
        }
    }

    // The outermost on the way from where the glob starts to where the link leads.
    private string? DotFolder(string link, string start) =>
        _real.Targets(link)
            .Where(target => host.IsAtOrBelow(target, start))
            .Select(target => host.WithParents(target).TakeWhile(at => at.Length > start.Length).LastOrDefault(at => Path.GetFileName(at).StartsWith('.') && Directory.Exists(at)))
            .FirstOrDefault(folder => folder is not null);

    // A link that leads to another is decided after that one.
    private void Decide(string link)
    {
        if (!_undecided.Remove(link, out var found))
        {
            return;
        }

        if (!Directory.Exists(link))
        {
            _linksToFolders.Remove(link);
            if (new FileInfo(link).LinkTarget is not null)
            {
                _nowhere.Add(link);
            }

            return;
        }

        if (Target(link) is { } target)
        {
            Decide(target);
            var there = Through(target);
            var behind = Behind(found, isLoop: host.IsAtOrBelow(link, there));
            if (behind.TrueForAll(path => there + path.Path[link.Length..] is var at && Has(at) && !IsByAnotherName(at, there)) && found.Exists(path => path.IsNamed || path.Behind!().Any()))
            {
                _links[link] = target;
                return;
            }
        }

        if (Behind(found, search.IsLoop(link)) is { Count: > 0 } copied)
        {
            Add(copied);
        }
        else
        {
            _linksToFolders.Remove(link);
        }
    }

    // The folders on the way down to the project's have names of their own in the tree, so a link to one above does not find
    // there what it finds on the host.
    private bool IsByAnotherName(string path, string from) =>
        from.Length < folder.Length
        && host.IsAtOrBelow(folder, from)
        && host.IsAtOrBelow(path, host.WithParents(folder).TakeWhile(at => at.Length > from.Length).Last());

    // To follow a link to a folder that it is in would have no end, except where a glob starts behind it.
    private static List<FoundPath> Behind(List<FoundPath> found, bool isLoop) => [.. found.Where(path => path.IsStart || !isLoop).SelectMany(path => path.Behind!())];

    private string Through(string target) => _links.TryGetValue(target, out var next) ? Through(next) : target;

    private bool Has(string path) => _files.ContainsKey(path) || _linksToFiles.ContainsKey(path) || _linksToFolders.Contains(path);

    // The first input on the way that a link leads; null on Windows, where not everybody may make links, when there is none, or when an output is to be at the link or behind it.
    private string? Target(string link) =>
        host.HasDrives || excluded?.LeadsToOutput(link) == true ? null
            : _real.Targets(link).FirstOrDefault(path => Has(path) || _folders.Contains(path));
}
