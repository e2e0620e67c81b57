using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class FullDiskTests : IDisposable
{
    private readonly string _room = Directory.CreateTempSubdirectory("test-").FullName;

    public void Dispose() => Directory.Delete(_room, recursive: true);

    [Theory]
    [InlineData(nameof(Child.StoreOnFullDisk))]
    [InlineData(nameof(Child.RestoreOnFullDisk))]
    public Task Nothing_is_left_of_what_has_no_room(string method)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Here.Host.UserId == 0, "Needs to mount a disk.");

        // Nobody else sees the disk, and it goes with the process.
        return Child.RunAsync(method, _room, "unshare", "--mount", "sh", "-c", """mount -t tmpfs -o size=1m none "$0" && exec "$@" """, _room);
    }
}
