using RestrictedRunner.Images;

namespace RestrictedRunner.Tests;

public class ImageNameTests
{
    [Theory]
    [InlineData("busybox@sha256:1", "busybox:latest", false, true)]
    [InlineData("busybox@sha256:1", "docker.io/library/busybox", false, true)]
    [InlineData("acme/tool@sha256:1", "docker.io/acme/tool:1", false, true)]
    [InlineData("127.0.0.1:5000/busybox@sha256:1", "127.0.0.1:5000/busybox:1", false, true)]
    [InlineData("127.0.0.1:5000/busybox@sha256:1", "busybox", false, false)]
    [InlineData("127.0.0.1:5000/tool@sha256:1", "busybox", true, false)]
    [InlineData("docker.io/library/busybox@sha256:1", "busybox", true, true)]
    [InlineData("quay.io/acme/tool@sha256:1", "acme/tool:2", true, true)]
    [InlineData("quay.io/acme/othertool@sha256:1", "tool", true, false)]
    public void A_reference_is_of_the_repository_of_a_name(string reference, string image, bool isPodman, bool expected) =>
        Assert.Equal(expected, ImageName.IsOf(reference, image, isPodman));
}
