namespace RestrictedRunner.EngineTests;

/// <summary>A client whose own settings keep it from asking an engine for anything ends with 1, as many a command does.</summary>
public class ClientSetUpTests
{
    [Theory]
    [InlineData(Engines.Docker, "DOCKER_CONTEXT=nosuch", RunnerFailure.DaemonNotRunning, "context \"nosuch\"")]
    [InlineData(Engines.Docker, "DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=/nonexistent", RunnerFailure.DaemonNotRunning, "/nonexistent/ca.pem")]
    [InlineData(Engines.Docker, "DOCKER_API_VERSION=x", RunnerFailure.CouldNotStart, "requires API version")]
    [InlineData(Engines.Podman, "CONTAINERS_CONF=/nonexistent", RunnerFailure.CouldNotStart, "/nonexistent")]
    [InlineData(Engines.Podman, "CONTAINERS_STORAGE_CONF=/nonexistent", RunnerFailure.CouldNotStart, "/nonexistent")]
    public async Task It_is_told(string engine, string settings, RunnerFailure expected, string words)
    {
        using var client = new ClientScript(engine, $"export {settings}");
        var watched = new Watched();

        var failure = await Step.On(client.Path, "true").FailureAsync(watched.Observer);

        Assert.Equal(expected, failure.Failure);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Empty(watched.Lines);
        Assert.Equal(expected, (await (Step.On(client.Path, "") with { Arguments = ["ls"] }).FailureAsync()).Failure);
    }

    [Theory]
    [EachEngine("Failed to initialize: unable to resolve docker endpoint: context")]
    [EachEngine("\"--init\" requires API version 1.25, but the Docker daemon API version is x")]
    public async Task Its_words_are_a_commands_own_where_one_ran(string engine, string words)
    {
        var result = await (Step.On(engine, "") with { Arguments = ["sh", "-c", "echo \"$1\" >&2; exit 1", "sh", words] }).RunAsync();

        Assert.Equal((1, words + "\n"), (result.ExitCode, result.StandardError));
    }
}
