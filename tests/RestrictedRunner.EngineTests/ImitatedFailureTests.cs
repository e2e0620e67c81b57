namespace RestrictedRunner.EngineTests;

/// <summary>A command may use the engine's exit codes and the engine's words; it ran all the same.</summary>
public class ImitatedFailureTests
{
    [Theory]
    [EachEngine("docker: Error response from daemon: No such image: busybox", 125)]
    [EachEngine("Error: no such file or directory", 127)]
    [EachEngine("Error: permission denied", 126)]
    [EachEngine("Unable to find image 'x:1' locally", 125)]
    public async Task The_exit_code_and_the_words_are_the_commands(string engine, string words, int code)
    {
        var watched = new Watched();
        var result = await Step.On(engine, $"echo \"{words}\" >&2; exit {code}").RunAsync(watched.Observer);

        Assert.Equal((code, words + "\n"), (result.ExitCode, result.StandardError));
        Assert.Equal([new OutputLine(OutputStream.StandardError, words)], watched.Lines);
    }

    [Theory]
    [EachEngine]
    public async Task They_are_heard_while_the_command_still_runs(string engine)
    {
        using var gate = new Gate();
        var watched = new Watched();
        var run = (Step.On(engine, $"echo 'Error: not yet' >&2; {Gate.Wait}; exit 127") with { Mounts = [gate.Mount] }).RunAsync(watched.Observer);

        await watched.SeesAsync("Error: not yet", run);
        Assert.False(run.IsCompleted);
        gate.Open();

        Assert.Equal(127, (await run).ExitCode);
    }

    [SeesFiles]
    [Theory]
    [EachEngine]
    public async Task An_interactive_command_is_believed_too(string engine)
    {
        await using var container = await DockerRunner.StartAsync(
            Step.On(engine, "echo 'Error: no such file' >&2; exit 127"), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(127, (await container.Completion).ExitCode);
    }

    // As many Go tools write. Without a shell the program's standard error comes by the client's, as podman's own remarks do.
    [Theory]
    [EachEngine(0)]
    [EachEngine(1)]
    [EachEngine(125)]
    [EachEngine(126)]
    [EachEngine(127)]
    public async Task A_program_that_logs_as_the_engine_does_is_heard(string engine, int code)
    {
        const string Words = "time=\"2026-11-29T10:00:00Z\" level=error msg=\"of the program\"";
        var watched = new Watched();

        var result = await Step.Direct(engine, "sh", "-c", $"echo '{Words}' >&2; exit {code}").RunAsync(watched.Observer);

        Assert.Equal((code, Words + "\n"), (result.ExitCode, result.StandardError));
        Assert.Equal([new OutputLine(OutputStream.StandardError, Words)], watched.Lines);
        Assert.Empty(watched.Remarks);
    }

    [Theory]
    [EachEngine("", "ls")]
    [EachEngine("true; true")]
    public async Task What_a_client_says_before_it_has_a_container_is_its_own(string engine, string command, params string[] arguments)
    {
        const string Words = "time=\"2026-11-29T10:00:00Z\" level=warning msg=\"of the client\"";
        using var client = new ClientScript(engine, $"if [ $1 = run ]; then echo '{Words}' >&2; fi");
        var watched = new Watched();

        var result = await (Step.On(client.Path, command) with { Arguments = arguments }).RunAsync(watched.Observer);

        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain(watched.Lines, line => line.Stream == OutputStream.StandardError);
        Assert.Equal([Words], watched.Remarks);
    }
}
