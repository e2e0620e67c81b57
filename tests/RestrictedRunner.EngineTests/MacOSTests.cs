using System.Diagnostics;
using RestrictedRunner.Images;

namespace RestrictedRunner.EngineTests;

/// <summary>Runs as a host with macOS does them, which has neither setsid nor /proc. What it uses instead, Linux has too.</summary>
public sealed class MacOSTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly TempFolder _home = new();
    private readonly Host _host;

    public MacOSTests() => _host = Host.OfThisMachine with { Kind = HostKind.MacOS, Paths = HostPaths.MacOS, Setsid = null, UserFolder = _home.Path };

    public void Dispose() => _home.Dispose();

    [Theory]
    [EachEngine]
    public async Task A_command_ends_and_reads_as_on_Linux(string engine)
    {
        var input = _home.Write("input", "from the file\n");

        var result = await RunAsync(Step.On(engine, "cat; echo to the error >&2; exit 42") with { StandardInput = input }, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal((42, "from the file\n", "to the error\n"), (result.ExitCode, result.StandardOutput, result.StandardError));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_host.RunFolder));
    }

    [SeesFiles]
    [Theory]
    [EachEngine]
    public async Task A_step_that_is_cancelled_leaves_no_container(string engine)
    {
        using var gate = new Gate();
        using var cancellation = new CancellationTokenSource();
        var watched = new Watched();
        var run = RunAsync(Step.On(engine, $"echo started; {Gate.Wait}") with { Mounts = [gate.Mount] }, watched.Observer, cancellation.Token);
        await watched.SeesAsync("started", run);
        var name = Assert.Single(watched.ContainerNames);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await Leftovers.AssertGoneNowAsync(engine, name);
    }

    [Fact]
    public async Task An_image_of_the_engine_is_seen_by_a_question()
    {
        var found = await EngineImages.FindAsync([TestImages.Busybox], Step.On(Engines.Docker, "true"), _host, TestContext.Current.CancellationToken);

        Assert.Single(found);
    }

    // A terminal sends Ctrl-C to its process group, and its own end to all.
    [Theory]
    [InlineData("INT")]
    [InlineData("HUP")]
    [InlineData("QUIT")]
    public async Task A_program_does_not_get_the_signals_of_the_terminal(string signal)
    {
        // In a group of its own, as a build is in a terminal.
        var start = new ProcessStartInfo("setsid") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var word in (string[])[.. OwnSession.Words(_host), "sh", "-c", $"trap 'echo hit' {signal}; echo ready; read -r line; echo $line; exit 7"])
        {
            start.ArgumentList.Add(word);
        }

        using var program = Process.Start(start)!;
        Assert.Equal("ready", await program.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));

        await Client.CallAsync("kill", $"-{signal}", "--", $"-{program.Id}");
        await program.StandardInput.WriteLineAsync("goes on");

        Assert.Equal("goes on\n", await program.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        await program.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Soon, TestContext.Current.CancellationToken);
        Assert.Equal(7, program.ExitCode);
    }

    [Fact]
    public async Task A_program_that_a_signal_ends_has_its_code_and_nothing_is_said_of_it()
    {
        var (output, exitCode) = await CallAsync("kill -9 $$");

        Assert.Equal((137, ""), (exitCode, output));
    }

    private static async Task<(string Output, int ExitCode)> CallAsync(string script)
    {
        var start = new ProcessStartInfo(OwnSession.Words(Host.MacOS)[0]) { RedirectStandardError = true };
        foreach (var word in (string[])[.. OwnSession.Words(Host.MacOS).Skip(1), "sh", "-c", script])
        {
            start.ArgumentList.Add(word);
        }

        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (said, process.ExitCode);
    }

    private Task<RunResult> RunAsync(StepOptions step, RunObserver? observer = null, CancellationToken cancellation = default) =>
        DockerRunner.RunInBuildAsync(_host, step, new ImagePulls(), new Transfers(), observer ?? new RunObserver(), captureOutput: true, cancellation);
}
