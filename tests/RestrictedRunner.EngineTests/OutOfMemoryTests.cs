namespace RestrictedRunner.EngineTests;

/// <summary>Alone: docker keeps its last 256 events, and the other tests make hundreds a second.</summary>
[Collection(nameof(RunsAlone))]
public class OutOfMemoryTests
{
    // A text of 64 MiB in the shell's own memory.
    private const string TooMuch = "x=$(head -c 67108864 /dev/zero | tr '\\0' x); echo ${#x}";

    // The kernel may choose another process too while the memory of the first comes free: these are its first choice. On a busy
    // machine docker loses the event where the container ends in the same moment, 3 times of 100, and where it has just
    // started, 4 times of 48: these wait for a second before and after.
    private static readonly string ChildWithTooMuch = $"sleep 1; sh -c \"echo 1000 >/proc/self/oom_score_adj; {TooMuch.Replace("$", "\\$", StringComparison.Ordinal)}\"; code=$?; sleep 1";

    private static StepOptions Limited(string engine, string command) => Step.On(engine, command) with { Memory = "32m", MemorySwap = "32m" };

    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task A_command_that_is_killed_for_want_of_memory_is_told(string engine)
    {
        var result = await Limited(engine, $"{ChildWithTooMuch}; exit $code").RunAsync();

        Assert.Equal((137, true), (result.ExitCode, result.OutOfMemory));
    }

    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task A_child_that_is_killed_behind_a_command_that_goes_on_is_told_too(string engine)
    {
        var result = await Limited(engine, ChildWithTooMuch).RunAsync();

        Assert.Equal((0, true), (result.ExitCode, result.OutOfMemory));
    }

    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task A_limit_in_free_form_options_counts_as_well(string engine)
    {
        var result = await (Step.On(engine, ChildWithTooMuch) with { DockerRunOpts = "-m 32m --memory-swap=32m" }).RunAsync();

        Assert.Equal((0, true), (result.ExitCode, result.OutOfMemory));
    }
}
