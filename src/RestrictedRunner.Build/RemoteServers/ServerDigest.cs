using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>Digests that a server sends. They may be forged, so each is checked before it is used.</summary>
internal static class ServerDigest
{
    /// <summary>A digest that some blob can have.</summary>
    /// <param name="digest">What the server sends; null if it sends none.</param>
    /// <param name="longest">The most bytes that the blob may have.</param>
    /// <exception cref="InvalidDataException">No blob can have it, or the blob would be too large.</exception>
    public static Digest Checked(Digest? digest, long longest = long.MaxValue) =>
        digest is null || !Digests.IsHash(digest.Hash) || digest.SizeBytes < 0 ? throw new InvalidDataException("a digest in it is none")
        : digest.SizeBytes > longest ? throw new InvalidDataException($"it names a blob of {digest.SizeBytes} bytes where {longest} are the most")
        : digest;
}
