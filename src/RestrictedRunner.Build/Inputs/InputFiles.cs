namespace RestrictedRunner.Build;

/// <summary>The files that the declared inputs of a step stand for.</summary>
/// <param name="Files">Each once, sorted by <see cref="InputFile.Path"/> in the order of UTF-8 bytes.</param>
/// <param name="Missing">Declared inputs that stand for no file, as they were declared.</param>
internal sealed record InputFiles(IReadOnlyList<InputFile> Files, IReadOnlyList<string> Missing)
{
    private const char Exclusion = '!';

    /// <summary>Files and links with a name that is no UTF-8, which .NET cannot open: each a <see cref="RawName"/>, relative as <see cref="InputFile.Path"/> is.</summary>
    public IReadOnlyList<string> RawNames { get; init; } = [];

    /// <summary>Looks for the files.</summary>
    /// <param name="folder">Full path of the project's folder.</param>
    /// <param name="declared">
    /// Files, folders with all that is below them, and patterns (see <see cref="Glob"/>), which stand for files only;
    /// relative to the folder or absolute. What begins with <c>!</c> takes files and folders away again, wherever it
    /// stands in the list; <c>./!name</c> is a file with such a name.
    /// <para>
    /// A symbolic link to a file is that file's content under the link's name. Links to folders are followed on Linux,
    /// but not to a folder that they are in. Links that lead nowhere, pipes, sockets and devices are no inputs.
    /// </para>
    /// </param>
    /// <param name="followsLinks">False looks into no folder that a pattern finds behind a symbolic link.</param>
    /// <param name="noInputs">What patterns and folders do not stand for; null for nothing.</param>
    /// <exception cref="UnauthorizedAccessException">This user may not look into a folder.</exception>
    public static InputFiles Find(string folder, IReadOnlyList<string> declared, bool followsLinks = true, NoInputs? noInputs = null)
    {
        var exclusions = declared.Where(text => text.StartsWith(Exclusion)).Select(text => Glob.Parse(text[1..], folder));
        var search = new FileSearch([.. exclusions], followsLinks, noInputs);
        var inputs = declared.Where(text => !text.StartsWith(Exclusion)).Distinct().Select(text => new DeclaredInput(text, [.. search.Files(Glob.Parse(text, folder))])).ToList();
        string[] all = [.. inputs.SelectMany(input => input.Paths).Distinct()];
        var files = new InputFile?[all.Length];
        InParallel.For(all.Length, i => files[i] = !RawName.IsRaw(all[i]) && FileStamp.Of(all[i]) is { } stamp ? new(RelativePath(folder, all[i]), all[i], stamp) : null, CancellationToken.None);
        var noFiles = all.Where((_, i) => files[i] is null).ToHashSet();
        InputFile[] found = [.. files.OfType<InputFile>()];
        Array.Sort(found, static (x, y) => Utf8Order.Comparer.Compare(x.Path, y.Path));
        return new(found, [.. inputs.Where(input => input.Paths.All(noFiles.Contains)).Select(input => input.Text)])
        {
            RawNames = [.. noFiles.Where(RawName.IsRaw).Select(path => RelativePath(folder, path))],
        };
    }

    private sealed record DeclaredInput(string Text, string[] Paths);

    private static string RelativePath(string folder, string path)
    {
        var isBelow = path.StartsWith(folder, StringComparison.Ordinal) && path.Length > folder.Length && path[folder.Length] == Path.DirectorySeparatorChar;
        return (isBelow ? path[(folder.Length + 1)..] : Path.GetRelativePath(folder, path)).Replace(Path.DirectorySeparatorChar, '/');
    }
}
