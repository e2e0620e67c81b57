namespace RestrictedRunner.EngineTests;

/// <summary>
/// Alone: podman looks at each interface of the machine before it makes a network, and those of other containers are gone
/// meanwhile ("route ip+net: no such network interface").
/// </summary>
[Collection(nameof(RunsAlone))]
public class NetworkTests
{
    private const string Interfaces = "ls /sys/class/net";
    private const string Namespace = "readlink /proc/self/ns/net";

    [Theory]
    [EachEngine]
    public async Task By_default_the_container_has_an_interface_and_a_way_out(string engine) =>
        Assert.Equal("eth0\nlo\ndefault\n", await Step.On(engine, $"{Interfaces}; ip route | grep -o ^default").OutputAsync());

    [Theory]
    [EachEngine]
    public async Task Without_networking_there_is_only_the_loopback(string engine) =>
        Assert.Equal("lo\n", await (Step.On(engine, Interfaces) with { AllowNetworking = false }).OutputAsync());

    [Theory]
    [EachEngine]
    public async Task The_network_none_has_only_the_loopback(string engine) =>
        Assert.Equal("lo\n", await (Step.On(engine, Interfaces) with { Network = "none" }).OutputAsync());

    [Theory]
    [EachEngine]
    public async Task The_network_host_is_that_of_the_machine(string engine)
    {
        var here = await Client.OutputAsync("readlink", "/proc/self/ns/net");

        Assert.Equal($"{here}\n", await (Step.On(engine, Namespace) with { Network = "host" }).OutputAsync());
        Assert.NotEqual($"{here}\n", await Step.On(engine, Namespace).OutputAsync());
    }

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

    [Theory]
    [EachEngine]
    public async Task A_network_that_does_not_exist_is_told(string engine)
    {
        var failure = await (Step.On(engine, Interfaces) with { Network = "rr-no-such-network" }).FailureAsync();

        Assert.Equal(RunnerFailure.CouldNotStart, failure.Failure);
        Assert.Contains("rr-no-such-network", failure.Message, StringComparison.Ordinal);
    }
}
