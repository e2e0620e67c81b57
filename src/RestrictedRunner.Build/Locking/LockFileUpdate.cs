using System.Text;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Locking;

/// <summary>Writes images into a lock file that other projects of the build, or other builds, may write at the same time.</summary>
/// <param name="path">Full path of the file, which need not be there.</param>
/// <param name="host">The machine that builds.</param>
internal sealed class LockFileUpdate(string path, Host host)
{
    /// <summary>Adds images, and replaces those that the file has by these names. What else is in the file stays.</summary>
    /// <param name="images">The images.</param>
    /// <param name="cancellation">Ends the wait for another writer.</param>
    /// <returns>What the file said before.</returns>
    /// <exception cref="LockFileException">What is there is no lock file that can be read.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public async Task<LockFile> AddAsync(IReadOnlyDictionary<string, LockedImage> images, CancellationToken cancellation)
    {
        using var held = await FileLock.OpenAsync(LockOf(path), cancellation).ConfigureAwait(false);
        var before = Read();
        if (!images.All(image => before.Images.GetValueOrDefault(image.Key) is { } known && known.IsSame(image.Value)))
        {
            Write(before.With(images));
        }

        return before;
    }

    /// <summary>What the file says; nothing when it is not there.</summary>
    /// <exception cref="LockFileException">What is there is no lock file that can be read.</exception>
    public LockFile Read()
    {
        try
        {
            return LockFileReader.Read(NewFile.Read(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return LockFile.Empty;
        }
    }

    private void Write(LockFile file)
    {
        // A link stays one.
        var place = File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? target.FullName : path;
        if (Directory.Exists(place))
        {
            throw new IOException("it is a folder");
        }

        RemoveAbandoned(place);
        using var next = NewFile.Beside(place) ?? throw new IOException($"no file can be made in '{Path.GetDirectoryName(place)}'");
        next.Stream.Write(file.ToBytes());
        next.MoveTo(place);
    }

    // What an update left that was killed.
    private static void RemoveAbandoned(string place)
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(place)!);
        foreach (var file in folder.Exists ? folder.GetFiles($"{Path.GetFileName(place)}.*").Where(NewFile.IsAbandoned) : [])
        {
            file.Delete();
        }
    }

    // In the user's cache, because beside the lock file it would be one more file of the repository.
    private string LockOf(string file)
    {
        var folder = CacheFolder.Default(host)?.Path ?? host.Paths.Join(host.SystemTemporaryFolder, "restricted-runner");
        return Path.Combine(folder, "lock-files", Digests.Of(Encoding.UTF8.GetBytes(host.Paths.Identity(file))).Hash);
    }
}
