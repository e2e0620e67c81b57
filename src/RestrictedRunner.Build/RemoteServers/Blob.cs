using Google.Protobuf;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>Some content under its digest.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Open">Opens it for reading, each time from its begin.</param>
internal sealed record Blob(Digest Digest, Func<Stream> Open)
{
    /// <summary>A message in its canonical form.</summary>
    public static Blob Of(IMessage message) => Of(message.ToByteArray());

    /// <summary>Bytes that are in memory.</summary>
    public static Blob Of(byte[] content) => new(Digests.Of(content), () => new MemoryStream(content, writable: false));
}
