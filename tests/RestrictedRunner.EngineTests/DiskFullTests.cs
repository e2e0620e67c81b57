namespace RestrictedRunner.EngineTests;

/// <summary>Real disks that are full: small ones in mount namespaces of their own. Need root.</summary>
[Collection(nameof(FromRegistries))]
public class DiskFullTests(Registries registries)
{
    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task Docker_without_room_for_a_container_is_told(string engine)
    {
        Assert.NotEmpty(engine);
        await using var docker = await OtherDocker.StartOnSmallDiskAsync();
        // It stays, because its end would make room again.
        await docker.CallAsync("run", "--network", "none", "--volume", "full:/full", TestImages.Busybox, "sh", "-c", "head -c 100000000 /dev/zero >/full/x; true");
        using var client = docker.Client();

        var failure = await (Step.On(client.Path, "echo ran") with { AllowNetworking = false }).FailureAsync();

        Assert.Equal(RunnerFailure.DiskFull, failure.Failure);
        Assert.Contains("no space left on device", failure.Message, StringComparison.Ordinal);
        Assert.Equal("", await docker.CallAsync("ps", "--all", "--quiet", "--filter", "label=restricted-runner.host"));
    }

    [Theory]
    [EachEngine(Only = Engines.Podman)]
    public async Task Podman_without_room_for_a_container_is_told(string engine)
    {
        using var folder = new TempFolder();
        await Client.OutputAsync(engine, "save", "--output", folder["busybox.tar"], TestImages.Busybox);
        using var client = OnSmallDisk(folder, $"podman $storage load --quiet --input {folder["busybox.tar"]}; head -c 100000000 /dev/zero >$disk/full;");

        var failure = await (Step.On(client.Path, "echo ran") with { AllowNetworking = false }).FailureAsync();

        Assert.Equal(RunnerFailure.DiskFull, failure.Failure);
        Assert.Contains("no space left on device", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [OfThisMachine]
    [EachEngine(Only = Engines.Podman)]
    public async Task An_image_that_there_is_no_room_for_is_told(string engine)
    {
        var registry = await registries.Open;
        var name = Registries.NewName();
        await registry.PublishAsync(engine, name, new byte[30_000_000]);
        using var trusting = registry.ClientFor(engine);
        using var folder = new TempFolder();
        using var client = OnSmallDisk(folder, "", trusting.Path);

        var failure = await new StepOptions { Engine = client.Path, Image = $"{registry.Address}/{name}", Command = "echo ran" }.FailureAsync();

        Assert.Equal(RunnerFailure.DiskFull, failure.Failure);
    }

    // Each call has the disk anew, which is enough for one that fails.
    private static ClientScript OnSmallDisk(TempFolder folder, string prepare, string podman = Engines.Podman) => new(
        $"""
        unshare --mount sh -c '
            disk={folder.Path}/disk; storage="--root $disk/root --runroot $disk/run --storage-driver vfs"
            mkdir -p $disk; mount -t tmpfs -o size=24m none $disk
            ({prepare} true) >{folder.Path}/prepare 2>&1
            exec {podman} $storage "$@"' podman
        """);
}
