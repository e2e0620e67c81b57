namespace RestrictedRunner.EngineTests;

public class ArgumentsTests
{
    [Theory]
    [EachEngine]
    public async Task Arguments_never_meet_a_shell(string engine)
    {
        string[] words = ["$HOME", "`id`", "$(id)", "a;b", "a b", "", "*", "'", "\"", "\\", "a\nb", "-x", "--", "%PATH%", "ü😀"];

        Assert.Equal(
            string.Concat(words.Select(word => word + "\0")),
            await Step.Direct(engine, ["sh", "-c", """printf '%s\0' "$@";""", "name", .. words]).OutputAsync());
    }

    [Theory]
    [EachEngine]
    public async Task The_program_is_process_1(string engine) =>
        Assert.Equal("cat\0/proc/1/cmdline\0", await Step.Direct(engine, "cat", "/proc/1/cmdline").OutputAsync());

    [Theory]
    [EachEngine]
    public async Task A_word_of_the_shell_is_no_program(string engine) =>
        Assert.Equal(RunnerFailure.CommandNotFound, (await Step.Direct(engine, "set", "-e").FailureAsync()).Failure);
}
