namespace RestrictedRunner.EngineTests;

[Collection(nameof(InSharedContainers))]
public class HostNameTests(SharedContainers containers)
{
    [Theory]
    [EachEngine]
    public async Task The_container_has_the_host_name(string engine) =>
        Assert.Equal("build-7.example\nbuild-7.example\n", await containers.OutputAsync(Step.On(engine, """hostname; echo "$HOSTNAME";""") with { Hostname = "build-7.example" }));

    [Theory]
    [EachEngine]
    public async Task Hosts_are_added_to_the_hosts_file(string engine) =>
        Assert.Equal(
            "10.1.2.3 first.example\nfd00::7 second.example\n",
            await containers.OutputAsync(Step.On(engine, "grep example /etc/hosts | tr '\\t' ' ' | sort") with { AddHost = ["first.example:10.1.2.3", "second.example:fd00::7"] }));
}
