namespace RestrictedRunner.EngineTests;

/// <summary>When a command runs as it is, and when a shell reads it from a script.</summary>
public class DirectRunTests
{
    [Theory]
    [EachEngine("env")]
    [EachEngine("/bin/env")]
    [EachEngine("  env\n")]
    public async Task A_single_program_runs_without_a_script(string engine, string command)
    {
        var watched = new Watched();
        var result = await (Step.On(engine, command) with { EnvironmentVariables = [new("SEEN", "yes")] }).RunAsync(watched.Observer);

        Assert.Contains("SEEN=yes\n", result.StandardOutput, StringComparison.Ordinal);
        Assert.Equal([TestImages.Busybox, command.Trim()], Assert.Single(watched.CommandLines).TakeLast(2));
    }

    [Theory]
    [EachEngine]
    public async Task A_single_program_is_process_1_and_no_script_is_mounted(string engine)
    {
        // An image's own program can look around where a command's text has no room for it.
        await using var image = await DerivedImage.CreateAsync(engine, """ENTRYPOINT ["sh", "-c", "tr '\\0' ' ' </proc/1/cmdline; ls -a / | grep restricted; true", "look"]""");

        Assert.Equal(
            "sh -c tr '\\0' ' ' </proc/1/cmdline; ls -a / | grep restricted; true look env ",
            await (Step.On(engine, "env") with { Image = image.Name, Init = false }).OutputAsync());
    }

    [Theory]
    [EachEngine("pwd", "/\n")]
    [EachEngine("umask", "0022\n")]
    [EachEngine("true", "")]
    [EachEngine(":", "")]
    public async Task A_word_of_the_shell_goes_to_the_shell(string engine, string command, string printed)
    {
        var watched = new Watched();
        var result = await Step.On(engine, command).RunAsync(watched.Observer);

        Assert.Equal((0, printed), (result.ExitCode, result.StandardOutput));
        Assert.Equal([TestImages.Busybox, "sh", "/.restricted-runner.output/connect.sh", "sh", "/.restricted-runner.sh"], Assert.Single(watched.CommandLines).TakeLast(5));
    }

    [Theory]
    [EachEngine]
    public async Task A_program_with_arguments_goes_to_the_shell(string engine) =>
        Assert.Equal("sh\0/.restricted-runner.sh\0", await (Step.On(engine, "cat /proc/1/cmdline;") with { Init = false }).OutputAsync());

    [Theory]
    [EachEngine]
    public async Task The_host_does_not_decide(string engine)
    {
        // On the host this is a program, in the image it is none, and the shell has no part in it.
        var failure = await Step.On(engine, "dotnet").FailureAsync();

        Assert.Equal(RunnerFailure.CommandNotFound, failure.Failure);
        Assert.Contains("dotnet", failure.Message, StringComparison.Ordinal);
    }
}
