using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Hosts;
using IO = System.IO;

namespace RestrictedRunner.Build.Cache;

/// <summary>Where the results of steps are kept: one folder for all projects and branches of a user.</summary>
/// <param name="Path">Absolute. It is made when the first result is stored.</param>
internal sealed record CacheFolder(string Path)
{
    // Another form of what is below gets another number, and never meets this one.
    private const string Format = "v1";
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Contents of files, each under its SHA-256.</summary>
    public string Blobs => IO.Path.Combine(Path, "cas");

    /// <summary>Results of steps, each under the step's key.</summary>
    public string Results => IO.Path.Combine(Path, "ac");

    /// <summary>Which steps write into folders, for each under its hash.</summary>
    public string Writers => IO.Path.Combine(Path, "writers");

    /// <summary>The <see cref="CacheMountFolders"/>.</summary>
    public string Mounts => IO.Path.Combine(Path, "mounts");

    /// <summary>What is being written. On the same file system as its places, so that it gets there by a rename.</summary>
    public string Unfinished => IO.Path.Combine(Path, "tmp");

    /// <summary>A <c>RememberedImages</c>.</summary>
    public string Images => IO.Path.Combine(Path, "images");

    /// <summary>Which images were built, and when each was last needed.</summary>
    public string BuiltImages => IO.Path.Combine(Path, "built-images");

    /// <summary>A <see cref="CacheTotal"/>.</summary>
    public string Total => IO.Path.Combine(Path, "total");

    /// <summary>The folder where the user's other programs have theirs.</summary>
    /// <param name="host">The machine that builds.</param>
    /// <returns>Null if the user has no home.</returns>
    public static CacheFolder? Default(Host host) =>
        host.Paths.IsFull(host.CacheFolder) ? new(host.Paths.Join(host.Paths.Join(host.CacheFolder, "restricted-runner"), Format)) : null;

    /// <summary>Begins a file of the cache. What a killed build leaves of it, <see cref="Eviction"/> removes.</summary>
    /// <exception cref="IOException">There is no room.</exception>
    /// <exception cref="UnauthorizedAccessException">The cache may not be written.</exception>
    public NewFile BeginFile()
    {
        Create();
        Directory.CreateDirectory(Unfinished);
        return NewFile.In(Unfinished, ReadOnly);
    }

    /// <summary>Makes the folder, for its user alone.</summary>
    /// <inheritdoc cref="BeginFile"/>
    public void Create()
    {
        // Results may hold what others should not read: https://specifications.freedesktop.org/basedir-spec/latest/
        if (!Directory.Exists(Path))
        {
            UnixMode.CreateFolder(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public string Blob(string hash) => Entry(Blobs, hash);

    public string Result(string key) => Entry(Results, key);

    public string WritersOf(string hash) => Entry(Writers, hash);

    private static string Entry(string folder, string hash) => Digests.IsHash(hash)
        ? IO.Path.Combine(folder, hash[..2], hash)
        : throw new ArgumentException($"\"{hash}\" is no SHA-256 in lower-case hexadecimal");
}
