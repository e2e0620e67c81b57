using System.Runtime.InteropServices;

namespace RestrictedRunner.Tests.Locking;

public class ImageLockTests
{
    private static readonly LockFile File = new(new Dictionary<string, LockedImage>
    {
        ["busybox"] = LockFiles.ImageOf(("linux/amd64", 'a'), ("linux/arm64", 'b'), ("linux/arm/v7", 'c')),
        ["127.0.0.1:5000/a/b:1"] = LockFiles.ImageOf(("linux/amd64", 'd'), ("linux/arm64", 'e')),
        ["amd64-only:1"] = LockFiles.ImageOf(("linux/amd64", 'f')),
        ["local/tools:1"] = LockFiles.ImageOf(("linux/amd64", '1')) with { IsLocal = true },
    });

    [Theory]
    [InlineData("busybox", "", Architecture.X64, "busybox@", 'a')]
    [InlineData("busybox", "", Architecture.Arm64, "busybox@", 'b')]
    [InlineData("busybox", "", Architecture.Arm, "busybox@", 'c')]
    [InlineData("busybox", "linux/arm64", Architecture.X64, "busybox@", 'b')]
    [InlineData("busybox", "linux/arm64/v8", Architecture.X64, "busybox@", 'b')]
    [InlineData("busybox", "linux/aarch64", Architecture.X64, "busybox@", 'b')]
    [InlineData("busybox", "linux/arm", Architecture.X64, "busybox@", 'c')]
    [InlineData("127.0.0.1:5000/a/b:1", "", Architecture.Arm64, "127.0.0.1:5000/a/b@", 'e')]
    [InlineData("amd64-only:1", "", Architecture.Arm64, "amd64-only@", 'f')]
    [InlineData("local/tools:1", "", Architecture.X64, "", '1')]
    public void A_name_stands_for_the_image_of_its_platform(string image, string platform, Architecture architecture, string start, char digit)
    {
        var options = On(architecture).Apply(new StepOptions { Image = image, Platform = platform }, NoGap);

        Assert.Equal((start + LockFiles.DigestOf(digit), image, platform), (options.Image, options.ImageName, options.Platform));
        Assert.Empty(StepOptionRules.CheckPull(options));
    }

    [Theory]
    [InlineData("busybox:latest", "", "linux/amd64", "")]
    [InlineData("other", "linux/s390x", "linux/s390x", "")]
    [InlineData("busybox", "linux/s390x", "linux/s390x", "linux/amd64 linux/arm/v7 linux/arm64")]
    [InlineData("amd64-only:1", "linux/arm64", "linux/arm64", "linux/amd64")]
    public void What_the_file_does_not_have_is_told_and_runs_by_its_name(string image, string platform, string needed, string known)
    {
        var gaps = new List<LockGap>();
        var options = new StepOptions { Image = image, Platform = platform };

        Assert.Equal(options, On(Architecture.X64).Apply(options, gaps.Add));

        var gap = Assert.Single(gaps);
        Assert.Equal((image, needed, known), (gap.Image, gap.Platform, string.Join(' ', gap.Known)));
    }

    // What has a digest is locked. What is wrong is told by the rules for options.
    [Theory]
    [InlineData("busybox@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("")]
    [InlineData("Not A Name")]
    public void What_is_no_name_is_left_as_it_is(string image)
    {
        var options = new StepOptions { Image = image };

        Assert.Equal(options, On(Architecture.X64).Apply(options, NoGap));
    }

    [Fact]
    public void Without_a_file_nothing_is_locked_and_nothing_missing()
    {
        var options = new StepOptions { Image = "busybox" };

        Assert.Equal(options, ImageLock.Load("", Host.Linux).Apply(options, NoGap));
    }

    [Fact]
    public void No_registry_is_asked_for_an_id()
    {
        var images = On(Architecture.X64);

        Assert.Equal(PullPolicy.Never, images.Apply(new StepOptions { Image = "local/tools:1" }, NoGap).Pull);
        Assert.Equal(PullPolicy.Missing, images.Apply(new StepOptions { Image = "busybox" }, NoGap).Pull);
    }

    private static ImageLock On(Architecture architecture) => new(File, Host.Linux with { Architecture = architecture });

    private static void NoGap(LockGap gap) => Assert.Fail(gap.ToString());
}
