namespace RestrictedRunner.Build;

/// <summary>
/// A file that comes to its place as a whole or not at all: it is written elsewhere and then renamed. What a killed
/// process leaves of it, <see cref="Eviction"/> removes.
/// </summary>
/// <remarks>
/// Nothing is flushed to the disk. After a loss of power a file may lack its end, which whoever reads it finds by its
/// hash; waiting for the disk would cost each build more than such a miss costs one.
/// </remarks>
internal sealed class UnfinishedFile : IDisposable
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private readonly string _path;

    private UnfinishedFile(string path)
    {
        _path = path;
        Stream = Create(path, ReadOnly);
    }

    /// <summary>What goes into it.</summary>
    public FileStream Stream { get; }

    public static UnfinishedFile Begin(CacheFolder folder)
    {
        // Results may hold what others should not read: https://specifications.freedesktop.org/basedir-spec/latest/
        MakeFolder(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(folder.Unfinished);
        return new(Path.Combine(folder.Unfinished, Guid.NewGuid().ToString("N")));
    }

    /// <summary>Opens a new file for writing and reading, with no buffer of its own.</summary>
    /// <param name="path">Where nothing is yet.</param>
    /// <param name="mode">On Unix, less the bits that the user's mask takes away.</param>
    public static FileStream Create(string path, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        return new(path, options);
    }

    /// <summary>Puts the file in its place, and replaces what is there.</summary>
    public void MoveTo(string path)
    {
        Stream.Dispose();
        if (Directory.Exists(path))
        {
            CacheEntry.Remove(path);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(_path, path, overwrite: true);
    }

    /// <summary>Removes the file unless it was moved.</summary>
    public void Dispose()
    {
        Stream.Dispose();
        CacheEntry.Remove(_path);
    }

    private static void MakeFolder(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, mode);
        }
    }
}
