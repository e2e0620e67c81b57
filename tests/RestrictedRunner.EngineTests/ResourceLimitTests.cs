namespace RestrictedRunner.EngineTests;

[Collection(nameof(InSharedContainers))]
public class ResourceLimitTests(SharedContainers containers)
{
    [Theory]
    [EachEngine("0.5", "50000 100000\n")]
    [EachEngine("2", "200000 100000\n")]
    public async Task Processors_are_limited(string engine, string cpus, string quota) =>
        Assert.Equal(quota, await containers.OutputAsync(Step.On(engine, Cgroup.Cpu) with { Cpus = cpus }));

    [Theory]
    [EachEngine(37, "37\n")]
    [EachEngine(-1, "max\n")]
    public async Task Processes_are_limited(string engine, int limit, string written) =>
        Assert.Equal(written, await containers.OutputAsync(Step.On(engine, Cgroup.Pids) with { PidsLimit = limit }));

    [Theory]
    [EachEngine]
    public async Task Ulimits_are_set(string engine)
    {
        // The last one only because podman forgets the limit of its own settings, without which some machines refuse it.
        var options = Step.On(engine, "grep -E 'open files|core' /proc/self/limits | tr -s ' '") with { Ulimits = ["nofile=100:200", "core=7", "nproc=1024"] };

        Assert.Equal("Max core file size 7 7 bytes \nMax open files 100 200 files \n", await containers.OutputAsync(options));
    }

    [Theory]
    [EachEngine]
    public async Task Shared_memory_has_the_size(string engine) =>
        Assert.Equal("3072\n", await containers.OutputAsync(Step.On(engine, "df -k /dev/shm | awk 'END { print $2 }'") with { ShmSize = "3m" }));
}
