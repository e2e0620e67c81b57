namespace RestrictedRunner.EngineTests;

public class ResultTests
{
    [Theory]
    [EachEngine]
    public async Task Output_is_kept_only_when_asked_for(string engine)
    {
        var result = await DockerRunner.RunAsync(Step.On(engine, "echo out; echo err >&2"), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal((0, null, null), (result.ExitCode, result.StandardOutput, result.StandardError));
    }

    [Theory]
    [EachEngine]
    public async Task Duration_is_that_of_the_run(string engine)
    {
        var start = TimeProvider.System.GetTimestamp();
        var result = await Step.On(engine, "sleep 1.2").RunAsync();

        Assert.InRange(result.Duration, TimeSpan.FromSeconds(1.2), TimeProvider.System.GetElapsedTime(start));
    }

    [SeesFiles]
    [Theory]
    [EachEngine]
    public async Task The_name_is_that_of_the_container_which_is_gone(string engine)
    {
        using var gate = new Gate();
        var watched = new Watched();
        var run = (Step.On(engine, $"echo started; {Gate.Wait}") with { Mounts = [gate.Mount] }).RunAsync(watched.Observer);

        await watched.SeesAsync("started", run);
        var running = await Client.OutputAsync(engine, "inspect", "--format", "{{.State.Running}}", Assert.Single(watched.ContainerNames));
        gate.Open();
        var result = await run;

        Assert.Equal("true", running);
        Assert.Equal(watched.ContainerNames[0], result.ContainerName);
        Assert.Matches("^rr-[0-9a-f]{32}$", result.ContainerName);
        await Leftovers.AssertNoContainerAsync(engine, $"name={result.ContainerName}");
    }

    [Theory]
    [EachEngine]
    public async Task Many_steps_run_at_once(string engine)
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Step.On(engine, $"echo {number}; exit {number}").RunAsync()));

        Assert.Equal(Enumerable.Range(0, 8).Select(number => (number, $"{number}\n")), results.Select(result => (result.ExitCode, result.StandardOutput!)));
        Assert.Equal(8, results.Select(result => result.ContainerName).Distinct().Count());
    }
}
