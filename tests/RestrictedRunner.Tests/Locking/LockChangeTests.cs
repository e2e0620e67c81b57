namespace RestrictedRunner.Tests.Locking;

public class LockChangeTests
{
    private const string Local = " (local: it came from no registry, and only engines that have it can run it)";

    private static readonly LockedImage Before = LockFiles.ImageOf(("linux/amd64", 'a'), ("linux/arm64", 'b'));

    [Fact]
    public void An_image_that_stayed_is_one_line() => Assert.Equal(["a:1: unchanged"], LockChange.Of("a:1", Before, LockFiles.ImageOf(("linux/arm64", 'b'), ("linux/amd64", 'a'))));

    [Fact]
    public void What_changed_is_told_for_each_platform() =>
        Assert.Equal(
            [
                $"a:1, linux/amd64: changed from {LockFiles.DigestOf('a')} to {LockFiles.DigestOf('c')}",
                $"a:1, linux/arm64: no longer there, was {LockFiles.DigestOf('b')}",
                $"a:1, linux/s390x: new, {LockFiles.DigestOf('d')}",
            ],
            LockChange.Of("a:1", Before, LockFiles.ImageOf(("linux/amd64", 'c'), ("linux/s390x", 'd'))));

    [Fact]
    public void A_local_image_is_marked() =>
        Assert.Equal(
            [$"a:1, linux/amd64: new, {LockFiles.DigestOf('a')}{Local}"],
            LockChange.Of("a:1", null, LockFiles.ImageOf(("linux/amd64", 'a')) with { IsLocal = true }));
}
