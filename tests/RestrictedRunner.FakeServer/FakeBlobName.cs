using System.Globalization;
using Form = RestrictedRunner.Build.RemoteExecution.Compressor.Types.Value;

namespace RestrictedRunner.FakeServer;

/// <summary>What a name in the ByteStream service says: <c>instance/uploads/id/compressed-blobs/zstd/hash/size</c>, or a part of that.</summary>
internal sealed record FakeBlobName(string Hash, long Size, Form Form)
{
    public static FakeBlobName Of(string resource)
    {
        var words = resource.Split('/');
        return new(words[^2], long.Parse(words[^1], CultureInfo.InvariantCulture), words.Contains("compressed-blobs") ? Form.Zstd : Form.Identity);
    }
}
