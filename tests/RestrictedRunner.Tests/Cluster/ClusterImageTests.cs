using RestrictedRunner.Build.Cluster;

namespace RestrictedRunner.Tests;

/// <summary>Engines leave out what everybody knows; a cluster's workers may not.</summary>
public class ClusterImageTests
{
    [Theory]
    [InlineData("busybox@sha256:1", "docker.io/library/busybox@sha256:1")]
    [InlineData("busybox:1.36@sha256:1", "docker.io/library/busybox@sha256:1")]
    [InlineData("acme/tool@sha256:1", "docker.io/acme/tool@sha256:1")]
    [InlineData("docker.io/library/busybox@sha256:1", "docker.io/library/busybox@sha256:1")]
    [InlineData("ghcr.io/acme/tool:1@sha256:1", "ghcr.io/acme/tool@sha256:1")]
    [InlineData("127.0.0.1:5000/tool@sha256:1", "127.0.0.1:5000/tool@sha256:1")]
    [InlineData("registry:5000/a/b:c@sha256:1", "registry:5000/a/b@sha256:1")]
    [InlineData("localhost:5000/tool@sha256:1", "localhost:5000/tool@sha256:1")]
    [InlineData("localhost/tool@sha256:1", null)]
    [InlineData("busybox:1", null)]
    [InlineData("sha256:1", null)]
    [InlineData("@sha256:1", null)]
    [InlineData("", null)]
    public void A_reference_is_whole(string reference, string? whole) => Assert.Equal(whole, ClusterImage.Whole(reference));

    [Theory]
    [InlineData("A=b=c", "A", "b=c")]
    [InlineData("A=", "A", "")]
    [InlineData("A", "A", "")]
    public void A_variable_of_an_image(string text, string name, string value) => Assert.Equal(new(name, value), ClusterImage.Variable(text));
}
