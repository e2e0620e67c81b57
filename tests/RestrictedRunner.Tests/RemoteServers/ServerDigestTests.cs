using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;

namespace RestrictedRunner.Tests;

public class ServerDigestTests
{
    private const string Hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData(Hash, 0, long.MaxValue)]
    [InlineData(Hash, 7, 7)]
    [InlineData(Hash, long.MaxValue, long.MaxValue)]
    public void What_a_blob_can_have_is_taken(string hash, long size, long longest)
    {
        var digest = new Digest { Hash = hash, SizeBytes = size };

        Assert.Same(digest, ServerDigest.Checked(digest, longest));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("../../etc/passwd", 7)]
    [InlineData("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", 7)]
    [InlineData(Hash + "0", 7)]
    [InlineData(Hash, -1)]
    [InlineData(Hash, long.MinValue)]
    [InlineData(Hash, 101)]
    public void What_no_blob_can_have_is_refused(string hash, long size) =>
        Assert.Throws<InvalidDataException>(() => ServerDigest.Checked(new() { Hash = hash, SizeBytes = size }, 100));

    [Fact]
    public void A_digest_that_is_not_there_is_refused() => Assert.Throws<InvalidDataException>(() => ServerDigest.Checked(null));
}
