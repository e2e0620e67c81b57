namespace RestrictedRunner.EngineTests;

public class WorkDirTests
{
    [Theory]
    [EachEngine("/etc", "/etc\n")]
    [EachEngine("/made/by the engine", "/made/by the engine\n", Only = Engines.Docker)]
    [EachEngine("", "/\n")]
    public async Task The_command_starts_in_the_folder(string engine, string workDir, string printed) =>
        Assert.Equal(printed, await (Step.On(engine, "pwd") with { WorkDir = workDir }).OutputAsync());

    [Theory]
    [EachEngine]
    public async Task A_program_starts_in_the_folder_too(string engine) =>
        Assert.Equal("/etc\n", await (Step.Direct(engine, "readlink", "/proc/self/cwd") with { WorkDir = "/etc" }).OutputAsync());

    // Docker makes it instead.
    [Theory]
    [EachEngine(Only = Engines.Podman)]
    public async Task A_folder_that_podman_does_not_find_is_told(string engine)
    {
        var failure = await (Step.On(engine, "pwd") with { WorkDir = "/nowhere" }).FailureAsync();

        Assert.Equal(RunnerFailure.CouldNotStart, failure.Failure);
        Assert.Contains("\"/nowhere\" does not exist", failure.Message, StringComparison.Ordinal);
    }
}
