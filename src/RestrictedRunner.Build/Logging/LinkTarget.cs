namespace RestrictedRunner.Build;

/// <summary>Where a symbolic link in a path leads on the host.</summary>
internal static class LinkTarget
{
    /// <summary>Of the first link among the file and its folders: what the container makes of it depends on what it sees.</summary>
    /// <param name="file">Absolute path.</param>
    /// <returns>The file's path behind the link; null when there is none.</returns>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be read.</exception>
    public static string? Of(string file)
    {
        var parents = new List<string>();
        for (var path = file; path is not null; path = Path.GetDirectoryName(path))
        {
            parents.Add(path);
        }

        parents.Reverse();
        return parents.Where(path => new FileInfo(path).LinkTarget is not null)
            .Select(path => $"{new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName}{file[path.Length..]}")
            .FirstOrDefault();
    }
}
