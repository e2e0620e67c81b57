using System.Buffers;
using System.Security.Cryptography;
using Google.Protobuf;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.Keys;

/// <summary>Digests as the Remote Execution API has them: SHA-256 in lower-case hexadecimal, and the number of bytes.</summary>
internal static class Digests
{
    private const int BufferSize = 128 * 1024;
    private const int HashLength = 2 * SHA256.HashSizeInBytes;

    /// <summary>Whether a text, which may come from anywhere, is the hash of a digest. Such a text is a safe name of a file.</summary>
    public static bool IsHash(string text) => text.Length == HashLength && text.All(char.IsAsciiHexDigitLower);

    public static Digest Of(ReadOnlySpan<byte> content) => Of(SHA256.HashData(content), content.Length);

    /// <summary>The digest of a message's canonical bytes; it has to have its lists in the order that the API prescribes.</summary>
    public static Digest Of(IMessage message) => Of(message.ToByteArray());

    /// <summary>The digest of a file's content, which is never in memory as a whole.</summary>
    /// <exception cref="IOException">The file is not there, or cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static Digest OfFile(string path, CancellationToken cancellation)
    {
        // A lock would fail beside a program that writes; what it leaves, the next build will see.
        using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long size = 0;
            while (RandomAccess.Read(file, buffer, size) is > 0 and var count)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, count);
                size += count;
            }

            return Of(hash.GetHashAndReset(), size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <param name="hash">The 32 bytes of a SHA-256.</param>
    /// <param name="size">Number of bytes that it was made from.</param>
    public static Digest Of(ReadOnlySpan<byte> hash, long size) =>
        new() { Hash = Convert.ToHexString(hash).ToLowerInvariant(), SizeBytes = size };
}
