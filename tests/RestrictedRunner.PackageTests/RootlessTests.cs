namespace RestrictedRunner.PackageTests;

public class RootlessTests
{
    private const string WritesAFile = """Mounts=".:/out" AllowNetworking="false" Command="id -u &gt; /out/file; cd ~ &amp;&amp; touch x &amp;&amp; echo $PWD" """;

    [OrdinaryUserFact]
    public async Task With_rootless_podman_the_current_user_keeps_its_number()
    {
        await using var user = await OrdinaryUser.MemberAsync();
        await using var engine = await RootlessEngine.PodmanAsync(user);
        // An image that has a user of its own.
        await user.OutputAsync("podman", "create", "--network", "none", "--name", "source", "busybox:latest");
        await user.OutputAsync("podman", "commit", "--quiet", "--change", "USER 1234:2345", "source", "localhost/own-user:1");

        var build = await user.BuildAsync(
            $"""
            <DockerExec Engine="podman" Image="localhost/own-user:1" User="current" {WritesAFile} />
            """);

        Assert.Equal(["/tmp"], build.SucceededWithoutWarnings().Output);
        Assert.Equal(await user.IdAsync(), await user.OutputAsync("cat", "file"));
        Assert.Equal(await user.IdAsync(), await user.OutputAsync("stat", "-c", "%u", "file"));
        Assert.Contains(" --userns keep-id --user ", Assert.Single(build.CommandLines).Text, StringComparison.Ordinal);
    }

    [OrdinaryUserFact]
    public async Task With_rootless_docker_the_current_user_is_root_of_the_container()
    {
        await using var user = await OrdinaryUser.MemberAsync();
        await using var engine = await RootlessEngine.DockerAsync(user);
        await user.OutputAsync("docker", "context", "create", "mine", "--docker", $"host={RootlessEngine.Socket(user)}");
        await user.OutputAsync("docker", "context", "use", "mine");
        await user.OutputAsync("docker", "create", "--network", "none", "--name", "source", "busybox:latest");
        await user.OutputAsync("docker", "commit", "--change", "USER 1234:2345", "source", "own-user:1");

        var byContext = await user.BuildAsync($"""<DockerExec Image="own-user:1" User="current" {WritesAFile} />""");

        await AssertRootIsTheUserAsync(byContext);
        await user.OutputAsync("rm", "file");
        await user.OutputAsync("docker", "context", "use", "default");
        user.Set("DOCKER_HOST", RootlessEngine.Socket(user));

        var byHost = await user.BuildAsync($"""<DockerExec Image="own-user:1" User="current" {WritesAFile} />""");

        await AssertRootIsTheUserAsync(byHost);

        async Task AssertRootIsTheUserAsync(Build build)
        {
            Assert.Equal(["/root"], build.SucceededWithoutWarnings().Output);
            Assert.Equal("0", await user.OutputAsync("cat", "file"));
            Assert.Equal(await user.IdAsync(), await user.OutputAsync("stat", "-c", "%u", "file"));
        }
    }

    [OrdinaryUserFact]
    public async Task Without_a_user_the_files_of_an_images_root_are_the_callers_and_need_no_hint()
    {
        await using var user = await OrdinaryUser.MemberAsync();
        await using var engine = await RootlessEngine.PodmanAsync(user);

        (await user.BuildAsync($"""<DockerExec Engine="podman" Image="busybox:latest" {WritesAFile} />""")).SucceededWithoutWarnings();

        Assert.Equal(await user.IdAsync(), await user.OutputAsync("stat", "-c", "%u", "file"));
    }
}
