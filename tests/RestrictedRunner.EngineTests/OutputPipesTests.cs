namespace RestrictedRunner.EngineTests;

/// <summary>Output that comes straight from the container, and what keeps it from doing so.</summary>
[SeesFiles]
public class OutputPipesTests
{
    private const string Speaks = "echo out; echo error >&2";

    // The client of a step without pipes would have nothing to tell.
    private const string DeafClient = """[ "$1" != run ] || exec >/dev/null 2>&1""";

    // Finds the folder of the pipes among the arguments of the run.
    private const string PipesOfTheStep =
        """
        pipes=$(printf '%s\n' "$@" | sed -n 's/^type=bind,src=\(.*\),dst=\/.restricted-runner.output,readonly$/\1/p')
        [ "$1" != run ] ||
        """;

    [Theory]
    [EachEngine]
    public async Task Output_does_not_come_through_the_client(string engine)
    {
        using var client = new ClientScript(engine, DeafClient);
        AssertHeard(await Step.On(client.Path, Speaks).RunAsync());
    }

    [Theory]
    [EachEngine("ash")]
    [EachEngine("busybox sh")]
    public async Task Of_another_shell_than_sh_it_does(string engine, string shell)
    {
        using var client = new ClientScript(engine, DeafClient);
        var result = await (Step.On(client.Path, Speaks) with { Shell = shell }).RunAsync();
        Assert.Equal("", result.StandardOutput);
    }

    [Theory]
    [EachEngine("sed -i 's/= [0-9a-f-]* /= of-another-kernel /' $pipes/connect.sh")]
    [EachEngine("rm $pipes/stdout", Only = Engines.Docker)]
    [EachEngine("rm $pipes/stderr", Only = Engines.Docker)]
    public async Task Where_pipes_lead_nowhere_it_does(string engine, string spoil)
    {
        using var client = new ClientScript(engine, $"{PipesOfTheStep} {spoil}");
        AssertHeard(await Step.On(client.Path, Speaks).RunAsync());
    }

    [Theory]
    [EachEngine]
    public async Task Any_user_of_a_read_only_container_may_open_them_again(string engine)
    {
        var step = Step.On(engine, "echo out >/dev/stdout; echo error | tee /dev/stderr >/dev/null") with { User = "4711:4712", ReadOnly = true };
        AssertHeard(await step.RunAsync());
    }

    [Theory]
    [EachEngine]
    public async Task A_process_left_behind_does_not_hold_up_the_end(string engine)
    {
        var watched = new Watched();
        var result = await Step.On(engine, $"sleep 60 & {Speaks}").RunAsync(watched.Observer).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        AssertHeard(result);
        await Leftovers.AssertGoneNowAsync(engine, Assert.Single(watched.ContainerNames));
    }

    [Theory]
    [EachEngine]
    public async Task The_last_words_after_a_timeout_are_heard(string engine)
    {
        var (watched, _, _) = await TimedOut.RunAsync(Step.On(engine, "trap 'echo last words; exit' TERM; echo started; while true; do sleep 0.1; done"));

        Assert.Equal(["started", "last words"], watched.Lines.Select(line => line.Text));
    }

    [Theory]
    [EachEngine]
    public async Task The_variables_of_the_command_are_its_own(string engine)
    {
        var step = Step.On(engine, "echo \"$boot $0 $# $SHLVL\"; sh -c 'echo $boot'") with { EnvironmentVariables = [new EnvironmentVariable("boot", "mine")] };
        Assert.Equal("mine /.restricted-runner.sh 0 1\nmine\n", await step.OutputAsync());
    }

    private static void AssertHeard(RunResult result) =>
        Assert.Equal((0, "out\n", "error\n"), (result.ExitCode, result.StandardOutput, result.StandardError));
}
