namespace RestrictedRunner.EngineTests;

public class DefaultsTests
{
    // What the options could change, without what differs between any two containers: names, addresses, counters.
    private const string Probe = """
        for file in memory/memory.limit_in_bytes memory/memory.soft_limit_in_bytes memory/memory.memsw.limit_in_bytes \
            memory/memory.swappiness cpu/cpu.cfs_quota_us pids/pids.max memory.max memory.low memory.swap.max cpu.max; do
            [ ! -e /sys/fs/cgroup/$file ] || echo $file $(cat /sys/fs/cgroup/$file)
        done
        grep -E '^(Cap|NoNewPrivs|Seccomp|Groups|Uid|Gid)' /proc/self/status
        cat /etc/resolv.conf
        ls /sys/class/net
        ip route | grep -o ^default
        pwd
        env | grep -vE '^(HOSTNAME|SHLVL)=' | sort
        ulimit -a
        awk '$2 == "/" || $2 == "/dev/shm" { sub(/,lowerdir.*/, "", $4); print $2, $3, $4 }' /proc/mounts
        ls -a / | grep -vx -e .restricted-runner.sh -e .restricted-runner.output
        """;

    [Theory]
    [EachEngine]
    public async Task Without_options_a_container_is_as_the_engine_makes_it_with_an_init(string engine)
    {
        var engines = await Client.OutputAsync(engine, "run", "--rm", "--init", TestImages.Busybox, "sh", "-c", Probe);
        Assert.Contains("\neth0\n", engines, StringComparison.Ordinal);

        Assert.Equal(engines, (await Step.On(engine, Probe).OutputAsync()).TrimEnd('\n'));
    }
}
