namespace RestrictedRunner.EngineTests;

[Collection(nameof(InSharedContainers))]
public class PrepareCommandTests(SharedContainers containers)
{
    [Theory]
    [EachEngine]
    public async Task It_runs_first_in_the_same_shell(string engine) =>
        Assert.Equal(
            "prepared\n/etc 5 6\n",
            await containers.OutputAsync(Step.On(engine, "echo $PWD $X $Y") with { PrepareCommand = "cd /etc; X=5; export Y=6\necho prepared" }));

    [Theory]
    [EachEngine("false", 1)]
    [EachEngine("exit 0", 0)]
    [EachEngine("exit 3", 3)]
    [EachEngine("exec sh -c 'exit 9'", 9)]
    [EachEngine("exec 2>/dev/null; exit 6", 6)]
    [EachEngine("trap 'exit 8' EXIT; false", 8)]
    [EachEngine("set -e; (exit 4); echo not here", 4)]
    [EachEngine("set -eu\nfalse", 1)]
    [EachEngine("printf 'no line end' >&2; exit 5", 5)]
    [EachEngine("no-such-program", 127)]
    [EachEngine("echo 'quote\" ${x:?is not set}'; : ${x:?is not set}", 2)]
    [EachEngine("exit 125", 125)]
    [EachEngine("{ exit 126; }", 126)]
    [EachEngine("sh -c 'exit 200' # with a comment", 200)]
    [EachEngine("fi", 2)]
    [EachEngine("trap 'rm -f /tmp/x' EXIT; exit 6", 6)]
    [EachEngine("trap : EXIT; exit 0", 0)]
    [EachEngine("exec true", 0)]
    [EachEngine("set -C; exit 4", 4)]
    public async Task When_it_fails_its_code_is_the_steps_and_the_command_does_not_run(string engine, string prepare, int code)
    {
        var result = await containers.RunAsync(Step.On(engine, "echo the command ran") with { PrepareCommand = prepare });

        Assert.Equal((code, true), (result.ExitCode, result.PrepareFailed));
        Assert.DoesNotContain("the command ran", result.StandardOutput, StringComparison.Ordinal);
    }

    [Theory]
    [EachEngine("false", 1)]
    [EachEngine("exec true", 0)]
    [EachEngine("exit 125", 125)]
    public async Task So_it_is_in_a_container_of_the_steps_own(string engine, string prepare, int code)
    {
        var result = await (Step.On(engine, "echo the command ran") with { PrepareCommand = prepare }).RunAsync();

        Assert.Equal((code, true, "", ""), (result.ExitCode, result.PrepareFailed, result.StandardOutput, result.StandardError));
    }

    [Theory]
    [EachEngine]
    public async Task Nothing_is_added_to_its_output(string engine)
    {
        var watched = new Watched();
        var result = await (Step.On(engine, "true") with { PrepareCommand = "echo broken >&2; exit 3" }).RunAsync(watched.Observer);

        Assert.True(result.PrepareFailed);
        Assert.Equal([new OutputLine(OutputStream.StandardError, "broken")], watched.Lines);
        Assert.Equal("broken\n", result.StandardError);
    }

    [Theory]
    [EachEngine("true")]
    [EachEngine("exit 0 # a comment")]
    public async Task Success_of_the_command_is_success(string engine, string command)
    {
        var result = await containers.RunAsync(Step.On(engine, command) with { PrepareCommand = "echo prepared" });

        Assert.Equal((0, false, "prepared\n"), (result.ExitCode, result.PrepareFailed, result.StandardOutput));
    }

    [Theory]
    [EachEngine("set -C")]
    [EachEngine("set -eu")]
    [EachEngine("umask 777")]
    [EachEngine("exec 2>/dev/null")]
    public async Task It_may_change_the_shell(string engine, string prepare)
    {
        var result = await containers.RunAsync(Step.On(engine, "echo the command ran") with { PrepareCommand = prepare });

        Assert.Equal((0, false, "the command ran\n", ""), (result.ExitCode, result.PrepareFailed, result.StandardOutput, result.StandardError));
    }

    [Theory]
    [EachEngine]
    public async Task It_needs_no_rights(string engine)
    {
        var options = Step.On(engine, "id -u") with { PrepareCommand = "X=5", User = "4321:4321", CapDrop = ["ALL"], ReadOnly = true, AllowNetworking = false };
        var passed = await options.RunAsync();
        var failed = await (options with { PrepareCommand = "exit 3" }).RunAsync();

        Assert.Equal((0, false, "4321\n", ""), (passed.ExitCode, passed.PrepareFailed, passed.StandardOutput, passed.StandardError));
        Assert.Equal((3, true, "", ""), (failed.ExitCode, failed.PrepareFailed, failed.StandardOutput, failed.StandardError));
    }

    [Theory]
    [EachEngine("false", 1)]
    [EachEngine("exit 5", 5)]
    [EachEngine("set -e; (exit 6); true", 6)]
    [EachEngine("fi 2>/dev/null", 2)]
    public async Task A_failure_of_the_command_is_not_blamed_on_it(string engine, string command, int code)
    {
        var result = await containers.RunAsync(Step.On(engine, command) with { PrepareCommand = "true" });

        Assert.Equal((code, false), (result.ExitCode, result.PrepareFailed));
        Assert.DoesNotContain("restricted-runner:", result.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [EachEngine]
    public async Task It_may_leave_the_shell_stricter(string engine)
    {
        var result = await containers.RunAsync(Step.On(engine, "echo before\nfalse\necho after") with { PrepareCommand = "set -eu" });

        Assert.Equal((1, false, "before\n"), (result.ExitCode, result.PrepareFailed, result.StandardOutput));
    }

    [Theory]
    [EachEngine]
    public async Task A_trap_of_the_command_is_the_commands(string engine)
    {
        var result = await containers.RunAsync(Step.On(engine, "trap 'echo bye' EXIT; exit 7") with { PrepareCommand = "true" });

        Assert.Equal((7, false, "bye\n", ""), (result.ExitCode, result.PrepareFailed, result.StandardOutput, result.StandardError));
    }

    [Theory]
    [OfThisMachine]
    [EachEngine(Only = Engines.Docker)]
    public async Task Bash_tells_a_failure_too(string engine)
    {
        var result = await (Step.On(engine, "echo not here") with { Image = TestImages.Gcc, Shell = "bash -eo pipefail", PrepareCommand = "false | true" }).RunAsync();

        Assert.Equal((1, true, ""), (result.ExitCode, result.PrepareFailed, result.StandardOutput));
    }
}
