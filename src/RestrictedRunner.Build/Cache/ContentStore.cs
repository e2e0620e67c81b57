using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.Cache;

/// <summary>
/// Contents of files under their digests. A blob never changes: it is read-only, and no file outside shares what a
/// write would change. It is read with a check of its hash, and removed if that is wrong.
/// </summary>
/// <param name="folder">Where the blobs are.</param>
/// <param name="onlyLook">True changes nothing there.</param>
internal sealed class ContentStore(CacheFolder folder, bool onlyLook = false)
{
    /// <summary>Whether a blob is there, as far as its size tells. Counts as a use; what cannot be the blob is removed.</summary>
    public bool Has(Digest digest)
    {
        if (!Digests.IsHash(digest.Hash))
        {
            return false;
        }

        var file = new FileInfo(folder.Blob(digest.Hash));
        if (file.Exists && file.Length == digest.SizeBytes)
        {
            if (!onlyLook)
            {
                CacheEntry.Use(file);
            }

            return true;
        }

        // Nothing has no attributes. A blob that another process has put there meanwhile is not removed.
        if ((int)file.Attributes != -1)
        {
            Remove(digest);
        }

        return false;
    }

    /// <exception cref="IOException">The file cannot be read, or there is no room.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or the cache not be written.</exception>
    public StoredBlob PutFile(string path, CancellationToken cancellation)
    {
        using var source = Open(path);
        using var file = folder.BeginFile();
        return Put(file, HashingCopy.Copy(source, file.Stream, cancellation));
    }

    /// <exception cref="IOException">There is no room.</exception>
    /// <exception cref="UnauthorizedAccessException">The cache may not be written.</exception>
    public StoredBlob Put(ReadOnlyMemory<byte> content)
    {
        var digest = Digests.Of(content.Span);
        if (Has(digest))
        {
            return new(digest, IsNew: false);
        }

        using var file = folder.BeginFile();
        file.Stream.Write(content.Span);
        return Put(file, digest);
    }

    /// <summary>Takes a blob that comes from elsewhere. It is in its place only when it is what it is to be.</summary>
    /// <param name="digest">What it is to be.</param>
    /// <param name="content">What comes, of which no more is read than is to be there.</param>
    /// <param name="cancellation">Leaves nothing of it.</param>
    /// <returns>Whether it was there already.</returns>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    /// <exception cref="IOException">There is no room.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="UnauthorizedAccessException">The cache may not be written.</exception>
    public async Task<StoredBlob> ReceiveAsync(Digest digest, Stream content, CancellationToken cancellation)
    {
        using var file = folder.BeginFile();
        var came = await HashingCopy.ReceiveAsync(content, file.Stream, digest.SizeBytes, cancellation).ConfigureAwait(false);
        if (!came.Equals(digest))
        {
            throw new InvalidDataException(came.SizeBytes == digest.SizeBytes ? "its hash is another" : came.SizeBytes > digest.SizeBytes ? $"it has more than {digest.SizeBytes} bytes" : $"it has {came.SizeBytes} of {digest.SizeBytes} bytes");
        }

        return Put(file, digest);
    }

    /// <summary>Opens a blob for somebody who does not check it.</summary>
    /// <exception cref="IOException">There is no such blob, or was none with this digest.</exception>
    public Stream OpenChecked(Digest digest)
    {
        if (Has(digest))
        {
            var file = Open(folder.Blob(digest.Hash));
            if (HashingCopy.Copy(file, Stream.Null, CancellationToken.None).Equals(digest))
            {
                file.Position = 0;
                return file;
            }

            file.Dispose();
            Remove(digest);
        }

        throw new FileNotFoundException($"blob {digest.Hash} is gone");
    }

    /// <returns>Null if there is no such blob, or was none with this digest.</returns>
    public byte[]? Read(Digest digest)
    {
        if (!Has(digest))
        {
            return null;
        }

        try
        {
            var content = NewFile.Read(folder.Blob(digest.Hash));
            if (Digests.Of(content).Equals(digest))
            {
                return content;
            }
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
        }

        Remove(digest);
        return null;
    }

    /// <summary>Makes a new file with a blob's content.</summary>
    /// <param name="digest">What is to be in it.</param>
    /// <param name="path">Where nothing is yet.</param>
    /// <param name="mode">The file's mode on Unix, less the user's mask.</param>
    /// <param name="cancellation">Leaves a part of the file.</param>
    /// <returns>False if there is no such blob, or was none with this digest: then there is no file.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public bool CopyTo(Digest digest, string path, UnixFileMode mode, CancellationToken cancellation)
    {
        if (!Has(digest))
        {
            return false;
        }

        try
        {
            using var source = Open(folder.Blob(digest.Hash));
            using var target = NewFile.Create(path, mode);
            if (HashingCopy.Copy(source, target, cancellation).Equals(digest))
            {
                return true;
            }
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
            // Which of the two files was it?
            if (Read(digest) is not null)
            {
                throw;
            }
        }

        Remove(digest);
        File.Delete(path);
        return false;
    }

    /// <summary>Removes a blob, or what is in its place.</summary>
    public void Remove(Digest digest)
    {
        if (Digests.IsHash(digest.Hash))
        {
            CacheEntry.Remove(folder.Blob(digest.Hash));
        }
    }

    // A lock would fail beside a program that writes.
    private static FileStream Open(string path) =>
        new(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });

    private StoredBlob Put(NewFile file, Digest digest)
    {
        if (Has(digest))
        {
            return new(digest, IsNew: false);
        }

        try
        {
            file.MoveTo(folder.Blob(digest.Hash));
            return new(digest, IsNew: true);
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e) && Has(digest))
        {
            // Somebody else has put it there meanwhile and still has it open, so that Windows does not replace it.
            return new(digest, IsNew: false);
        }
    }
}
