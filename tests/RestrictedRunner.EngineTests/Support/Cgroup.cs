namespace RestrictedRunner.EngineTests;

/// <summary>Where a container finds its own limits: cgroup v1 (also the hybrid) and v2 have other files and words.</summary>
internal static class Cgroup
{
    public static bool IsVersion1 { get; } = Directory.Exists("/sys/fs/cgroup/memory");

    public const string Version2HasNoSwappiness = "cgroup v2 has no swappiness";

    /// <summary>Shell text that prints a limit.</summary>
    public static string Read(string version1, string version2) => $"cat /sys/fs/cgroup/{(IsVersion1 ? version1 : version2)}";

    public static string Memory { get; } = Read("memory/memory.limit_in_bytes", "memory.max");

    public static string MemoryReservation { get; } = Read("memory/memory.soft_limit_in_bytes", "memory.low");

    /// <summary>Memory and swap together in v1, swap alone in v2.</summary>
    public static string MemorySwap { get; } = Read("memory/memory.memsw.limit_in_bytes", "memory.swap.max");

    public static string Swappiness { get; } = Read("memory/memory.swappiness", "none");

    /// <summary>Microseconds of processor time and the period that they are given in.</summary>
    public static string Cpu { get; } = IsVersion1
        ? "echo $(cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us)"
        : "cat /sys/fs/cgroup/cpu.max";

    public static string Pids { get; } = Read("pids/pids.max", "pids.max");
}
