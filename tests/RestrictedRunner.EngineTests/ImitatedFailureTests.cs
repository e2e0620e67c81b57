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

    [Theory]
    [EachEngine]
    public async Task An_interactive_command_is_believed_too(string engine)
    {
        await using var container = await DockerRunner.StartAsync(
            Step.On(engine, "echo 'Error: no such file' >&2; exit 127"), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(127, (await container.Completion).ExitCode);
    }
}
