namespace RestrictedRunner.Build;

/// <summary>
/// A file that is written beside another and then takes its place at once, so that nobody ever sees a part of it. Of
/// several writers the last one wins.
/// </summary>
internal sealed class NewFile : IDisposable
{
    private const string Ending = ".new";

    // No writer takes so long: what is older was left by a build that was killed.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly string _place;
    private readonly string _path;

    private NewFile(string place, string path, long created)
    {
        _place = place;
        _path = path;
        Created = created;
    }

    /// <summary>
    /// When it was created: nanoseconds since 1970, by this machine's clock or by the one that stamps files in its folder,
    /// whichever is behind.
    /// </summary>
    public long Created { get; }

    /// <summary>Creates the file, still empty, and its folder.</summary>
    /// <param name="place">Path of the file whose place it will take.</param>
    /// <returns>Null where nothing can be written.</returns>
    public static NewFile? Create(string place)
    {
        try
        {
            var folder = Path.GetDirectoryName(place)!;
            Directory.CreateDirectory(folder);
            var path = $"{place}.{Guid.NewGuid():N}{Ending}";
            File.WriteAllBytes(path, []);
            RemoveAbandoned(folder, $"{Path.GetFileName(place)}.*{Ending}");
            return FileStamp.Of(path) is { } stamp ? new(place, path, Math.Min(stamp.Written, FileStamp.Nanoseconds(DateTime.UtcNow))) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Fills the file and puts it in its place; leaves the old one there where that fails.</summary>
    public void Save(byte[] content)
    {
        try
        {
            File.WriteAllBytes(_path, content);
            File.Move(_path, _place, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk is full, or somebody cleans the folder.
        }
    }

    /// <summary>Removes the file if it has not taken its place.</summary>
    public void Dispose() => Remove(_path);

    private static void RemoveAbandoned(string folder, string pattern)
    {
        foreach (var file in Directory.EnumerateFiles(folder, pattern).Where(file => DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > Longest))
        {
            Remove(file);
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next build will.
        }
    }
}
