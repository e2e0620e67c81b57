namespace RestrictedRunner.EngineTests;

/// <summary>Ends under a memory limit that are no want of memory, or of which that is not known.</summary>
public class NotOutOfMemoryTests
{
    // It has no event for it, and its containers do not say so either (4.3, cgroup v1).
    [Theory]
    [EachEngine(Only = Engines.Podman)]
    public async Task Podman_tells_the_exit_code_only(string engine)
    {
        var result = await Limited(engine, "x=$(head -c 67108864 /dev/zero | tr '\\0' x); echo ${#x}").RunAsync();

        Assert.Equal((137, false), (result.ExitCode, result.OutOfMemory));
    }

    [Theory]
    [EachEngine("exit 0", 0)]
    [EachEngine("exit 1", 1)]
    [EachEngine("exit 137", 137)]
    [EachEngine("kill -9 $$", 137)]
    public async Task Other_ends_are_not_taken_for_it(string engine, string command, int exitCode)
    {
        var result = await Limited(engine, command).RunAsync();

        Assert.Equal((exitCode, false), (result.ExitCode, result.OutOfMemory));
    }

    private static StepOptions Limited(string engine, string command) => Step.On(engine, command) with { Memory = "32m", MemorySwap = "32m" };
}
