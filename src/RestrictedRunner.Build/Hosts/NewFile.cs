using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Hosts;

/// <summary>
/// A file that comes to its place as a whole or not at all: it is written elsewhere on the same file system and then
/// renamed. Of several writers the last one wins.
/// </summary>
/// <remarks>
/// Nothing is flushed to the disk. After a loss of power a file may lack its end, which whoever reads it finds by its
/// hash; waiting for the disk would cost each build more than such a loss costs one.
/// </remarks>
internal sealed class NewFile : IDisposable
{
    private const string Ending = ".new";

    // No writer takes so long: what is older was left by a build that was killed.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly string _path;

    private NewFile(string path, UnixFileMode? mode)
    {
        _path = path;
        Stream = Create(path, mode);
    }

    /// <summary>What goes into it.</summary>
    public FileStream Stream { get; }

    /// <summary>
    /// When a file <see cref="Beside"/> another was created: nanoseconds since 1970, by this machine's clock or by the one
    /// that stamps files in its folder, whichever is behind.
    /// </summary>
    public long Created { get; private init; }

    /// <summary>Begins a file in a folder that somebody else cleans.</summary>
    /// <param name="folder">A folder that is there.</param>
    /// <param name="mode">On Unix, less the bits that the user's mask takes away.</param>
    /// <exception cref="IOException">There is no room.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be written there.</exception>
    public static NewFile In(string folder, UnixFileMode mode) => new(Path.Combine(folder, Guid.NewGuid().ToString("N")), mode);

    /// <summary>Begins a file beside the one whose place it will take.</summary>
    /// <param name="place">Path of that file; its folder is made.</param>
    /// <returns>Null where nothing can be written.</returns>
    public static NewFile? Beside(string place)
    {
        try
        {
            var folder = Path.GetDirectoryName(place)!;
            Directory.CreateDirectory(folder);
            var path = $"{place}.{Guid.NewGuid():N}{Ending}";
            return new(path, mode: null) { Created = FileStamp.Of(path) is { } stamp ? Math.Min(stamp.Written, FileStamp.Nanoseconds(DateTime.UtcNow)) : 0 };
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            return null;
        }
    }

    /// <summary>The moment, as <see cref="Created"/> tells it of a file beside another; 0 where nothing can be written.</summary>
    public static long Now(string place)
    {
        using var file = Beside(place);
        return file?.Created ?? 0;
    }

    /// <summary>True for a file that was begun <see cref="Beside"/> another so long ago that whoever wrote it was killed.</summary>
    public static bool IsAbandoned(FileSystemInfo file) => file.Name.EndsWith(Ending, StringComparison.Ordinal) && DateTime.UtcNow - file.LastWriteTimeUtc > Longest;

    /// <summary>Opens a new file for writing and reading, with no buffer of its own.</summary>
    /// <param name="path">Where nothing is yet.</param>
    /// <param name="mode">On Unix, less the bits that the user's mask takes away; null for the usual one.</param>
    public static FileStream Create(string path, UnixFileMode? mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        return new(path, options.With(mode));
    }

    /// <summary>The content of a file that others may put another in the place of meanwhile. Whoever else has it open is not in the way.</summary>
    /// <param name="place">Path of the file.</param>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] Read(string place)
    {
        // Windows opens a file for nobody who does not share it in every way in which it is open already.
        using var stream = new FileStream(place, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    /// <summary>Fills the file and puts it in its place. Where that fails, what is there stays.</summary>
    public void Save(string place, byte[] content)
    {
        try
        {
            Stream.Write(content);
            Stream.Dispose();
            Replacement.Move(_path, place);
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            // The disk is full, or somebody cleans the folder.
        }
    }

    /// <summary>Puts the file in its place, and replaces what is there, be it a folder.</summary>
    /// <exception cref="IOException">It cannot be put there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be put there.</exception>
    public void MoveTo(string place)
    {
        Stream.Dispose();
        var folder = Path.GetDirectoryName(place)!;
        if (Directory.Exists(place))
        {
            new CallersFiles(folder).RemoveTree(place);
        }

        Directory.CreateDirectory(folder);
        Replacement.Move(_path, place);
    }

    /// <summary>Removes the file if it has not taken its place.</summary>
    public void Dispose()
    {
        Stream.Dispose();
        Remove(_path);
    }


    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            // The next build will.
        }
    }

    private static bool IsOfFiles(Exception exception) => exception is IOException or UnauthorizedAccessException;
}
