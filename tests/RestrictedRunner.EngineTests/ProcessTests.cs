namespace RestrictedRunner.EngineTests;

/// <summary>What the first process of a container is, and may become.</summary>
[Collection(nameof(InSharedContainers))]
public class ProcessTests(SharedContainers containers)
{
    private const string FirstProcess = "tr '\\0' ' ' </proc/1/cmdline";

    [Theory]
    [EachEngine]
    public async Task An_init_is_process_1_so_that_signals_reach_the_command(string engine) =>
        Assert.Contains("init", (await containers.OutputAsync(Step.On(engine, FirstProcess))).Split(' ')[0], StringComparison.Ordinal);

    [Theory]
    [EachEngine]
    public async Task Without_an_init_the_command_is_process_1(string engine) =>
        Assert.Equal("sh /.restricted-runner.sh ", await (Step.On(engine, FirstProcess) with { Init = false }).OutputAsync());

    [Theory]
    [EachEngine]
    public async Task Privileges_can_be_kept_from_growing(string engine)
    {
        const string flag = "grep ^NoNewPrivs: /proc/self/status";

        Assert.Equal("NoNewPrivs:\t1\n", await containers.OutputAsync(Step.On(engine, flag) with { SecurityOpt = ["no-new-privileges"] }));
        Assert.Equal("NoNewPrivs:\t0\n", await containers.OutputAsync(Step.On(engine, flag)));
    }

    [Theory]
    [EachEngine]
    public async Task A_seccomp_profile_is_read_from_the_folder_of_the_client(string engine)
    {
        using var folder = new TempFolder();
        folder.Write("no-chmod.json", """
            {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["chmod", "fchmodat", "fchmodat2"], "action": "SCMP_ACT_ERRNO"}]}
            """);

        var result = await (Step.On(engine, "touch /f && chmod 700 /f") with { SecurityOpt = ["seccomp=no-chmod.json"], ClientDirectory = folder.Path }).RunAsync();

        Assert.Equal((1, "chmod: /f: Operation not permitted\n"), (result.ExitCode, result.StandardError));
    }

    [Theory]
    [EachEngine]
    public async Task More_groups_are_given_to_the_user(string engine) =>
        Assert.Equal("2345 4321\n", await containers.OutputAsync(Step.On(engine, "id -G") with { User = "1234:2345", GroupAdd = ["4321"] }));
}
