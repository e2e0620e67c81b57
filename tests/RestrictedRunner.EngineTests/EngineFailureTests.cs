namespace RestrictedRunner.EngineTests;

/// <summary>Failures of the engine that are neither the command's nor the image's absence.</summary>
public class EngineFailureTests
{
    [Theory]
    [EachEngine(true, Only = Engines.Docker)]
    [EachEngine(false, Only = Engines.Docker)]
    public async Task An_engine_that_is_killed_under_a_command_is_told(string engine, bool hasPrinted)
    {
        Assert.NotEmpty(engine);
        await using var docker = await OtherDocker.StartAsync();
        using var client = docker.Client();
        using var gate = new Gate();
        var watched = new Watched();
        var run = (Step.On(client.Path, $"{(hasPrinted ? "echo printed; " : "")}echo started >/seen/started; {Gate.Wait}") with
        {
            AllowNetworking = false,
            Mounts = [gate.Mount],
            Tmpfs = ["/seen"],
        }).FailureAsync(watched.Observer);
        while ((await docker.CallAsync("ps", "--format", "{{.Names}}")).Length == 0)
        {
            Assert.False(run.IsCompleted);
        }

        if (hasPrinted)
        {
            await watched.SeesAsync("printed", run);
        }

        await docker.KillAsync();

        Assert.Equal(RunnerFailure.EngineLost, (await run).Failure);
    }

    // Podman's client waits twenty seconds for an exit code that nobody writes any more, and ends with 127.
    [Theory]
    [Trait("Tier", "Long")]
    [EachEngine("echo started; sleep 60", Only = Engines.Podman)]
    [EachEngine("echo started; sleep 5; echo end", Only = Engines.Podman)]
    public async Task A_monitor_that_is_killed_under_a_command_is_told(string engine, string command)
    {
        var watched = new Watched();
        var run = Step.On(engine, command).FailureAsync(watched.Observer);
        await watched.SeesAsync("started", run);
        var name = Assert.Single(watched.ContainerNames);

        await Client.OutputAsync("kill", "-KILL", await Client.OutputAsync(engine, "inspect", "--format", "{{.State.ConmonPid}}", name));

        Assert.Equal(RunnerFailure.EngineLost, (await run).Failure);
        await Leftovers.AssertGoneNowAsync(engine, name);
    }

    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task An_engine_without_an_init_program_runs_without_one(string engine)
    {
        Assert.NotEmpty(engine);
        await using var docker = await OtherDocker.StartAsync("--init-path", "/nowhere/docker-init");
        using var client = docker.Client();
        var remarks = new List<string>();

        var result = await (Step.On(client.Path, "tr '\\0' ' ' </proc/1/cmdline") with { AllowNetworking = false }).RunAsync(new RunObserver { EngineRemark = remarks.Add });

        Assert.Equal((0, "sh /.restricted-runner.sh "), (result.ExitCode, result.StandardOutput));
        Assert.StartsWith("The engine has no init program", Assert.Single(remarks), StringComparison.Ordinal);
    }

    // Without an init program, which would hand what it cannot execute to the image's own shell.
    [Theory]
    [EachEngine]
    public async Task A_program_for_another_machine_is_told(string engine)
    {
        // The head of a program for arm64, and nothing behind it.
        byte[] program = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0xB7, 0, 1, 0, 0, 0, .. new byte[4096]];
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["sh"], program, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(folder["sh"], UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

        var failure = await (Step.Direct(engine, "/foreign/sh") with { Mounts = [new(folder.Path, "/foreign")], Init = false }).FailureAsync();

        Assert.Equal(RunnerFailure.WrongPlatform, failure.Failure);
        Assert.Contains("exec format error", failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [EachEngine]
    public async Task A_group_that_the_image_does_not_have_is_told(string engine)
    {
        Assert.Equal(RunnerFailure.UserUnknown, (await (Step.On(engine, "id") with { User = "0:nosuchgroup" }).FailureAsync()).Failure);
        Assert.Equal(RunnerFailure.UserUnknown, (await (Step.On(engine, "id") with { GroupAdd = ["nosuchgroup"] }).FailureAsync()).Failure);
    }
}
