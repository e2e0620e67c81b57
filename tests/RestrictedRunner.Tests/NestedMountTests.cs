using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class NestedMountTests
{
    [Theory]
    [InlineData("/src/gen2", "/home/me/app/gen2")]
    [InlineData("/src/a/b/", "/home/me/app/a/b")]
    [InlineData("/src/rw/x", null)]
    [InlineData("/src/there", null)]
    [InlineData("/srcs/gen2", null)]
    [InlineData("/src", null)]
    public void A_mount_inside_a_read_only_one_needs_its_place_on_the_host(string containerPath, string? place)
    {
        Mount[] mounts = [new("/home/me/app", "/src", ReadOnly: true), new("/home/me/rw", "/src/rw"), new("/tmp/gen", containerPath)];

        var missing = NestedMount.WithoutPlace(mounts, path => path is "/home/me/app/there" or "/home/me/app/rw");

        Assert.Equal(place is null ? null : new NestedMount(place, "/tmp/gen"), missing);
    }
}
