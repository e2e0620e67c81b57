using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class NearImageTests
{
    private static readonly string[] There =
    [
        "gcc:12", "gcc:12.2-bookworm", "gcc:4", "gcc:9", "busybox:latest", "docker.io/library/alpine:3.20", "localhost/own-tool:1", "ghcr.io/acme/bison:3.8", "go:1",
    ];

    [Theory]
    [InlineData("gcc:13", "gcc:12", "gcc:4", "gcc:9")]
    [InlineData("gcc:12.2", "gcc:12", "gcc:4", "gcc:9")]
    [InlineData("docker.io/library/gcc:12-bookworm", "gcc:12.2-bookworm", "gcc:12", "gcc:4")]
    [InlineData("registry.example.com:5000/mirror/busybox", "busybox:latest")]
    [InlineData("busybox@sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("busybox:1", "busybox:latest")]
    [InlineData("bussybox", "busybox:latest")]
    [InlineData("alpin:3.20", "alpine:3.20")]
    [InlineData("own-tol:1", "own-tool:1")]
    [InlineData("bison:3.8", "ghcr.io/acme/bison:3.8")]
    [InlineData("rust:1")]
    [InlineData("x:1")]
    public void Images_of_the_same_or_nearly_the_same_name_are_found_the_likeliest_first(string image, params string[] expected) =>
        Assert.Equal(expected, NearImage.Find(image, There));

    [Fact]
    public void Nobody_is_asked_where_no_image_is_missed() =>
        Assert.Empty(NearImage.Ask(RunnerFailure.DaemonNotRunning, new() { Engine = "/nonexistent" }, Here.Host));

    [Fact]
    public void Without_a_client_there_is_none() =>
        Assert.Empty(NearImage.Ask(RunnerFailure.ImageNotFound, new() { Engine = "/nonexistent", Image = "gcc:13" }, Here.Host));
}
