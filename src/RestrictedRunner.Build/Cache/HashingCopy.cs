using System.Buffers;
using System.Security.Cryptography;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.Cache;

/// <summary>Copies a file and hashes what is copied, so that the copy has the digest whatever is written to the file meanwhile.</summary>
internal static class HashingCopy
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Makes a new, empty file a copy of another; by shared blocks where the file system has them.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; a part is copied.</exception>
    public static Digest Copy(FileStream source, FileStream target, CancellationToken cancellation)
    {
        if (!Clone.TryMake(source.SafeFileHandle, target.SafeFileHandle))
        {
            return Copy(source, (Stream)target, cancellation);
        }

        target.Position = 0;
        return Copy(target, Stream.Null, cancellation);
    }

    /// <inheritdoc cref="Copy(FileStream, FileStream, CancellationToken)"/>
    public static Digest Copy(Stream source, Stream target, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long size = 0;
            while (source.Read(buffer) is > 0 and var count)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, count);
                target.Write(buffer, 0, count);
                size += count;
            }

            return Digests.Of(hash.GetHashAndReset(), size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Copies what comes from another machine, and no more than one byte beyond what is to come.</summary>
    /// <param name="source">What comes.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="size">Number of bytes that are to come.</param>
    /// <param name="cancellation">Leaves a part of the copy.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; a part is copied.</exception>
    public static async Task<Digest> ReceiveAsync(Stream source, Stream target, long size, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(BufferSize, size + 1));
        try
        {
            long length = 0;
            while (length <= size && await source.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var count)
            {
                hash.AppendData(buffer, 0, count);

                // A file's own asynchronous writes are such ones on another thread, whose turn comes late on a busy machine.
                target.Write(buffer, 0, count);
                length += count;
            }

            return Digests.Of(hash.GetHashAndReset(), length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
