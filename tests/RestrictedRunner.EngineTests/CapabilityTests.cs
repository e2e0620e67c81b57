using System.Globalization;

namespace RestrictedRunner.EngineTests;

[Collection(nameof(InSharedContainers))]
public class CapabilityTests(SharedContainers containers)
{
    private const ulong Chown = 1UL << 0;
    private const ulong NetAdmin = 1UL << 12;
    private const ulong SysPtrace = 1UL << 19;
    private const ulong Mknod = 1UL << 27;
    private const ulong AuditWrite = 1UL << 29;

    [Theory]
    [EachEngine]
    public async Task Capabilities_are_added_to_those_of_the_engine(string engine)
    {
        var without = await CapabilitiesAsync(Step.On(engine, "x"));
        Assert.Equal(0UL, without & (NetAdmin | SysPtrace));

        Assert.Equal(without | NetAdmin | SysPtrace, await CapabilitiesAsync(Step.On(engine, "x") with { CapAdd = ["NET_ADMIN", "SYS_PTRACE"] }));
    }

    [Theory]
    [EachEngine]
    public async Task Capabilities_are_taken_from_those_of_the_engine(string engine)
    {
        var given = Step.On(engine, "x") with { CapAdd = ["MKNOD", "AUDIT_WRITE"] };
        var with = await CapabilitiesAsync(given);
        Assert.Equal(Mknod | AuditWrite | Chown, with & (Mknod | AuditWrite | Chown));

        Assert.Equal(with & ~Chown, await CapabilitiesAsync(given with { CapDrop = ["CHOWN"] }));
    }

    [Theory]
    [EachEngine]
    public async Task All_capabilities_are_dropped(string engine) =>
        Assert.Equal(0UL, await CapabilitiesAsync(Step.On(engine, "x") with { CapDrop = ["ALL"] }));

    [Theory]
    [EachEngine]
    public async Task All_capabilities_but_one_are_dropped(string engine) =>
        Assert.Equal(Chown, await CapabilitiesAsync(Step.On(engine, "x") with { CapDrop = ["ALL"], CapAdd = ["CHOWN"] }));

    [Theory]
    [EachEngine]
    public async Task A_dropped_capability_is_missed_by_a_command(string engine)
    {
        var result = await containers.RunAsync(Step.On(engine, "touch /f && chown 1 /f") with { CapDrop = ["CHOWN"] });

        Assert.Equal((1, "chown: /f: Operation not permitted\n"), (result.ExitCode, result.StandardError));
    }

    // The bounding set is what a program may ever get; root has all of it.
    private async Task<ulong> CapabilitiesAsync(StepOptions options)
    {
        var lines = (await containers.OutputAsync(options with { Command = "grep -E '^Cap(Bnd|Eff):' /proc/self/status" })).TrimEnd('\n').Split('\n');
        var sets = lines.ToDictionary(line => line.Split(':')[0], line => ulong.Parse(line.Split('\t')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        Assert.Equal(sets["CapBnd"], sets["CapEff"]);
        return sets["CapBnd"];
    }
}
