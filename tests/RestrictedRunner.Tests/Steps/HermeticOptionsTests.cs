using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>Defaults of a project are for all its steps; those that harden others must not soften a hermetic one.</summary>
public class HermeticOptionsTests
{
    [Fact]
    public void A_step_that_says_nothing_has_no_network_and_no_capabilities()
    {
        using var task = Hermetic(new());

        Assert.False(task.AllowNetworking);
        Assert.Equal(["ALL"], task.CapDrop);
        Assert.Equal(["no-new-privileges"], task.SecurityOpt);
    }

    [Fact]
    public void No_network_is_none_although_a_default_names_one()
    {
        using var task = Hermetic(new() { AllowNetworking = false, Network = "bridge" }, "AllowNetworking", "Network");

        Assert.False(task.AllowNetworking);
    }

    [Fact]
    public void A_network_that_is_named_is_there()
    {
        using var task = Hermetic(new() { Network = "bridge" }, "Network");

        Assert.True(task.AllowNetworking);
    }

    [Theory]
    [InlineData("NET_RAW", "ALL;NET_RAW")]
    [InlineData("all", "all")]
    public void Dropping_one_capability_gives_back_no_other(string given, string dropped)
    {
        using var task = Hermetic(new() { CapDrop = [given] }, "CapDrop");

        Assert.Equal(dropped.Split(';'), task.CapDrop);
    }

    [Theory]
    [InlineData("seccomp=x.json", "no-new-privileges;seccomp=x.json")]
    [InlineData("no-new-privileges=false", "no-new-privileges=false")]
    public void A_security_option_gives_back_no_privileges_unless_it_says_so(string given, string options)
    {
        using var task = Hermetic(new() { SecurityOpt = [given] }, "SecurityOpt");

        Assert.Equal(options.Split(';'), task.SecurityOpt);
    }

    private static DockerExec Hermetic(DockerExec task, params string[] given)
    {
        HermeticOptions.AddTo(task, new("Step", new("/project/x.csproj", () => 1)) { Parameters = given.ToDictionary(name => name, _ => "given") });
        return task;
    }
}
