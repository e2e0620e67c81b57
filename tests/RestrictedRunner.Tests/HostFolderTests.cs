using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class HostFolderTests
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
        Assert.Equal(expected, HostFolder.InContainer(folder, [new("/src", "/in"), new("/src/sub/", "/other/")]));

    [Fact]
    public void A_mount_of_the_root_shows_every_folder()
    {
        Assert.Equal("/host", HostFolder.InContainer("/", [new("/", "/host")]));
        Assert.Equal("/host/a", HostFolder.InContainer("/a", [new("/", "/host")]));
    }

    [Fact]
    public void A_folder_that_another_mount_covers_is_not_shown()
    {
        Mount[] mounts = [new("/src", "/in"), new("/elsewhere", "/in/sub")];
        Assert.Null(HostFolder.InContainer("/src/sub", mounts));
        Assert.Null(HostFolder.InContainer("/src/sub/x", mounts));
        Assert.Equal("/in/other", HostFolder.InContainer("/src/other", mounts));
        Assert.Equal("/again/sub", HostFolder.InContainer("/src/sub", [.. mounts, new("/src", "/again")]));
    }

    [Fact]
    public void Without_mounts_nothing_is_shown() => Assert.Null(HostFolder.InContainer("/src", []));
}
