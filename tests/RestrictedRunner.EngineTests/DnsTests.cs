namespace RestrictedRunner.EngineTests;

[Collection(nameof(InSharedContainers))]
public class DnsTests(SharedContainers containers)
{
    [Theory]
    [EachEngine]
    public async Task Servers_stand_in_resolv_conf_in_their_order(string engine) =>
        Assert.Equal(
            "nameserver 10.9.8.7\nnameserver 10.9.8.6\n",
            await containers.OutputAsync(Step.On(engine, "grep ^nameserver /etc/resolv.conf") with { Dns = ["10.9.8.7", "10.9.8.6"] }));

    [Theory]
    [EachEngine]
    public async Task Search_domains_stand_in_resolv_conf_in_their_order(string engine) =>
        Assert.Equal(
            "search b.example a.example\n",
            await containers.OutputAsync(Step.On(engine, "grep ^search /etc/resolv.conf") with { DnsSearch = ["b.example", "a.example"] }));
}
