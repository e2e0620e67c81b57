using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>
/// Names of blobs in the ByteStream service:
/// https://github.com/bazelbuild/remote-apis/blob/main/build/bazel/remote/execution/v2/remote_execution.proto
/// </summary>
internal static class BlobName
{
    /// <summary>The name to read a blob by.</summary>
    public static string ToRead(string instance, Digest digest) => $"{Prefix(instance)}blobs/{digest.Hash}/{digest.SizeBytes}";

    /// <summary>A name to write a blob by, which no other writer has.</summary>
    public static string ToWrite(string instance, Digest digest) => $"{Prefix(instance)}uploads/{Guid.NewGuid()}/blobs/{digest.Hash}/{digest.SizeBytes}";

    private static string Prefix(string instance) => instance.Length > 0 ? $"{instance}/" : "";
}
