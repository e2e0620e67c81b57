namespace RestrictedRunner.Build;

/// <summary>Finds the files that globs stand for, and looks into no folder that none of them can be in.</summary>
/// <param name="exclusions">What is left out, and with a folder all that is below it.</param>
/// <param name="followsLinks">False looks into no folder that is found behind a symbolic link.</param>
/// <param name="noInputs">What is left out where it is come upon, though not where a glob starts; null for nothing.</param>
internal sealed class FileSearch(IReadOnlyList<Glob> exclusions, bool followsLinks, NoInputs? noInputs = null)
{
    /// <summary>
    /// Full paths of the files that a glob stands for; of a plain path to a folder, all files below it. A plain path to
    /// anything else is given back whether or not something is there. Each is a <see cref="RawName"/>.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">This user may not look into a folder.</exception>
    public IEnumerable<string> Files(Glob glob)
    {
        if (WithParents(glob.Start).Any(IsExcluded))
        {
            return [];
        }

        return (Directory.Exists(glob.Start), glob.IsPlain) switch
        {
            (true, true) => In(glob.Start, Glob.Below(glob.Start)),
            (true, false) => In(glob.Start, glob),
            (false, true) => [RawPath(glob.Start) ?? glob.Start],
            (false, false) => [],
        };
    }

    private IEnumerable<string> In(string folder, Glob glob) => In(folder, glob, glob.Initial);

    private IEnumerable<string> In(string folder, Glob glob, int[] state)
    {
        foreach (var entry in FolderContent.Of(folder))
        {
            var next = glob.Next(state, entry.Name);
            var path = Path.Join(folder, entry.Name);
            if (!(entry.IsFolder ? glob.GoesOn(next) : glob.IsMatch(next)) || IsExcluded(path) || noInputs?.Has(path) == true)
            {
                continue;
            }

            if (!entry.IsFolder)
            {
                yield return path;
            }
            else if (!entry.IsLink || (followsLinks && LeadsElsewhere(path)))
            {
                foreach (var file in In(path, glob, next))
                {
                    yield return file;
                }
            }
        }
    }

    private bool IsExcluded(string path) => exclusions.Count > 0 && exclusions.Any(exclusion => exclusion.IsMatch(path));

    // A link to a folder that it is in would have no end.
    private static bool LeadsElsewhere(string link) =>
        FileStatus.Of(link) is { } target
        && !WithParents(link).Skip(1).Any(parent => FileStatus.Of(parent) is { } folder && (folder.Device, folder.Inode) == (target.Device, target.Inode));

    private static IEnumerable<string> WithParents(string path)
    {
        for (var at = path; at is not null; at = Path.GetDirectoryName(at))
        {
            yield return at;
        }
    }

    // Whoever found the file by .NET, as MSBuild's own globs do, has a path that leads to none. Null when it is not that.
    private static string? RawPath(string path) =>
        Path.GetFileName(path).Contains(RawName.Replacement, StringComparison.Ordinal) && !Path.Exists(path) && Path.GetDirectoryName(path) is { } folder && Directory.Exists(folder)
            ? FolderContent.Of(folder).Select(entry => Path.Join(folder, entry.Name)).FirstOrDefault(found => RawName.IsRaw(found) && RawName.InNet(found) == path)
            : null;
}
