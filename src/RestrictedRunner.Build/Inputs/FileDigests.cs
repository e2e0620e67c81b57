using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Keys;

namespace RestrictedRunner.Build.Inputs;

/// <summary>
/// Digests of the content of files. They are remembered in a file, so that only what may have changed is read again:
/// whatever has another stamp, and whatever had changed so shortly before it was read that a later change need not show
/// in its stamp.
/// </summary>
internal static class FileDigests
{
    /// <summary>The digests of files, in their order.</summary>
    /// <param name="files">Files as they have just been found.</param>
    /// <param name="cachePath">
    /// Full path of the file that remembers. It need not be there, and where it cannot be written, all is read every
    /// time. It belongs on the file system of the files, whose clock tells what changed shortly before.
    /// </param>
    /// <param name="today">Days since 1970.</param>
    /// <param name="cancellation">Nothing of what was read until then is remembered.</param>
    /// <param name="remember">False remembers nothing of what is read.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<DigestedFile> Of(IReadOnlyList<InputFile> files, string cachePath, int today, CancellationToken cancellation, bool remember = true)
    {
        if (files.Count == 0)
        {
            return [];
        }

        var cache = Load(cachePath);
        var digested = files.Select(file => cache.Find(file) is { } digest ? new DigestedFile(file, digest) { IsRemembered = true } : new(file, Digest: null)).ToArray();
        if (digested.All(file => file.Digest is not null) && !(remember && cache.IsToBeRenewed(files, today)))
        {
            return digested;
        }

        // It tells the time before anything is read.
        using var newFile = remember ? NewFile.Beside(cachePath) : null;
        InParallel.ForEach(Enumerable.Range(0, digested.Length).Where(i => !digested[i].IsRemembered), i => digested[i] = Read(files[i], cancellation), cancellation);
        if (newFile is not null)
        {
            var settled = digested.Where(file => file.IsRemembered || IsSettled(file, newFile.Created));
            // As another build may have left it meanwhile.
            newFile.Save(cachePath, Load(cachePath).With(settled, today).ToBytes());
        }

        return digested;
    }

    private static DigestCache Load(string path)
    {
        // In a new project there is none for any step, and an exception takes longer than the question.
        if (!File.Exists(path))
        {
            return DigestCache.Empty;
        }

        try
        {
            return DigestCache.Parse(NewFile.Read(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return DigestCache.Empty;
        }
    }

    private static DigestedFile Read(InputFile file, CancellationToken cancellation)
    {
        try
        {
            return new(file, Digests.OfFile(file.FullPath, cancellation));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(file, Digest: null, e);
        }
    }

    // Nobody wrote between the look at the stamp and the end of reading, and who writes from now on changes the stamp.
    private static bool IsSettled(DigestedFile file, long readSince) =>
        file.Digest is not null
        && file.Digest.SizeBytes == file.File.Stamp.Size
        && file.File.Stamp.IsSettledAt(readSince)
        && FileStamp.Of(file.File.FullPath) == file.File.Stamp;
}
