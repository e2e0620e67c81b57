namespace RestrictedRunner.Build;

/// <summary>The files that the declared inputs of a step stand for.</summary>
/// <param name="Files">Each once, sorted by <see cref="InputFile.Path"/> in the order of UTF-8 bytes.</param>
/// <param name="Missing">
/// Declared inputs that stand for no file, as they were declared; and full paths of files whose names are no UTF-8, which
/// .NET cannot open.
/// </param>
internal sealed record InputFiles(IReadOnlyList<InputFile> Files, IReadOnlyList<string> Missing)
{
    private const char Exclusion = '!';

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
    /// <exception cref="IOException">A folder disappeared meanwhile.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not look into a folder.</exception>
    public static InputFiles Find(string folder, IEnumerable<string> declared)
    {
        var isExclusion = declared.ToLookup(text => text.StartsWith(Exclusion));
        var search = new FileSearch([.. isExclusion[true].Select(text => Glob.Parse(text[1..], folder))]);
        var found = isExclusion[false].Select(text => (Text: text, Paths: search.Files(Glob.Parse(text, folder)).ToList())).ToList();
        var stamps = found.SelectMany(input => input.Paths).Distinct().AsParallel().Select(path => (Path: path, Stamp: FileStamp.Of(path)))
            .ToDictionary(file => file.Path, file => file.Stamp);
        return new(
            [
                .. stamps.Where(file => file.Value is not null)
                    .Select(file => new InputFile(RelativePath(folder, file.Key), file.Key, file.Value!.Value))
                    .OrderBy(file => file.Path, Utf8Order.Comparer),
            ],
            [
                .. found.Where(input => !input.Paths.Any(path => stamps[path] is not null)).Select(input => input.Text),
                .. stamps.Where(file => file.Value is null && file.Key.Contains('\ufffd', StringComparison.Ordinal)).Select(file => file.Key),
            ]);
    }

    private static string RelativePath(string folder, string path)
    {
        var isBelow = path.StartsWith(folder, StringComparison.Ordinal) && path.Length > folder.Length && path[folder.Length] == Path.DirectorySeparatorChar;
        return (isBelow ? path[(folder.Length + 1)..] : Path.GetRelativePath(folder, path)).Replace(Path.DirectorySeparatorChar, '/');
    }
}
