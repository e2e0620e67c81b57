using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>
/// Names of blobs in the ByteStream service:
/// https://github.com/bazelbuild/remote-apis/blob/main/build/bazel/remote/execution/v2/remote_execution.proto
/// </summary>
internal static class BlobName
{
    /// <summary>The name to read a blob by.</summary>
    /// <param name="instance">The server's instance; often empty.</param>
    /// <param name="digest">The blob.</param>
    /// <param name="compressor">How it travels.</param>
    public static string ToRead(string instance, Digest digest, Compressor.Types.Value compressor) => $"{Prefix(instance)}{Blob(digest, compressor)}";

    /// <summary>A name to write a blob by, which no other writer has.</summary>
    /// <inheritdoc cref="ToRead"/>
    public static string ToWrite(string instance, Digest digest, Compressor.Types.Value compressor) => $"{Prefix(instance)}uploads/{Guid.NewGuid()}/{Blob(digest, compressor)}";

    private static string Blob(Digest digest, Compressor.Types.Value compressor) =>
        $"{(compressor == Compressor.Types.Value.Zstd ? "compressed-blobs/zstd" : "blobs")}/{digest.Hash}/{digest.SizeBytes}";

    private static string Prefix(string instance) => instance.Length > 0 ? $"{instance}/" : "";
}
