using CsCheck;

namespace RestrictedRunner.Tests;

/// <summary>The texts are those of docker 28.2 and podman 4.3, shortened.</summary>
public class ImageDigestsTests
{
    private const string Single = """{"Ref":"a:1","Descriptor":{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","digest":"sha256:1","size":527,"platform":{"architecture":"amd64","os":"linux"}},"Raw":"e30=","SchemaV2Manifest":{"config":{"digest":"sha256:9"}}}""";

    private const string Several = """
        [
          {"Ref":"a:1@sha256:1","Descriptor":{"digest":"sha256:1","platform":{"architecture":"amd64","os":"linux"}}},
          {"Ref":"a:1@sha256:2","Descriptor":{"digest":"sha256:2","platform":{"architecture":"arm64","os":"linux","variant":"v8"}}},
          {"Ref":"a:1@sha256:3","Descriptor":{"digest":"sha256:3","platform":{"architecture":"amd64","os":"windows","os.version":"10.0.1"}}},
          {"Ref":"a:1@sha256:4","Descriptor":{"digest":"sha256:4","platform":{"architecture":"unknown","os":"unknown"}}},
          {"Ref":"a:1@sha256:5","Descriptor":{"digest":"sha256:5","platform":{"architecture":"amd64","os":"linux"}}}
        ]
        """;

    private const string OfPodman = """{"schemaVersion":2,"manifests":[{"digest":"sha256:1","size":527,"platform":{"architecture":"amd64","os":"linux"}},{"digest":"sha256:2","platform":{"architecture":"arm64","os":"linux","variant":"v8"}}]}""";

    [Theory]
    [InlineData(Single, "linux/amd64=sha256:1")]
    [InlineData(Several, "linux/amd64=sha256:1 linux/arm64=sha256:2")]
    [InlineData(OfPodman, "linux/amd64=sha256:1 linux/arm64=sha256:2")]
    [InlineData("""{"schemaVersion":2,"config":{"digest":"sha256:9"},"layers":[]}""", "")]
    [InlineData("no such manifest: a:1", "")]
    [InlineData("", "")]
    public void The_digest_of_each_Linux_platform_is_told(string json, string expected) =>
        Assert.Equal(expected, string.Join(' ', ImageDigests.Read(json).OrderBy(digest => digest.Key, StringComparer.Ordinal).Select(digest => $"{digest.Key}={digest.Value}")));

    [Fact]
    public void Whatever_a_client_prints_is_no_fault_of_ours() =>
        Gen.Select(Gen.OneOf(Single, Several, OfPodman), Gen.Int[0, 900], Gen.Char["{}[]\",:1nulltrue"]).Sample((text, at, character) =>
        {
            at %= text.Length;
            Assert.NotNull(ImageDigests.Read($"{text[..at]}{character}{text[(at + 1)..]}"));
        });

    [Theory]
    [InlineData("busybox", false)]
    [InlineData("ghcr.io/a/b:1", false)]
    [InlineData("localhost/a:1", true)]
    [InlineData("localhost:5000/a:1", true)]
    [InlineData("127.0.0.1:5000/a:1", true)]
    [InlineData("[::1]:5000/a:1", true)]
    [InlineData("localhost.example.com/a:1", false)]
    [InlineData("127.example.com/a:1", false)]
    public void Only_a_registry_of_the_loopback_may_do_without_TLS(string image, bool isOnLoopback) => Assert.Equal(isOnLoopback, RegistryImage.IsOnLoopback(image));

    [Theory]
    [InlineData("busybox", "busybox")]
    [InlineData("busybox:1", "busybox")]
    [InlineData("localhost:5000/a/b", "localhost:5000/a/b")]
    [InlineData("localhost:5000/a/b:1", "localhost:5000/a/b")]
    [InlineData("a/b:1@sha256:1", "a/b")]
    public void A_repository_is_a_name_without_tag_and_digest(string image, string repository) => Assert.Equal(repository, ImageName.Repository(image));
}
