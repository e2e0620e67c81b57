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
    public async Task The_program_is_process_1_without_an_init(string engine) =>
        Assert.Equal("cat\0/proc/1/cmdline\0", await (Step.Direct(engine, "cat", "/proc/1/cmdline") with { Init = false }).OutputAsync());

    [Theory]
    [EachEngine]
    public async Task A_word_of_the_shell_is_no_program(string engine) =>
        Assert.Equal(RunnerFailure.CommandNotFound, (await Step.Direct(engine, "set", "-e").FailureAsync()).Failure);

    [Theory]
    [EachEngine]
    public async Task What_is_longer_than_the_system_takes_is_told(string engine)
    {
        // Linux takes 128 KiB for one argument or variable; a script has no such limit.
        var text = new string('x', 200_000);
        var watched = new Watched();

        var argument = await Step.Direct(engine, "echo", text).FailureAsync(watched.Observer);
        var variable = await (Step.On(engine, "true") with { EnvironmentVariables = [new("A", text)] }).FailureAsync(watched.Observer);

        Assert.Equal((RunnerFailure.CouldNotStart, RunnerFailure.CouldNotStart), (argument.Failure, variable.Failure));
        Assert.Contains("Argument list too long", argument.Message, StringComparison.Ordinal);
        Assert.Contains("Argument list too long", variable.Message, StringComparison.Ordinal);
        Assert.Equal($"{text.Length}\n", await Step.On(engine, $"printf %s {text} | wc -c").OutputAsync());
    }
}
