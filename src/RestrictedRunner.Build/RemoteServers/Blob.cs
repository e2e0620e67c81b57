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
    public static Blob Of(IMessage message)
    {
        var bytes = message.ToByteArray();
        return new(Digests.Of(bytes), () => new MemoryStream(bytes, writable: false));
    }
}
