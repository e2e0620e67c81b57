namespace RestrictedRunner.EngineTests;

/// <summary>An exception of the caller's own code, thrown while the command runs.</summary>
public class ObserverFailureTests
{
    [Theory]
    [EachEngine]
    public async Task It_reaches_the_caller_and_the_container_is_gone(string engine)
    {
        var watched = new Watched();
        var failure = await FailingRunAsync(Step.On(engine, "echo line; sleep 60"), watched);

        Assert.Equal("line", failure.Message);
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
        Assert.Empty(Processes.WithText(watched.ContainerNames[0]));
    }

    [Theory]
    [EachEngine]
    public async Task It_does_so_too_when_the_container_does_not_exist_yet(string engine)
    {
        // A remark of the client, such as that on a settings file that it may not read, comes before the container.
        using var client = new ClientScript(engine, "echo 'WARNING: a remark' >&2; sleep 0.3");
        var watched = new Watched();
        var failure = await FailingRunAsync(Step.On(client.Path, "sleep 60"), watched);

        Assert.Equal("WARNING: a remark", failure.Message);
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
        Assert.Empty(Processes.WithText(watched.ContainerNames[0]));
    }

    [Theory]
    [EachEngine]
    public async Task It_does_so_too_when_the_line_was_held_back(string engine)
    {
        // It looks like the engine's report of a failure, so it is heard a moment later, and not from a stream.
        var watched = new Watched();
        var failure = await FailingRunAsync(Step.On(engine, "echo 'Error: line' >&2; sleep 60"), watched);

        Assert.Equal("Error: line", failure.Message);
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
        Assert.Empty(Processes.WithText(watched.ContainerNames[0]));
    }

    private static async Task<InvalidOperationException> FailingRunAsync(StepOptions options, Watched watched)
    {
        var observer = watched.Observer with { Output = line => throw new InvalidOperationException(line.Text) };
        return await Assert.ThrowsAsync<InvalidOperationException>(() => options.RunAsync(observer));
    }
}
