namespace RestrictedRunner.EngineTests;

public class MountTests
{
    [Theory]
    [EachEngine]
    public async Task A_mounted_folder_is_read_and_written(string engine)
    {
        using var folder = new TempFolder();
        folder.Write("in", "from the host");

        Assert.Equal(
            "from the host",
            await (Step.On(engine, "cat /data/in; printf 'from the container' >/data/out") with { Mounts = [new Mount(folder.Path, "/data")] }).OutputAsync());
        Assert.Equal("from the container"u8.ToArray(), await File.ReadAllBytesAsync(folder["out"], TestContext.Current.CancellationToken));
    }

    [Theory]
    [EachEngine]
    public async Task A_read_only_folder_is_read_and_not_written(string engine)
    {
        using var folder = new TempFolder();
        folder.Write("in", "from the host");

        var result = await (Step.On(engine, "cat /data/in; touch /data/out") with { Mounts = [new Mount(folder.Path, "/data", ReadOnly: true)] }).RunAsync();

        Assert.Equal((1, "from the host", "touch: /data/out: Read-only file system\n"), (result.ExitCode, result.StandardOutput, result.StandardError));
        Assert.False(File.Exists(folder["out"]));
    }

    [Theory]
    [EachEngine]
    public async Task A_single_file_is_mounted(string engine)
    {
        using var folder = new TempFolder();

        Assert.Equal(
            "text",
            await (Step.On(engine, "cat /etc/the-file") with { Mounts = [new Mount(folder.Write("name", "text"), "/etc/the-file")] }).OutputAsync());
    }

    [Theory]
    [EachEngine]
    public async Task Mounts_lie_within_each_other_whatever_their_order(string engine)
    {
        using var outer = new TempFolder();
        using var inner = new TempFolder();
        outer.Write("name", "outer");
        inner.Write("name", "inner");
        Directory.CreateDirectory(outer["inner"]);

        Assert.Equal(
            "outerinner",
            await (Step.On(engine, "cat /w/name /w/inner/name") with { Mounts = [new Mount(inner.Path, "/w/inner"), new Mount(outer.Path, "/w", ReadOnly: true)] }).OutputAsync());
    }

    [Theory]
    [EachEngine]
    public async Task A_mount_over_tmp_leaves_no_trace_of_the_script_on_the_host(string engine)
    {
        using var folder = new TempFolder();

        Assert.Equal("1\n2\n", await (Step.On(engine, "echo 1\necho 2") with { Mounts = [new Mount(folder.Path, "/tmp")] }).OutputAsync());
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [SeesFiles]
    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task A_source_that_the_engine_does_not_see_is_told_from_one_that_does_not_exist(string engine)
    {
        Assert.NotEmpty(engine);
        using var folder = new TempFolder();
        folder.Write("file", "text");
        Directory.CreateDirectory(folder["folder"]);
        folder.Write("folder/inner", "text");
        await using var docker = await OtherDocker.StartWithoutAsync(folder.Path);
        using var client = docker.Client();

        foreach (var (source, options) in ((string, StepOptions)[])
            [
                (folder["folder"], Step.Direct(client.Path, "true") with { Mounts = [new Mount(folder["folder"], "/data")], Transfer = FileTransfer.Mount }),
                (folder["file"], Step.Direct(client.Path, "true") with { DockerRunOpts = $"--mount type=bind,src={folder["file"]},dst=/data" }),
            ])
        {
            var failure = await options.FailureAsync();
            Assert.Equal(RunnerFailure.MountUnseen, failure.Failure);
            Assert.Contains(source, failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal("text", await (Step.Direct(client.Path, "cat", "/data/inner") with { Mounts = [new Mount(folder["folder"], "/data", ReadOnly: true)] }).OutputAsync());

        var absent = await (Step.Direct(client.Path, "true") with { DockerRunOpts = "--mount type=bind,src=/nowhere,dst=/data" }).FailureAsync();
        Assert.Equal(RunnerFailure.CouldNotStart, absent.Failure);
    }

    [Theory]
    [EachEngine]
    public async Task A_host_path_that_does_not_exist_is_refused_and_not_made(string engine)
    {
        using var folder = new TempFolder();
        var failure = await (Step.On(engine, "true") with { Mounts = [new Mount(folder["none"], "/data")] }).FailureAsync();

        Assert.Equal(OptionProblemKind.MountSourceMissing, Assert.Single(failure.Problems).Kind);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
