using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Cluster;

namespace RestrictedRunner.Tests;

/// <summary>Which steps may run on a cluster, and what is said of the others.</summary>
public class ClusterRulesTests
{
    private const string Image = "example.com/tool@sha256:0000000000000000000000000000000000000000000000000000000000000000";

    [Theory]
    [InlineData("Command", "make")]
    [InlineData("Command", "echo $HOME > out.txt")]
    [InlineData("Arguments", "cc;-c;a.c")]
    [InlineData("Shell", "bash -eo pipefail")]
    [InlineData("PrepareCommand", "cd sub")]
    [InlineData("EnvironmentVariables", "A=b")]
    [InlineData("Outputs", "gen/;a.txt;../lib/b.txt;src/*.c")]
    [InlineData("User", "current")]
    [InlineData("AllowNetworking", "false")]
    [InlineData("ReadOnly", "true")]
    [InlineData("SecurityOpt", "no-new-privileges")]
    [InlineData("CapDrop", "ALL")]
    [InlineData("Labels", "a=b")]
    [InlineData("Timeout", "5000")]
    [InlineData("Engine", "podman")]
    [InlineData("Init", "false")]
    [InlineData("Workers", "true")]
    public void A_hermetic_step_may(string name, string value) => Assert.Null(WhyNot((name, value)));

    [Theory]
    [InlineData("Hermetic", "false", "it is not hermetic")]
    [InlineData("User", "1000:0", "it sets User")]
    [InlineData("StandardInput", "in.txt", "it reads its standard input")]
    [InlineData("WorkDir", "/tmp", "it starts in a folder of its own")]
    [InlineData("CacheMounts", "npm:/cache", "it has cache mounts")]
    [InlineData("Mounts", "/etc:/etc", "it has mounts")]
    [InlineData("DockerRunOpts", "--runtime crun", "it has mounts or options of docker run")]
    [InlineData("Outputs", "/tmp/out.txt", "its output '/tmp/out.txt' is an absolute path")]
    [InlineData("Outputs", "*.c", "its output '*.c' may be anywhere in the project's folder")]
    [InlineData("Outputs", "../**/*.c", "its output '../**/*.c' may be anywhere")]
    [InlineData("Memory", "1g", "it sets Memory, ")]
    [InlineData("Cpus", "2", "it sets Cpus, ")]
    [InlineData("PidsLimit", "100", "it sets PidsLimit, ")]
    [InlineData("Ulimits", "nofile=10", "it sets Ulimits, ")]
    [InlineData("Tmpfs", "/tmp;/cache", "it sets Tmpfs, ")]
    [InlineData("Platform", "linux/arm64", "it sets Platform, ")]
    [InlineData("AllowNetworking", "true", "it sets AllowNetworking, ")]
    [InlineData("Network", "bridge", "it sets Network, ")]
    [InlineData("ReadOnly", "false", "it sets ReadOnly, ")]
    [InlineData("SecurityOpt", "seccomp=x.json", "it sets SecurityOpt, ")]
    [InlineData("CapAdd", "NET_RAW", "it sets CapAdd, ")]
    [InlineData("Pull", "always", "Pull=\"always\" asks")]
    public void Another_step_does_not(string name, string value, string why) => Assert.Contains(why, WhyNot((name, value)), StringComparison.Ordinal);

    [Fact]
    public void Nor_does_one_with_a_secret()
    {
        var step = Step(("Command", "make"));
        step = step with { Parameters = step.Parameters with { Options = step.Parameters.Options with { Secrets = [new("TOKEN")] } } };

        Assert.StartsWith("it has secrets, which everybody would find", ClusterRules.WhyNot(step, Image, ClusterProperties.None), StringComparison.Ordinal);
    }

    [Fact]
    public void Nor_one_whose_image_no_registry_is_known_to_have() =>
        Assert.StartsWith("no registry's digest of its image 'tool:1' is known here", ClusterRules.WhyNot(Step(("Image", "tool:1")), null, ClusterProperties.None), StringComparison.Ordinal);

    // Whoever names a limit has said that the cluster keeps it, or need not.
    [Theory]
    [InlineData("Memory")]
    [InlineData("memory")]
    [InlineData("EstimatedMemory={Memory}")]
    [InlineData("Pool=a; Memory")]
    public void A_limit_that_is_waived_is_none(string properties)
    {
        var read = ClusterProperties.Read(properties, static (_, _) => Assert.Fail());

        Assert.Null(ClusterRules.WhyNot(Step(("Memory", "1g")), Image, read));
        Assert.NotNull(ClusterRules.WhyNot(Step(("Memory", "1g"), ("Cpus", "2")), Image, read));
    }

    private static string? WhyNot(params (string Name, string Value)[] metadata) => ClusterRules.WhyNot(Step(metadata), Image, ClusterProperties.None);

    private static DeclaredStep Step(params (string Name, string Value)[] metadata)
    {
        Dictionary<string, string> all = new() { ["Hermetic"] = "true", ["Image"] = "tool:1", ["Command"] = "make", ["Outputs"] = "out.txt" };
        foreach (var (name, value) in metadata)
        {
            all[name] = value;
            if (name == "Arguments")
            {
                all.Remove("Command");
            }
        }

        return new StepReader(GivenValues.None, "/project", "/project/obj", Host.Linux, DeclaredSecrets.None).Read(new TaskItem("Step", all), static (_, _) => { });
    }
}
