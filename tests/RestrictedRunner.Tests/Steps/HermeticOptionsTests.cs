using Microsoft.Build.Utilities;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>Defaults of a project are for all its steps; those that harden others must not soften a hermetic one.</summary>
public class HermeticOptionsTests
{
    [Fact]
    public void A_step_that_says_nothing_has_no_network_and_no_capabilities()
    {
        var options = Hermetic(new());

        Assert.False(options.AllowNetworking);
        Assert.Equal(["ALL"], options.CapDrop);
        Assert.Equal(["no-new-privileges"], options.SecurityOpt);
    }

    [Fact]
    public void A_network_that_is_named_is_there() => Assert.True(Hermetic(new() { Network = "bridge" }, "Network").AllowNetworking);

    [Theory]
    [InlineData("NET_RAW", "ALL;NET_RAW")]
    [InlineData("all", "all")]
    public void Dropping_one_capability_gives_back_no_other(string given, string dropped) =>
        Assert.Equal(dropped.Split(';'), Hermetic(new() { CapDrop = [given] }, "CapDrop").CapDrop);

    [Theory]
    [InlineData("seccomp=x.json", "no-new-privileges;seccomp=x.json")]
    [InlineData("no-new-privileges=false", "no-new-privileges=false")]
    public void A_security_option_gives_back_no_privileges_unless_it_says_so(string given, string options) =>
        Assert.Equal(options.Split(';'), Hermetic(new() { SecurityOpt = [given] }, "SecurityOpt").SecurityOpt);

    [Theory]
    [InlineData("AllowNetworking", "true")]
    [InlineData("AllowNetworking", " True ")]
    [InlineData("Network", "host")]
    [InlineData("Mounts", "/etc:/etc")]
    [InlineData("CacheMounts", "npm:/cache/npm")]
    [InlineData("DockerRunOpts", "--privileged")]
    [InlineData("WorkingDirectory", "..")]
    [InlineData("CapAdd", "NET_ADMIN;SYS_TIME")]
    [InlineData("SecurityOpt", "label=type:x;seccomp=unconfined")]
    [InlineData("SecurityOpt", "no-new-privileges=false")]
    [InlineData("ReadOnly", "false")]
    [InlineData("PidsLimit", "-1")]
    [InlineData("PidsLimit", "513")]
    [InlineData("User", "root")]
    [InlineData("User", "0:100")]
    public void A_default_that_would_loosen_a_hermetic_step_is_not_for_it(string name, string value)
    {
        var step = Read(hermetic: "true", name, value);

        Assert.Equal([name], step.IgnoredDefaults);
        Assert.False(step.Given.Has(name));
        Assert.True(Read(hermetic: "false", name, value).Given.Has(name));
    }

    [Theory]
    [InlineData("AllowNetworking", "false")]
    [InlineData("Network", "none")]
    [InlineData("SecurityOpt", "seccomp=x.json")]
    [InlineData("ReadOnly", "true")]
    [InlineData("PidsLimit", "512")]
    [InlineData("User", "1000:0")]
    [InlineData("Memory", "1g")]
    [InlineData("CapDrop", "NET_RAW")]
    public void Another_default_is(string name, string value) => Assert.True(Read(hermetic: "true", name, value).Given.Has(name));

    [Fact]
    public void What_the_step_says_itself_holds_also_where_a_default_does_not()
    {
        var item = new TaskItem("Step", new Dictionary<string, string> { ["Hermetic"] = "true", ["Network"] = "mine" });

        var step = new StepReader(GivenValues.OfProperties([Default("Network", "host")]), "/project", "/project/obj", Host.Linux).Read(item, static (_, _) => { });

        Assert.Equal("mine", step.Given.Text("Network"));
        Assert.Empty(step.IgnoredDefaults);
    }

    private static DeclaredStep Read(string hermetic, string name, string value) =>
        new StepReader(GivenValues.OfProperties([Default(name, value)]), "/project", "/project/obj", Host.Linux)
            .Read(new TaskItem("Step", new Dictionary<string, string> { ["Hermetic"] = hermetic }), static (_, _) => { });

    private static TaskItem Default(string name, string value) => new(name, new Dictionary<string, string> { ["Value"] = value });

    private static StepOptions Hermetic(StepOptions options, params string[] given) => HermeticOptions.AddTo(options, given.Contains);
}
