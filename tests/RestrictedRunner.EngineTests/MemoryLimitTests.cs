namespace RestrictedRunner.EngineTests;

[Collection(nameof(InSharedContainers))]
public class MemoryLimitTests(SharedContainers containers)
{
    private const long MiB = 1024 * 1024;

    [Theory]
    [EachEngine("64m", 64 * MiB)]
    [EachEngine("67108864", 64 * MiB)]
    [EachEngine("65536K", 64 * MiB)]
    [EachEngine("1g", 1024 * MiB)]
    public async Task Memory_is_limited(string engine, string memory, long bytes) =>
        Assert.Equal($"{bytes}\n", await containers.OutputAsync(Step.On(engine, Cgroup.Memory) with { Memory = memory }));

    [Theory]
    [EachEngine]
    public async Task Memory_has_a_soft_limit(string engine) =>
        Assert.Equal(
            $"{32 * MiB}\n",
            await containers.OutputAsync(Step.On(engine, Cgroup.MemoryReservation) with { Memory = "64m", MemoryReservation = "32m" }));

    [Theory]
    [EachEngine]
    public async Task Memory_and_swap_together_are_limited(string engine) =>
        Assert.Equal(
            $"{(Cgroup.IsVersion1 ? 96 : 32) * MiB}\n",
            await containers.OutputAsync(Step.On(engine, Cgroup.MemorySwap) with { Memory = "64m", MemorySwap = "96m" }));

    [Theory]
    [EachEngine]
    public async Task Swap_of_minus_one_is_unlimited(string engine)
    {
        // The largest multiple of a page that the kernel of cgroup v1 counts to.
        var unlimited = Cgroup.IsVersion1 ? "9223372036854771712\n" : "max\n";

        Assert.Equal(unlimited, await containers.OutputAsync(Step.On(engine, Cgroup.MemorySwap) with { Memory = "64m", MemorySwap = "-1" }));
    }

    [Theory]
    [EachEngine(0)]
    [EachEngine(37)]
    [EachEngine(100)]
    public async Task Swappiness_is_set(string engine, int swappiness)
    {
        Assert.SkipUnless(Cgroup.IsVersion1, Cgroup.Version2HasNoSwappiness);

        Assert.Equal($"{swappiness}\n", await containers.OutputAsync(Step.On(engine, Cgroup.Swappiness) with { MemorySwappiness = swappiness }));
    }

    [Theory]
    [EachEngine]
    public async Task Memory_beyond_the_limit_is_not_given(string engine)
    {
        // The shell itself keeps the text, and is process 1.
        var result = await (Step.On(engine, "x=$(head -c 67108864 /dev/zero | tr '\\0' x); echo ${#x}") with { Memory = "32m", MemorySwap = "32m" }).RunAsync();

        Assert.Equal((137, ""), (result.ExitCode, result.StandardOutput));
    }
}
