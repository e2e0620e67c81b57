namespace RestrictedRunner.EngineTests;

[Collection(nameof(InSharedContainers))]
public class NetworkTests(SharedContainers containers)
{
    private const string Interfaces = "ls /sys/class/net";
    private const string Namespace = "readlink /proc/self/ns/net";

    [Theory]
    [EachEngine]
    public async Task By_default_the_container_has_an_interface_and_a_way_out(string engine) =>
        Assert.Equal("eth0\nlo\ndefault\n", await containers.OutputAsync(Step.On(engine, $"{Interfaces}; ip route | grep -o ^default")));

    [Theory]
    [EachEngine]
    public async Task Without_networking_there_is_only_the_loopback(string engine) =>
        Assert.Equal("lo\n", await containers.OutputAsync(Step.On(engine, Interfaces) with { AllowNetworking = false }));

    [Theory]
    [EachEngine]
    public async Task The_network_none_has_only_the_loopback(string engine) =>
        Assert.Equal("lo\n", await containers.OutputAsync(Step.On(engine, Interfaces) with { Network = "none" }));

    [Theory]
    [OfThisMachine]
    [EachEngine]
    public async Task The_network_host_is_that_of_the_machine(string engine)
    {
        var here = await Client.OutputAsync("readlink", "/proc/self/ns/net");

        Assert.Equal($"{here}\n", await (Step.On(engine, Namespace) with { Network = "host" }).OutputAsync());
        Assert.NotEqual($"{here}\n", await containers.OutputAsync(Step.On(engine, Namespace)));
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
