using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Hosts;

/// <summary>A file that one build has for itself while it has it open, or several share. Others wait.</summary>
internal static class FileLock
{
    // There is no event for a file that another process closes.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Opens a file, or makes it and its folder, waiting for another build that has it open.</summary>
    /// <exception cref="OperationCanceledException">It waited in vain.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static async Task<FileStream> OpenAsync(string path, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var file = TryOpen(path);
                if (file is not null)
                {
                    return file;
                }

                await PauseAsync(cancellation).ConfigureAwait(false);
            }
            catch (DirectoryNotFoundException)
            {
                // The clean of another project has found its folder empty a moment ago.
            }
        }
    }

    /// <summary>Opens a file, or makes it and its folder, unless somebody else has it open.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shared">True for a file that others may have open too who share it.</param>
    /// <returns>Null while others have it.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static FileStream? TryOpen(string path, bool shared = false)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return shared
                ? new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read)
                : new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (Host.OfThisMachine.IsShared(e))
        {
            return null;
        }
    }

    /// <summary>Waits a moment before the next try.</summary>
    public static Task PauseAsync(CancellationToken cancellation) => Task.Delay(Pause, cancellation);

    /// <summary>True while a build has a file open.</summary>
    public static bool IsOpen(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Host.OfThisMachine.IsShared(e);
        }
    }
}
