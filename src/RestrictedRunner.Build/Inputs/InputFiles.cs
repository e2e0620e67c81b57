using RestrictedRunner.Build.Host;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Host;

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

    /// <summary>Looks for the inputs of a step.</summary>
    /// <param name="declared">
    /// The inputs, of which globs stand for files only. What becomes of symbolic links, <see cref="InputSearch"/> tells. Pipes,
    /// sockets and devices are no inputs.
    /// </param>
    /// <param name="excluded">What patterns and folders do not stand for; null for nothing.</param>
    /// <exception cref="UnauthorizedAccessException">This user may not look into a folder.</exception>
    public static InputFiles Find(DeclaredInputs declared, ExcludedInputs? excluded = null)
    {
        var folder = declared.ProjectDirectory;
        var search = new InputSearch(folder, new FileSearch(declared.Exclusions, excluded), excluded);
        var stands = search.Find([.. declared.Paths.Select(path => path.Glob)]);
        return new(Sorted(folder, search.Files), [.. declared.Paths.Where((_, i) => !stands[i])])
        {
            RawNames = [.. search.RawNames.Select(path => RelativePath(folder, path))],
            Links = [.. search.Links.Select(link => Link(folder, link.Key, RelativePath(folder, link.Value))).OrderBy(link => link.Path, Utf8Order.Comparer)],
            Nowhere = [.. search.Nowhere.Select(link => Link(folder, link, "")).OrderBy(link => link.Path, Utf8Order.Comparer)],
        };
    }

    /// <summary>Looks for outputs: a link to a file is that file's content under the link's name, and a dot is a character like others.</summary>
    /// <param name="folder">Full path of the project's folder.</param>
    /// <param name="outputs">Files, folders and patterns.</param>
    /// <param name="followsLinks">False looks into no folder that a pattern finds behind a symbolic link.</param>
    /// <exception cref="UnauthorizedAccessException">This user may not look into a folder.</exception>
    public static InputFiles FindOutputs(string folder, IReadOnlyList<Glob> outputs, bool followsLinks)
    {
        var search = new FileSearch([]);
        string[] all = [.. outputs.SelectMany(glob => Followed(search.Find(glob))).Distinct()];
        string[] paths = [.. all.Where(path => !RawName.IsRaw(path))];
        var stamps = new FileStamp?[paths.Length];
        InParallel.For(paths.Length, i => stamps[i] = FileStamp.Of(paths[i]), CancellationToken.None);
        return new(Sorted(folder, paths.Zip(stamps).Where(file => file.Second is not null).Select(file => KeyValuePair.Create(file.First, file.Second!))), Missing: [])
        {
            RawNames = [.. all.Where(RawName.IsRaw).Select(path => RelativePath(folder, path))],
        };

        IEnumerable<string> Followed(IEnumerable<FoundPath> found) =>
            found.SelectMany(path => path.Behind is null ? [path.Path] : followsLinks && !FileSearch.IsLoop(path.Path) ? Followed(path.Behind()) : []);
    }

    private static InputFile[] Sorted(string folder, IEnumerable<KeyValuePair<string, FileStamp>> files)
    {
        InputFile[] found = [.. files.Select(file => new InputFile(RelativePath(folder, file.Key), file.Key, file.Value))];
        Array.Sort(found, static (x, y) => Utf8Order.Comparer.Compare(x.Path, y.Path));
        return found;
    }

    private static InputLink Link(string folder, string path, string target) =>
        new(RelativePath(folder, path), path, new FileInfo(path).LinkTarget ?? "", target);

    private static string RelativePath(string folder, string path)
    {
        var isBelow = path.StartsWith(folder, StringComparison.Ordinal) && path.Length > folder.Length && path[folder.Length] == Path.DirectorySeparatorChar;
        return (isBelow ? path[(folder.Length + 1)..] : Path.GetRelativePath(folder, path)).Replace(Path.DirectorySeparatorChar, '/');
    }
}
