namespace RestrictedRunner.EngineTests;

public class ReaperTests
{
    // Its own watchdog ends it after four seconds; a busy machine is slower.
    private static readonly TimeSpan ReapersEnd = TimeSpan.FromSeconds(20);

    // As Ctrl-C does that comes before the process has left the terminal's group.
    [Theory]
    [EachEngine]
    public async Task A_step_whose_watcher_is_killed_ends_as_any_other(string engine)
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
    [InlineData(true, 3)]
    [InlineData(false, 4)]
    public async Task A_container_is_looked_for_less_often_after_a_client_that_was_seen(bool isSeen, int looks)
    {
        using var folder = new TempFolder();
        folder.Write("runs", "");
        using var client = new ClientScript(Engines.Docker, "if [ $1 = rm ]; then exit 1; fi");
        var reaper = new Reaper(new EngineProcess(client.Path, ""));
        var running = isSeen
            ? Client.CallAsync("sh", "-c", $"while [ -e {folder["runs"]} ]; do sleep 0.01; done", reaper.Container.Name)
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
}
