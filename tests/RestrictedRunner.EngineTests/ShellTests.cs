namespace RestrictedRunner.EngineTests;

[Collection(nameof(InSharedContainers))]
public class ShellTests(SharedContainers containers)
{
    [Theory]
    [EachEngine]
    public async Task Another_shell_with_options_reads_the_script(string engine)
    {
        var result = await containers.RunAsync(Step.On(engine, "echo before; false | true; false; echo after") with { Shell = "/bin/ash -eu" });

        Assert.Equal((1, "before\n"), (result.ExitCode, result.StandardOutput));
    }

    [Theory]
    [EachEngine]
    public async Task Any_program_that_reads_a_file_may_be_the_shell(string engine) =>
        Assert.Equal("3\n", await containers.OutputAsync(Step.On(engine, "BEGIN { print 1 + 2 }") with { Shell = "awk -f" }));

    [Theory]
    [OfThisMachine]
    [EachEngine(Only = Engines.Docker)]
    public async Task Bash_is_a_shell_like_any_other(string engine) =>
        Assert.Equal(
            "2\n",
            await (Step.On(engine, "set -o pipefail; words=(a b); echo ${#words[@]}") with { Image = TestImages.Gcc, Shell = "bash -e" }).OutputAsync());

    [Theory]
    [EachEngine]
    public async Task None_splits_the_words_and_runs_them(string engine) =>
        Assert.Equal(
            "a b|$HOME|c\"d|;|e\\f|",
            await containers.OutputAsync(Step.On(engine, """printf %s\| "a b" $HOME 'c"d' ; "e\f" """) with { Shell = "none" }));

    [Theory]
    [EachEngine]
    public async Task A_shell_that_the_image_does_not_have_is_told(string engine)
    {
        var failure = await (Step.On(engine, "echo 1\necho 2") with { Shell = "zsh" }).FailureAsync();

        Assert.Equal(RunnerFailure.CommandNotFound, failure.Failure);
        Assert.Contains("zsh", failure.Message, StringComparison.Ordinal);
    }
}
