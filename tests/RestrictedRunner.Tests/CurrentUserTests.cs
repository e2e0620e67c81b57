namespace RestrictedRunner.Tests;

public class CurrentUserTests
{
    private static readonly StepOptions Step = new() { Image = "alpine", Arguments = ["true"], User = "current" };

    private static readonly EngineFacts OrdinaryDocker = new(1000, IsPodman: false, "unix:///var/run/docker.sock", SocketOwner: 0);

    public static TheoryData<string, string[]> Engines => new()
    {
        { nameof(UserMapping.SameIds), ["--user", "1000:1001", "--env", "HOME=/tmp"] },
        { nameof(UserMapping.RootIsCaller), ["--user", "0:0"] },
        { nameof(UserMapping.KeepsIds), ["--userns", "keep-id", "--user", "1000:1001", "--env", "HOME=/tmp"] },
        { nameof(UserMapping.AllAreCaller), [] },
    };

    [Theory]
    [MemberData(nameof(Engines))]
    public void Each_kind_of_engine_has_its_own_way_to_be_the_caller(string mapping, string[] expected) =>
        Assert.Equal(expected, new CurrentUser("1000:1001", Enum.Parse<UserMapping>(mapping)).Arguments(Step));

    [Fact]
    public void Root_has_the_home_that_the_image_gives_it() =>
        Assert.Equal(["--user", "0:0"], new CurrentUser("0:0", UserMapping.SameIds).Arguments(Step));

    [Fact]
    public void A_home_among_the_variables_is_left_alone() =>
        Assert.Equal(["--user", "1:1"], new CurrentUser("1:1", UserMapping.SameIds).Arguments(Step with { EnvironmentVariables = [new("HOME", "/h")] }));

    [Theory]
    [InlineData("--env-file variables")]
    [InlineData("--env-file=variables")]
    public void A_file_of_variables_may_hold_a_home(string runOpts) =>
        Assert.Equal(["--user", "1:1"], new CurrentUser("1:1", UserMapping.SameIds).Arguments(Step with { DockerRunOpts = runOpts }));

    [Fact]
    public void An_engine_of_roots_keeps_the_numbers() =>
        Assert.Equal(UserMapping.SameIds, OrdinaryDocker.LikelyMapping);

    [Fact]
    public void A_socket_of_the_callers_own_is_a_sign_of_rootless_docker() =>
        Assert.Equal(UserMapping.RootIsCaller, (OrdinaryDocker with { SocketOwner = 1000 }).LikelyMapping);

    [Fact]
    public void An_engine_without_a_socket_here_keeps_the_numbers() =>
        Assert.Equal(UserMapping.SameIds, (OrdinaryDocker with { Endpoint = "tcp://ci:2376", SocketOwner = null }).LikelyMapping);

    [Fact]
    public void Podman_without_a_server_is_rootless_for_who_is_not_root() =>
        Assert.Equal(UserMapping.KeepsIds, new EngineFacts(1000, IsPodman: true, EngineEndpoint.None, SocketOwner: null).LikelyMapping);

    [Theory]
    [InlineData(0, nameof(UserMapping.SameIds))]
    [InlineData(1000, nameof(UserMapping.KeepsIds))]
    public void A_server_of_podman_runs_as_the_owner_of_its_socket(int owner, string expected) =>
        Assert.Equal(expected, new EngineFacts(1000, IsPodman: true, "unix:///run/podman.sock", (uint)owner).LikelyMapping.ToString());

    [Theory]
    [InlineData("Debian GNU/Linux 12 (bookworm) [name=seccomp,profile=default name=rootless]\n", true)]
    [InlineData("Docker Desktop [name=seccomp,profile=unconfined name=cgroupns]\n", true)]
    [InlineData("Debian GNU/Linux 12 (bookworm) [name=apparmor name=seccomp,profile=default]\n", false)]
    [InlineData("Debian GNU/Linux 12 (bookworm) [name=seccomp,profile=default name=userns]\n", false)]
    [InlineData("", false)]
    public void Docker_says_whether_it_is_rootless(string info, bool rootless) =>
        Assert.Equal(rootless, CurrentUser.MapsRootToCaller(info));
}
