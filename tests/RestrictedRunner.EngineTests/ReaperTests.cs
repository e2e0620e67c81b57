namespace RestrictedRunner.EngineTests;

public class ReaperTests
{
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
}
