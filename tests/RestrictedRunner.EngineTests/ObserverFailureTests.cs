namespace RestrictedRunner.EngineTests;

/// <summary>An exception of the caller's own code, thrown while the command runs.</summary>
[Collection(nameof(FromRegistries))]
public class ObserverFailureTests(Registries registries)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Theory]
    [EachEngine]
    public async Task It_reaches_the_caller_and_the_container_is_gone(string engine)
    {
        var watched = new Watched();
        var failure = await FailingRunAsync(Step.On(engine, "echo line; sleep 30"), watched);

        Assert.Equal("line", failure.Message);
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
        Leftovers.AssertNoProcess(watched.ContainerNames[0]);
    }

    [Theory]
    [EachEngine]
    public async Task It_does_so_too_when_the_container_does_not_exist_yet(string engine)
    {
        // A remark of the client, such as that on a settings file that it may not read, comes before the container.
        using var client = new ClientScript(engine, "echo 'WARNING: a remark' >&2; sleep 0.3");
        var watched = new Watched();
        var failure = await FailingRunAsync(Step.On(client.Path, "sleep 30"), watched);

        Assert.Equal("WARNING: a remark", failure.Message);
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
        Leftovers.AssertNoProcess(watched.ContainerNames[0]);
    }

    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task It_waits_for_a_removal_that_the_engine_has_begun(string engine)
    {
        // What docker answers while the removal that --rm asks for is under way, and lists the container still.
        using var folder = new TempFolder();
        using var client = new ClientScript(engine, $$"""
            if [ "$1" = rm ] && mkdir '{{folder["asked"]}}' 2>/dev/null; then
                { sleep 0.3; {{engine}} "$@"; } >/dev/null 2>&1 &
                echo "Error response from daemon: removal of container $4 is already in progress" >&2
                exit 1
            fi
            """);
        var watched = new Watched();
        await FailingRunAsync(Step.On(client.Path, "echo line; sleep 30"), watched);

        Assert.True(Directory.Exists(folder["asked"]));
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }

    [Theory]
    [EachEngine]
    public async Task It_does_so_too_when_the_line_was_held_back(string engine)
    {
        // It looks like the engine's report of a failure, so it is heard a moment later, and not from a stream.
        var watched = new Watched();
        var failure = await FailingRunAsync(Step.On(engine, "echo 'Error: line' >&2; sleep 30"), watched);

        Assert.Equal("Error: line", failure.Message);
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
        Leftovers.AssertNoProcess(watched.ContainerNames[0]);
    }

    [Theory]
    [EachEngine]
    public async Task It_ends_a_pull_too(string engine)
    {
        var registry = await registries.Open;
        var name = Registries.NewName();
        await registry.PublishAsync(engine, $"{name}:1");
        using var client = registry.ClientFor(engine);
        await using var image = new PulledImage(engine, $"{registry.Address}/{name}:1");
        var observer = new RunObserver { PullProgress = line => throw new InvalidOperationException("pull") };

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => (Step.On(client.Path, "true") with { Image = image.Name }).RunAsync(observer));

        Assert.Equal("pull", failure.Message);
        Assert.Equal("pull", client.Calls[^1]);
        Assert.Empty(Processes.WithText($"pull {image.Name}"));
    }

    private static async Task<InvalidOperationException> FailingRunAsync(StepOptions options, Watched watched)
    {
        var observer = watched.Observer with { Output = line => throw new InvalidOperationException(line.Text), EngineRemark = line => throw new InvalidOperationException(line) };
        return await Assert.ThrowsAsync<InvalidOperationException>(() => options.RunAsync(observer).WaitAsync(Soon, TestContext.Current.CancellationToken));
    }
}
