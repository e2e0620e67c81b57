namespace RestrictedRunner.EngineTests;

public class ReaperTests
{
    // Its own watchdog ends it after four seconds; a busy machine is slower.
    private static readonly TimeSpan ReapersEnd = TimeSpan.FromSeconds(20);

    // As Ctrl-C does that comes before the process has left the terminal's group.
    [SeesFiles]
    [Theory]
    [EachEngine]
    public async Task A_step_whose_reaper_is_killed_ends_as_any_other(string engine)
    {
        using var gate = new Gate();
        var watched = new Watched();
        var run = (Step.On(engine, $"echo started; {Gate.Wait}") with { Mounts = [gate.Mount] }).RunAsync(watched.Observer);
        await watched.SeesAsync("started", run);
        var name = Assert.Single(watched.ContainerNames);
        var reaper = Assert.Single(Processes.WithText("restricted-runner-reaper"), line => line.Contains(name, StringComparison.Ordinal)).Split(':')[0];

        await Client.CallAsync("kill", "-9", reaper);
        gate.Open();

        Assert.Equal(0, (await run).ExitCode);
        await Leftovers.AssertGoneNowAsync(engine, name);
    }

    // What a client began that was killed with the build may come later; one that is seen to end by itself is through.
    [Theory]
    [InlineData(true, 3, false)]
    [InlineData(false, 4, false)]
    [InlineData(true, 3, true)]
    [InlineData(false, 4, true)]
    public async Task A_container_is_looked_for_less_often_after_a_client_that_was_seen(bool isSeen, int looks, bool asOnMacOS)
    {
        using var folder = new TempFolder();
        folder.Write("runs", "");
        using var client = new ClientScript(Engines.Podman, "if [ $1 = rm ]; then exit 1; fi");
        var reaper = new Reaper(Engine(client, asOnMacOS, folder));
        var running = isSeen
            ? Client.CallAsync("sh", ["-c", $"while [ -e {folder["runs"]} ]; do sleep 0.01; done", .. RunWords(reaper)])
            : Task.CompletedTask;

        reaper.TakeOver();
        reaper.Dispose();
        await Until.IsSoAsync(ReapersEnd, () => client.Calls.Count > 0);
        var earlier = isSeen ? client.Calls.Count : 0;
        File.Delete(folder["runs"]);
        await running;
        await Until.IsSoAsync(ReapersEnd, () => !Processes.WithText("restricted-runner-reaper").Any(line => line.Contains(reaper.Container.Name, StringComparison.Ordinal)));

        Assert.InRange(client.Calls.Count - earlier, isSeen ? 1 : looks, looks);
    }

    // A client that lives goes on from the creation of its container to the start. What only names it is somebody else's.
    [Theory]
    [InlineData(false)]
    [InlineData(false, $"{Container.OwnerLabel}=somebody")]
    [InlineData(true)]
    [InlineData(true, $"{Container.OwnerLabel}=somebody")]
    public async Task A_client_of_docker_is_killed_before_the_engine_is_asked(bool asOnMacOS, params string[] others)
    {
        using var folder = new TempFolder();
        folder.Write("runs", "");
        using var client = new ClientScript(Engines.Docker, $"if [ $1 = rm ]; then while [ -e {folder["runs"]} ]; do sleep 0.01; done; echo $4; exit; fi");
        var reaper = new Reaper(Engine(client, asOnMacOS, folder));
        var running = Client.CallAsync("sh", ["-c", $"while [ -e {folder["runs"]} ]; do sleep 0.01; done", .. RunWords(reaper)]);
        var naming = Client.CallAsync("sh", ["-c", $"while [ -e {folder["runs"]} ]; do sleep 0.01; done", "run", "--name", reaper.Container.Name, .. others]);

        var reaping = reaper.ReapAsync();

        Assert.Equal(137, (await running).ExitCode);
        Assert.False(naming.IsCompleted);
        File.Delete(folder["runs"]);
        Assert.Equal(Removal.Removed, await reaping);
        Assert.Equal(0, (await naming).ExitCode);
        reaper.Dispose();
    }

    // A start under way fails when the files are gone that it mounts.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_files_are_removed_before_the_container(bool asOnMacOS)
    {
        const int Many = 5000;
        using var folder = new TempFolder();
        using var client = new ClientScript(Engines.Docker, $"ls $(cat {folder["files"]}) >{folder["left"]} 2>&1; echo $4");
        using var reaper = new Reaper(Engine(client, asOnMacOS, folder));
        folder.Write("files", reaper.Folder);
        Directory.CreateDirectory(reaper.Folder);
        for (var file = 0; file < Many; file++)
        {
            File.WriteAllText(Path.Combine(reaper.Folder, $"{file}"), "");
        }

        Assert.Equal(Removal.Removed, await reaper.ReapAsync());
        Assert.EndsWith("No such file or directory\n", File.ReadAllText(folder["left"]), StringComparison.Ordinal);
    }

    // By the client of a start under way, which the removal of the files has missed.
    [Fact]
    public async Task A_file_that_comes_meanwhile_is_removed_too()
    {
        using var folder = new TempFolder();
        using var client = new ClientScript(Engines.Docker, $"mkdir -p \"$(cat {folder["files"]})\"; echo 0123 >\"$(cat {folder["files"]})/container\"; echo $4");
        using var reaper = new Reaper(new EngineProcess(Host.OfThisMachine, client.Path, ""));
        folder.Write("files", reaper.Folder);

        Assert.Equal(Removal.Removed, await reaper.ReapAsync());
        Assert.False(Directory.Exists(reaper.Folder));
    }

    // With --rm docker removes a container by itself when it is killed, and refuses to do so a second time meanwhile.
    [Theory]
    [InlineData("if [ $1 = rm ] && [ ! -e $0.asked ]; then : >$0.asked; echo 'Error response from daemon: removal of container x is already in progress' >&2; exit 1; fi", 2, "Removed")]
    [InlineData("exit 1", 4, "Absent")]
    public async Task A_container_that_docker_removes_is_looked_for_once_more(string engine, int looks, string end)
    {
        using var client = new ClientScript(Engines.Docker, engine);
        using var reaper = new Reaper(new EngineProcess(Host.OfThisMachine, client.Path, ""));

        Assert.Equal(Enum.Parse<Removal>(end), await reaper.ReapAsync());
        Assert.Equal(looks, client.Calls.Count);
    }

    // What the scripts of macOS use, Linux has too, but for the list of environments.
    private static EngineProcess Engine(ClientScript client, bool asOnMacOS, TempFolder home) =>
        new(asOnMacOS ? Host.OfThisMachine with { Kind = HostKind.MacOS, Setsid = null, UserFolder = home.Path } : Host.OfThisMachine, client.Path, "");

    private static IEnumerable<string> RunWords(Reaper reaper) =>
        ["run", "--name", reaper.Container.Name, .. reaper.Container.Labels.SelectMany(label => new[] { "--label", label })];
}
