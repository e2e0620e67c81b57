using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.State;

/// <summary>A file that one build has for itself while it has it open. Others wait.</summary>
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
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (DirectoryNotFoundException)
            {
                // The clean of another project has found its folder empty a moment ago.
            }
            catch (IOException e) when (Host.OfThisMachine.IsShared(e))
            {
                await Task.Delay(Pause, cancellation).ConfigureAwait(false);
            }
        }
    }

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
