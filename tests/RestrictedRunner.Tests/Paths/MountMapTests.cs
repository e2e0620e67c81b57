using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class MountMapTests
{
    [Theory]
    [InlineData("/src", "/in")]
    [InlineData("/src/", "/in")]
    [InlineData("/src/a/b c", "/in/a/b c")]
    [InlineData("/src/sub", "/other")]
    [InlineData("/src/sub/x", "/other/x")]
    [InlineData("/src/subfolder", "/in/subfolder")]
    [InlineData("/srcs", null)]
    [InlineData("/", null)]
    [InlineData("/Src", null)]
    public void The_mount_with_the_longest_host_path_of_whole_segments_shows_a_folder(string folder, string? expected) =>
        Assert.Equal(expected, Map(new("/src", "/in"), new("/src/sub/", "/other/")).InContainer(folder));

    [Fact]
    public void A_mount_of_the_root_shows_every_folder()
    {
        Assert.Equal("/host", Map(new Mount("/", "/host")).InContainer("/"));
        Assert.Equal("/host/a", Map(new Mount("/", "/host")).InContainer("/a"));
    }

    [Fact]
    public void A_folder_that_another_mount_covers_is_not_shown()
    {
        Mount[] mounts = [new("/src", "/in"), new("/elsewhere", "/in/sub")];
        Assert.Null(Map(mounts).InContainer("/src/sub"));
        Assert.Null(Map(mounts).InContainer("/src/sub/x"));
        Assert.Equal("/in/other", Map(mounts).InContainer("/src/other"));
        Assert.Equal("/again/sub", Map([.. mounts, new("/src", "/again")]).InContainer("/src/sub"));
    }

    [Fact]
    public void Nor_is_one_that_a_folder_in_memory_covers()
    {
        var map = new MountMap(HostPaths.Linux, [new("/src", "/in")], ["/in/tmp:size=1m"]);

        Assert.Null(map.InContainer("/src/tmp/x"));
        Assert.Equal("/in/x", map.InContainer("/src/x"));
    }

    [Fact]
    public void Without_mounts_nothing_is_shown()
    {
        Assert.Null(Map().InContainer("/src"));
        Assert.Null(Map().OnHost("/src"));
    }

    [Theory]
    [InlineData("/src/cache/a.c", null, true)]
    [InlineData("/src/a.c", "/home/me/app/a.c", false)]
    [InlineData("/src/out/a.c", "/home/me/app/obj/a.c", false)]
    [InlineData("/opt/a.c", null, false)]
    [InlineData("/run/a.c", null, true)]
    public void What_is_in_memory_or_the_images_is_not_on_the_host(string inContainer, string? onHost, bool isInMemory)
    {
        var map = new MountMap(HostPaths.Linux, [new("/home/me/app", "/src"), new("/home/me/app/obj", "/src/out/")], ["/src/cache:size=1m", "/run"]);

        Assert.Equal(onHost, map.OnHost(inContainer));
        Assert.Equal(isInMemory, map.IsInMemory(inContainer));
    }

    [Theory]
    [InlineData("/src/gen2", "/home/me/app/gen2")]
    [InlineData("/src/a/b/", "/home/me/app/a/b")]
    [InlineData("/src/rw/x", null)]
    [InlineData("/src/there", null)]
    [InlineData("/srcs/gen2", null)]
    [InlineData("/src", null)]
    public void A_mount_inside_a_read_only_one_needs_its_place_on_the_host(string containerPath, string? place)
    {
        var missing = Map(new("/home/me/app", "/src", ReadOnly: true), new("/home/me/rw", "/src/rw"), new("/tmp/gen", containerPath)).WithoutPlace(path => path is "/home/me/app/there" or "/home/me/app/rw");

        Assert.Equal(place, missing?.Place);
        Assert.Equal(place is null ? null : "/tmp/gen", missing?.Mount.HostPath);
    }

    private static MountMap Map(params Mount[] mounts) => new(HostPaths.Linux, mounts, []);
}
