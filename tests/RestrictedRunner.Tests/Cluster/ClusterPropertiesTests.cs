using RestrictedRunner.Build.Cluster;

namespace RestrictedRunner.Tests;

public class ClusterPropertiesTests
{
    private const string Image = "example.com/tool@sha256:00";

    [Fact]
    public void A_step_names_its_image_and_nothing_else() =>
        Assert.Equal([new("container-image", $"docker://{Image}")], ClusterProperties.None.Of(new() { Memory = "1g" }, Image));

    [Fact]
    public void Values_of_the_step_are_filled_in_and_what_it_does_not_give_is_left_out()
    {
        var properties = Read("Pool=a=b; mem={Memory};cpu={Cpus};image=x {Image};both={Memory}/{Cpus};lists={Ulimits};odd={Nothing};Hostname");

        Assert.Equal(
            [new("container-image", $"docker://{Image}"), new("Pool", "a=b"), new("mem", "1g"), new("image", $"x {Image}"), new("lists", "nofile=1,nproc=2"), new("odd", "{Nothing}")],
            properties.Of(new() { Memory = "1g", Ulimits = ["nofile=1", "nproc=2"] }, Image));
        Assert.Equal(["Cpus", "Hostname", "Memory", "Ulimits"], properties.Waived.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_image_of_the_users_own_replaces_that_of_the_step() =>
        Assert.Equal([new("container-image", "docker://mirror/{x}")], Read("container-image=docker://mirror/{x}").Of(new(), Image));

    [Theory]
    [InlineData("Nothing")]
    [InlineData("=x")]
    [InlineData("Secrets")]
    [InlineData("Mounts")]
    [InlineData("User")]
    public void What_is_neither_a_property_nor_a_limit_is_told(string part)
    {
        var told = new List<string>();

        ClusterProperties.Read($"a=b;{part};Memory", (wrong, _) => told.Add(wrong));

        Assert.Equal([part], told);
    }

    private static ClusterProperties Read(string text) => ClusterProperties.Read(text, static (part, _) => Assert.Fail(part));
}
