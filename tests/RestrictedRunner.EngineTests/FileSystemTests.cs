namespace RestrictedRunner.EngineTests;

[Collection(nameof(InSharedContainers))]
public class FileSystemTests(SharedContainers containers)
{
    [Theory]
    [EachEngine]
    public async Task A_read_only_root_is_not_written(string engine)
    {
        var result = await containers.RunAsync(Step.On(engine, "touch /etc/new") with { ReadOnly = true });

        Assert.Equal((1, "touch: /etc/new: Read-only file system\n"), (result.ExitCode, result.StandardError));
    }

    [Theory]
    [EachEngine]
    public async Task Mounts_and_the_script_work_on_a_read_only_root(string engine)
    {
        // Docker makes the mount points of a container before its root becomes read-only.
        using var folder = new TempFolder();

        await (Step.On(engine, "echo x\necho y >/out/file") with { ReadOnly = true, Mounts = [new Mount(folder.Path, "/out")] }).OutputAsync();

        Assert.Equal("y\n", await File.ReadAllTextAsync(folder["file"], TestContext.Current.CancellationToken));
    }

    [Theory]
    [EachEngine]
    public async Task A_temporary_folder_is_in_memory_with_its_options(string engine)
    {
        var mounted = await containers.OutputAsync(Step.On(engine, "touch /fast/new && grep ' /fast ' /proc/mounts") with { ReadOnly = true, Tmpfs = ["/fast:size=3m,exec,mode=1770"] });

        Assert.StartsWith("tmpfs /fast tmpfs rw,", mounted, StringComparison.Ordinal);
        Assert.Contains("size=3072k", mounted, StringComparison.Ordinal);
        Assert.Contains("mode=1770", mounted, StringComparison.Ordinal);
        Assert.DoesNotContain("noexec", mounted, StringComparison.Ordinal);
    }
}
