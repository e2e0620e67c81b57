namespace RestrictedRunner.Tests;

public class EngineEndpointTests
{
    private const string Default = "unix:///var/run/docker.sock";
    private const string Rootless = "unix:///run/user/1000/docker.sock";

    // printf rootless | sha256sum
    private const string Meta = "contexts/meta/12b961af5feb3e9d39f93b2cefb9a1a944f18d02cca0cac2f04f5a982240605f/meta.json";

    // As `docker context create rootless` of docker 28 writes it.
    private const string Context = """{"Name":"rootless","Metadata":{"Description":"Rootless mode"},"Endpoints":{"docker":{"Host":"unix:///run/user/1000/docker.sock","SkipTLSVerify":false}}}""";

    private static string OfDocker(Dictionary<string, string> variables, params (string File, string Text)[] files) => OfDocker("", variables, files);

    private static string OfDocker(string context, Dictionary<string, string> variables, params (string File, string Text)[] files) =>
        EngineEndpoint.OfDocker(
            context,
            name => variables.GetValueOrDefault(name),
            DockerSettings.Of(
                name => variables.GetValueOrDefault(name),
                "/home/me",
                path => files.Where(file => file.File == Here.Paths.ToSlashes(path)).Select(file => file.Text).FirstOrDefault()));

    [Fact]
    public void Without_settings_it_is_the_socket_of_the_machine() => Assert.Equal(Default, OfDocker([]));

    [Fact]
    public void DOCKER_HOST_wins() =>
        Assert.Equal("tcp://h:1", OfDocker(new() { ["DOCKER_HOST"] = "tcp://h:1", ["DOCKER_CONTEXT"] = "rootless" }, ($"/home/me/.docker/{Meta}", Context)));

    [Fact]
    public void A_context_of_the_step_wins_over_all()
    {
        var variables = new Dictionary<string, string> { ["DOCKER_HOST"] = "tcp://h:1", ["DOCKER_CONTEXT"] = "default" };

        Assert.Equal(Rootless, OfDocker("rootless", variables, ($"/home/me/.docker/{Meta}", Context)));
        Assert.Equal("tcp://h:1", OfDocker("default", variables));
        Assert.Equal(Default, OfDocker("default", [], ("/home/me/.docker/config.json", """{"currentContext":"rootless"}"""), ($"/home/me/.docker/{Meta}", Context)));
    }

    [Fact]
    public void The_current_context_of_the_settings_is_looked_up() =>
        Assert.Equal(Rootless, OfDocker([], ("/home/me/.docker/config.json", """{"currentContext":"rootless"}"""), ($"/home/me/.docker/{Meta}", Context)));

    [Fact]
    public void DOCKER_CONTEXT_wins_over_the_settings() =>
        Assert.Equal(Default, OfDocker(new() { ["DOCKER_CONTEXT"] = "default" }, ("/home/me/.docker/config.json", """{"currentContext":"rootless"}"""), ($"/home/me/.docker/{Meta}", Context)));

    [Fact]
    public void DOCKER_CONFIG_is_where_the_settings_are() =>
        Assert.Equal(Rootless, OfDocker(new() { ["DOCKER_CONFIG"] = "/c", ["DOCKER_CONTEXT"] = "rootless" }, ($"/c/{Meta}", Context)));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"currentContext":1}""")]
    [InlineData("""{"auths":{}}""")]
    [InlineData("""{"currentContext":"gone"}""")]
    public void Settings_that_say_nothing_leave_the_socket_of_the_machine(string settings) =>
        Assert.Equal(Default, OfDocker([], ("/home/me/.docker/config.json", settings)));

    [Fact]
    public void Podman_has_none_of_its_own_accord()
    {
        Assert.Equal(EngineEndpoint.None, EngineEndpoint.OfPodman("", _ => null));
        Assert.Equal("ssh://h", EngineEndpoint.OfPodman("", name => name == "CONTAINER_HOST" ? "ssh://h" : null));
        Assert.NotEqual(EngineEndpoint.None, EngineEndpoint.OfPodman("", name => name == "CONTAINER_CONNECTION" ? "vm" : null));
        Assert.NotEqual(EngineEndpoint.None, EngineEndpoint.OfPodman("vm", _ => null));
    }

    [Theory]
    [InlineData("unix:///a/b", "/a/b")]
    [InlineData("tcp://h:1", null)]
    [InlineData("", null)]
    public void A_socket_is_a_file(string endpoint, string? path) => Assert.Equal(path, EngineEndpoint.Socket(endpoint));
}
