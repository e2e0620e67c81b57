using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Inputs;

/// <summary>The files that the declared inputs of a step stand for.</summary>
/// <param name="Files">Each once, sorted by <see cref="InputFile.Path"/> in the order of UTF-8 bytes.</param>
/// <param name="Missing">Declared inputs that stand for no file.</param>
internal sealed record InputFiles(IReadOnlyList<InputFile> Files, IReadOnlyList<DeclaredPath> Missing)
{
    /// <summary>Files and links with a name that is no UTF-8, which .NET cannot open: each a <see cref="RawName"/>, relative as <see cref="InputFile.Path"/> is.</summary>
    public IReadOnlyList<string> RawNames { get; init; } = [];

    /// <summary>The symbolic links whose targets are among the inputs, sorted as the files.</summary>
    public IReadOnlyList<InputLink> Links { get; init; } = [];

    /// <summary>Links that lead nowhere.</summary>
    public IReadOnlyList<InputLink> Nowhere { get; init; } = [];

    /// <summary>Full paths of the folders that were looked into: while nothing in them comes or goes, the files are the same.</summary>
    public IReadOnlyCollection<string> Folders { get; init; } = [];

    /// <summary>True when a symbolic link was met, whatever became of it.</summary>
    public bool MetLinks { get; init; }

    /// <summary>Looks for the inputs of a step.</summary>
    /// <param name="declared">
    /// The inputs, of which globs stand for files only. What becomes of symbolic links, <see cref="InputSearch"/> tells. Pipes,
    /// sockets and devices are no inputs.
    /// </param>
    /// <param name="excluded">What patterns and folders do not stand for; null for nothing.</param>
    /// <exception cref="UnauthorizedAccessException">This user may not look into a folder.</exception>
    public static InputFiles Find(DeclaredInputs declared, ExcludedInputs? excluded = null)
    {
        var (folder, host) = (declared.ProjectDirectory, declared.Host);
        var spelling = new OneSpelling(host);
        var fileSearch = new FileSearch(declared.Host, declared.Exclusions, excluded);
        var search = new InputSearch(declared.Host, folder, fileSearch, excluded);
        var stands = search.Find([.. declared.Paths.Select(path => path.Glob)]);
        return new(Sorted(folder, host, search.Files, spelling), [.. declared.Paths.Where((_, i) => !stands[i])])
        {
            RawNames = [.. search.RawNames.Select(path => host.Relative(folder, path))],
            Links = [.. search.Links.Select(link => Link(link.Key, host.Relative(folder, link.Value))).OrderBy(link => link.Path, Utf8Order.Comparer)],
            Nowhere = [.. search.Nowhere.Select(link => Link(link, "")).OrderBy(link => link.Path, Utf8Order.Comparer)],
            Folders = fileSearch.Folders,
            MetLinks = search.MetLinks,
        };

        InputLink Link(string path, string target) => new(spelling.Of(host.Relative(folder, path)), path, new FileInfo(path).LinkTarget ?? "", spelling.Of(target));
    }

    /// <summary>Looks for outputs: a link to a file is that file's content under the link's name, and a dot is a character like others.</summary>
    /// <param name="host">The form of paths on the host.</param>
    /// <param name="folder">Full path of the project's folder.</param>
    /// <param name="outputs">Files, folders and patterns.</param>
    /// <param name="followsLinks">False looks into no folder that a pattern finds behind a symbolic link.</param>
    /// <exception cref="UnauthorizedAccessException">This user may not look into a folder.</exception>
    public static InputFiles FindOutputs(HostPaths host, string folder, IReadOnlyList<Glob> outputs, bool followsLinks)
    {
        var search = new FileSearch(host, []);
        string[] all = [.. outputs.SelectMany(glob => Followed(search.Find(glob))).Distinct()];
        string[] paths = [.. all.Where(path => !RawName.IsRaw(path))];
        var stamps = new FileStamp?[paths.Length];
        InParallel.For(paths.Length, i => stamps[i] = FileStamp.Of(paths[i]), CancellationToken.None);
        return new(Sorted(folder, host, paths.Zip(stamps).Where(file => file.Second is not null).Select(file => KeyValuePair.Create(file.First, file.Second!)), new(host)), Missing: [])
        {
            RawNames = [.. all.Where(RawName.IsRaw).Select(path => host.Relative(folder, path))],
        };

        IEnumerable<string> Followed(IEnumerable<FoundPath> found) =>
            found.SelectMany(path => path.Behind is null ? [path.Path] : followsLinks && !search.IsLoop(path.Path) ? Followed(path.Behind()) : []);
    }

    private static InputFile[] Sorted(string folder, HostPaths host, IEnumerable<KeyValuePair<string, FileStamp>> files, OneSpelling spelling)
    {
        InputFile[] found = [.. files.Select(file => new InputFile(spelling.Of(host.Relative(folder, file.Key)), file.Key, file.Value))];
        Array.Sort(found, static (x, y) => Utf8Order.Comparer.Compare(x.Path, y.Path));
        return found;
    }
}
