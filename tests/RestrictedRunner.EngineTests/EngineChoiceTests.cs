namespace RestrictedRunner.EngineTests;

[OfThisMachine]
public class EngineChoiceTests
{
    [Theory]
    [EachEngine]
    public async Task A_client_is_found_by_its_name(string engine)
    {
        var watched = new Watched();

        Assert.Equal(0, (await Step.On(engine, "true;").RunAsync(watched.Observer)).ExitCode);
        Assert.Equal(await Client.OutputAsync("which", engine), Assert.Single(watched.CommandLines)[0]);
    }

    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task Auto_is_docker_where_there_is_docker(string engine)
    {
        var watched = new Watched();

        Assert.Equal(0, (await Step.On("auto", "true;").RunAsync(watched.Observer)).ExitCode);
        Assert.Equal(await Client.OutputAsync("which", engine), Assert.Single(watched.CommandLines)[0]);
    }

    [Theory]
    [EachEngine]
    public async Task A_client_is_named_by_its_path(string engine)
    {
        using var client = new ClientScript(engine);

        Assert.Equal("ran\n", await Step.On(client.Path, "echo ran").OutputAsync());
        Assert.Equal(["run"], client.Calls);
    }
}
