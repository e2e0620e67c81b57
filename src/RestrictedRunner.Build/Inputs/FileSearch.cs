using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Inputs;

/// <summary>Something that a glob stands for: a file, a link to one, or a link to a folder that it may go through.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Behind">Finds what the glob stands for behind a link to a folder; null for what is none.</param>
/// <param name="IsNamed">True when the glob stands for the link itself, whatever is behind it.</param>
internal sealed record FoundPath(string Path, Func<IEnumerable<FoundPath>>? Behind = null, bool IsNamed = true)
{
    /// <summary>True for a link on the way to the folder that the glob starts in: however it leads, there is an end.</summary>
    public bool IsStart { get; init; }
}

/// <summary>Finds the files that globs stand for, and looks into no folder that none of them can be in.</summary>
/// <param name="host">The form of paths on the host.</param>
/// <param name="exclusions">What is left out, and with a folder all that is below it.</param>
/// <param name="excluded">What is left out where it is come upon, though not where a glob starts; null for nothing.</param>
internal sealed class FileSearch(HostPaths host, IReadOnlyList<Glob> exclusions, ExcludedInputs? excluded = null)
{
    // Of the folders that inputs start in, which are few.
    private readonly Dictionary<string, bool> _isLink = [];

    private readonly HashSet<string> _folders = [];

    /// <summary>Full paths of the folders that were looked into so far.</summary>
    public IReadOnlyCollection<string> Folders => _folders;

    /// <summary>
    /// What a glob stands for; of a plain path to a folder, all files below it. A plain path to anything else is given back
    /// whether or not something is there. Links to folders are found, and not followed. Each path is a <see cref="RawName"/>.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">This user may not look into a folder.</exception>
    public IEnumerable<FoundPath> Find(Glob glob)
    {
        if (IsLeftOut(glob))
        {
            return [];
        }

        return (Directory.Exists(glob.Start), glob.IsPlain) switch
        {
            (true, true) => In(glob.Start, Glob.Below(host, glob.Start)),
            (true, false) => In(glob.Start, glob, glob.Initial),
            (false, true) => [new(RawPath(glob.Start) ?? glob.Start)],
            (false, false) => [],
        };
    }

    /// <summary>The same, where links to folders on the way to the start of the glob are found like those behind it.</summary>
    /// <param name="glob">The glob.</param>
    /// <param name="folder">Full path of a folder: links on the way to it are not looked at.</param>
    public IEnumerable<FoundPath> FindBelow(Glob glob, string folder)
    {
        var outermost = IsLeftOut(glob) ? null : host.WithParents(glob.Start).TakeWhile(path => !host.IsAtOrBelow(folder, path)).LastOrDefault(path => IsLinkToFolder(path, glob));
        return outermost is not null ? [new(outermost, () => FindBelow(glob, outermost), IsNamed: glob.IsPlain && outermost == glob.Start) { IsStart = true }] : Find(glob);
    }

    /// <summary>What a glob stands for in a folder whose dot it would pass by.</summary>
    public IEnumerable<FoundPath> InDotFolder(string folder, Glob glob) =>
        glob.StateIn(folder) is var state && glob.GoesOn(state) && !host.WithParents(folder).Any(path => IsExcluded(path) || excluded?.Has(path) == true) ? In(folder, glob, state) : [];

    /// <summary>True for a link to a folder that it is in: to follow it would have no end. True also where that cannot be told.</summary>
    public bool IsLoop(string link) =>
        FileStatus.Of(link) is not { } target
        || host.WithParents(link).Skip(1).Any(parent => FileStatus.Of(parent) is { } folder && (folder.Device, folder.Inode) == (target.Device, target.Inode));

    private IEnumerable<FoundPath> In(string folder, Glob glob) => In(folder, glob, glob.Initial);

    private IEnumerable<FoundPath> In(string folder, Glob glob, int[] state)
    {
        _folders.Add(folder);
        foreach (var entry in FolderContent.Of(folder))
        {
            var next = glob.Next(state, entry.Name, entry.IsFolder);
            var path = Path.Join(folder, entry.Name);
            var isNamed = glob.IsMatch(next);
            if (!(entry.IsFolder ? glob.GoesOn(next) || (entry.IsLink && isNamed) : isNamed) || IsExcluded(path) || excluded?.Has(path) == true)
            {
                continue;
            }

            if (!entry.IsFolder)
            {
                yield return new(path);
            }
            else if (entry.IsLink)
            {
                yield return new(path, () => glob.GoesOn(next) ? In(path, glob, next) : [], isNamed);
            }
            else
            {
                foreach (var file in In(path, glob, next))
                {
                    yield return file;
                }
            }
        }
    }

    // A plain path may be one to a file.
    private bool IsLinkToFolder(string path, Glob glob)
    {
        if (path == glob.Start && glob.IsPlain)
        {
            return Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is not null;
        }

        if (!_isLink.TryGetValue(path, out var isLink))
        {
            _isLink[path] = isLink = new DirectoryInfo(path).LinkTarget is not null;
        }

        return isLink;
    }

    private bool IsLeftOut(Glob glob) => host.WithParents(glob.Start).Any(IsExcluded);

    private bool IsExcluded(string path) => exclusions.Count > 0 && exclusions.Any(exclusion => exclusion.IsMatch(path));

    // Whoever found the file by .NET, as MSBuild's own globs do, has a path that leads to none. Null when it is not that.
    private static string? RawPath(string path) =>
        Path.GetFileName(path).Contains(RawName.Replacement, StringComparison.Ordinal) && !Path.Exists(path) && Path.GetDirectoryName(path) is { } folder && Directory.Exists(folder)
            ? FolderContent.Of(folder).Select(entry => Path.Join(folder, entry.Name)).FirstOrDefault(found => RawName.IsRaw(found) && RawName.InNet(found) == path)
            : null;
}
