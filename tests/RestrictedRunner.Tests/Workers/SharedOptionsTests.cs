using RestrictedRunner.Workers;

namespace RestrictedRunner.Tests.Workers;

public class SharedOptionsTests
{
    private static readonly StepOptions Hermetic = new()
    {
        Image = "i",
        Command = "a b",
        AllowNetworking = false,
        ReadOnly = true,
        Tmpfs = ["/tmp"],
        CapDrop = ["ALL"],
        SecurityOpt = ["no-new-privileges"],
        PidsLimit = 512,
        WorkDir = "/project/sub",
        Mounts = [new("/stage", "/project")],
        EnvironmentVariables = [new("HOME", "/tmp"), new("a_1", "")],
    };

    public static TheoryData<string, Func<StepOptions, StepOptions>> NotShared => new()
    {
        { "it may write to its root file system", options => options with { ReadOnly = false } },
        { "it has a network", options => options with { AllowNetworking = true } },
        { "it has capabilities", options => options with { CapDrop = ["NET_RAW"] } },
        { "it has capabilities", options => options with { CapAdd = ["NET_RAW"] } },
        { "it has security options of its own", options => options with { SecurityOpt = [] } },
        { "it has security options of its own", options => options with { SecurityOpt = ["no-new-privileges", "seccomp=unconfined"] } },
        { "it has security options of its own", options => options with { SecurityOpt = ["no-new-privileges=false"] } },
        { "it has outputs outside of the project's folder", options => options with { Mounts = [.. options.Mounts, new("/o", "/o")] } },
        { "it reads its standard input", options => options with { StandardInput = "/in" } },
        { "its command is to be the first process", options => options with { Init = false } },
        { "its command is no script for sh", options => options with { Command = "make" } },
        { "its command is no script for sh", options => options with { Command = "", Arguments = ["a"] } },
        { "its command is no script for sh", options => options with { Shell = "bash" } },
        { "its command is no script for sh", options => options with { Shell = "none" } },
        { "it runs in a folder that only the image knows", options => options with { WorkDir = "" } },
        { "it has options that belong to one run", options => options with { DockerRunOpts = "-t" } },
        { "it has options that belong to one run", options => options with { Ulimits = ["cpu=1"] } },
        { "it has options that belong to one run", options => options with { Entrypoint = "none" } },
        { "it has options that belong to one run", options => options with { Platform = "linux/arm64" } },
        { "it has options that belong to one run", options => options with { Pull = PullPolicy.Always } },
        { "it has folders in memory at places of its own", options => options with { Tmpfs = ["/project/tmp"] } },
        { "it has folders in memory at places of its own", options => options with { Tmpfs = ["/a b"] } },
        { "it has folders in memory at places of its own", options => options with { Tmpfs = ["/tmp", "/tmp/../project:size=1m"] } },
        { "a shell cannot set its variable 'a.b'", options => options with { EnvironmentVariables = [new("a.b", "")] } },
        { "a shell cannot set its variable 'PWD'", options => options with { EnvironmentVariables = [new("A", ""), new("PWD", "")] } },
        { "a shell cannot set its variable 'rr_code'", options => options with { EnvironmentVariables = [new("rr_code", "")] } },
    };

    [Fact]
    public void A_hermetic_step_may_share_a_container() => Assert.Null(SharedOptions.WhyNot(Hermetic, Host.Linux));

    [Theory]
    [MemberData(nameof(NotShared))]
    public void One_that_may_do_more_or_needs_the_engine_has_its_own(string why, Func<StepOptions, StepOptions> change) => Assert.Equal(why, SharedOptions.WhyNot(change(Hermetic), Host.Linux));

    [Fact]
    public void On_other_systems_each_has_its_own()
    {
        Assert.Equal("containers run on another kernel", SharedOptions.WhyNot(Hermetic, Host.Windows));
        Assert.Equal("containers run on another kernel", SharedOptions.WhyNot(Hermetic, Host.MacOS));
    }

    [Fact]
    public void What_belongs_to_a_step_makes_no_other_container()
    {
        Func<StepOptions, StepOptions>[] changes =
        [
            options => options with { Command = "c d" },
            options => options with { EnvironmentVariables = [] },
            options => options with { WorkDir = "/project" },
            options => options with { Mounts = [new("/other", "/project")] },
            options => options with { Timeout = TimeSpan.FromSeconds(1) },
            options => options with { StopTimeout = TimeSpan.FromSeconds(1) },
            options => options with { StdOutEncoding = System.Text.Encoding.Latin1 },
            options => options with { StdErrEncoding = System.Text.Encoding.Latin1 },
            options => options with { Shell = "sh -e" },
            options => options with { ClientDirectory = "/c" },
        ];

        Assert.All(changes, change => Assert.Equal(SharedOptions.Key(Hermetic), SharedOptions.Key(change(Hermetic))));
    }

    // Of every other option in the table.
    [Fact]
    public void What_belongs_to_the_container_makes_another()
    {
        Func<StepOptions, StepOptions>[] changes =
        [
            options => options with { Image = "j" },
            options => options with { ImageId = "sha256:1" },
            options => options with { User = "1" },
            options => options with { Memory = "1g" },
            options => options with { MemoryReservation = "1g" },
            options => options with { MemorySwap = "1g" },
            options => options with { MemorySwappiness = 1 },
            options => options with { Cpus = "1" },
            options => options with { PidsLimit = 5 },
            options => options with { Tmpfs = ["/tmp:size=1m"] },
            options => options with { Hostname = "h" },
            options => options with { GroupAdd = ["1"] },
            options => options with { Labels = ["a=b"] },
            options => options with { ShmSize = "1m" },
            options => options with { Dns = ["1.1.1.1"] },
            options => options with { DnsSearch = ["d"] },
            options => options with { AddHost = ["a:1.2.3.4"] },
            options => options with { Engine = "podman" },
            options => options with { Engine = "./docker", ClientDirectory = "/c" },
            options => options with { Engine = "./docker", ClientDirectory = "/d" },
            options => options with { PrepareCommand = "p" },
        ];

        Assert.All(changes, change => Assert.NotEqual(SharedOptions.Key(Hermetic), SharedOptions.Key(change(Hermetic))));
        Assert.Equal(changes.Length, changes.Select(change => SharedOptions.Key(change(Hermetic))).Distinct().Count());
    }

    [Fact]
    public void The_container_has_what_all_its_steps_have()
    {
        var shared = SharedOptions.Of(Hermetic);

        Assert.Equal(("i", false, true, 512, false, TimeSpan.Zero), (shared.Image, shared.AllowNetworking, shared.ReadOnly, shared.PidsLimit, shared.Init, shared.StopTimeout));
        Assert.Empty(shared.EnvironmentVariables);
        Assert.Empty(shared.Mounts);
    }
}
