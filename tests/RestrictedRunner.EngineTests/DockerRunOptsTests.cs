namespace RestrictedRunner.EngineTests;

public class DockerRunOptsTests
{
    [Theory]
    [EachEngine]
    public async Task Quoted_words_arrive_as_a_shell_would_split_them(string engine)
    {
        using var gate = new Gate();
        var watched = new Watched();
        var run = (Step.On(engine, $"echo \"$X|$Y\"; {Gate.Wait}") with
        {
            DockerRunOpts = """--label "rr.test=b  'c'" --env 'X=y $z' -e Y=a\ b""",
            Mounts = [gate.Mount],
        }).RunAsync(watched.Observer);

        await watched.SeesAsync("y $z|a b", run);
        var label = await Client.OutputAsync(engine, "inspect", "--format", """{{index .Config.Labels "rr.test"}}""", watched.ContainerNames[0]);
        gate.Open();

        Assert.Equal("b  'c'", label);
        Assert.Equal(0, (await run).ExitCode);
    }

    [Theory]
    [EachEngine]
    public async Task Nothing_in_them_is_expanded_or_run_on_the_host(string engine)
    {
        using var folder = new TempFolder();

        Assert.Equal(
            $"$(touch {folder["made"]});`id`$HOME*\n",
            await (Step.On(engine, """echo "$X";""") with { DockerRunOpts = $"-e 'X=$(touch {folder["made"]});`id`$HOME*'" }).OutputAsync());
        Assert.False(File.Exists(folder["made"]));
    }

    [Theory]
    [EachEngine]
    public async Task They_win_over_the_runners_own_words(string engine) =>
        Assert.Equal("/etc\n", await (Step.On(engine, "pwd") with { WorkDir = "/bin", DockerRunOpts = "--workdir=/etc" }).OutputAsync());

    [Theory]
    [EachEngine]
    public async Task An_unknown_option_is_told_in_the_clients_words(string engine)
    {
        var failure = await (Step.On(engine, "true") with { DockerRunOpts = "--no-such-option=1" }).FailureAsync();

        Assert.Equal(RunnerFailure.CouldNotStart, failure.Failure);
        Assert.Contains("unknown flag: --no-such-option", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [EachEngine]
    public async Task Relative_paths_in_them_start_in_the_folder_of_the_client(string engine)
    {
        using var folder = new TempFolder();
        folder.Write("variables", "FROM_A_FILE=yes\n");

        Assert.Equal(
            "yes\n",
            await (Step.On(engine, """echo "$FROM_A_FILE";""") with { DockerRunOpts = "--env-file variables", ClientDirectory = folder.Path }).OutputAsync());
    }
}
