namespace RestrictedRunner.EngineTests;

/// <summary>
/// Alone: podman looks at each interface of the machine before it makes a network, and those of other containers are gone
/// meanwhile ("route ip+net: no such network interface").
/// </summary>
[Collection(nameof(RunsAlone))]
public class NamedNetworkTests
{
    [Theory]
    [EachEngine]
    public async Task A_named_network_is_joined(string engine)
    {
        // Of its own, so that the address tells the network; the engines refuse a subnet that is in use.
        var subnet = $"10.{(engine == Engines.Docker ? 213 : 214)}.{Environment.ProcessId % 256}.";
        var name = $"rr-test-{Guid.NewGuid():N}";
        await Client.OutputAsync(engine, "network", "create", "--subnet", $"{subnet}0/24", name);
        try
        {
            var address = await (Step.On(engine, "ip -4 -o addr show eth0 | sed 's|.*inet ||; s|/.*||'") with { Network = name }).OutputAsync();
            Assert.StartsWith(subnet, address, StringComparison.Ordinal);
        }
        finally
        {
            await Client.OutputAsync(engine, "network", "rm", name);
        }
    }
}
