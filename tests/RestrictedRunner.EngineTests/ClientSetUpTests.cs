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

    // As one does that was installed by snap, or is called by a script on another machine.
    [Theory]
    [EachEngine("true", 0)]
    [EachEngine("false", 1)]
    public async Task A_client_that_sees_another_temporary_folder_runs_a_program(string engine, string program, int code)
    {
        using var client = new ClientScript($"unshare --mount sh -c 'mount -t tmpfs none \"$TMPDIR\" && exec {engine} \"$@\"' sh");
        var watched = new Watched();

        Assert.Equal(code, (await Step.Direct(client.Path, program).RunAsync(watched.Observer)).ExitCode);
        Assert.Empty(watched.Lines);
        Assert.Equal(["run", "run"], client.Calls.Where(call => call == "run"));
    }

    // As one does that cannot write to the journal: it goes on, and nobody can tell by events what it ran.
    [Theory]
    [EachEngine("Failed to initialize: no")]
    [EachEngine("time=\"2026-11-25T22:25:42Z\" level=error msg=\"Unable to write container event\"")]
    public async Task A_client_that_can_ask_its_engine_runs_the_command(string engine, string words)
    {
        using var client = new ClientScript(engine, $"case $1 in run) echo '{words}' >&2 ;; events) exit 125 ;; esac");

        Assert.Equal(1, (await (Step.On(client.Path, "") with { Arguments = ["false"] }).RunAsync()).ExitCode);
        Assert.Equal(1, (await Step.On(client.Path, "exit 1").RunAsync()).ExitCode);
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
