namespace RestrictedRunner.Tests;

public class ContainerEnvironmentTests
{
    private static ContainerEnvironment For(params EnvironmentVariable[] variables) =>
        ContainerEnvironment.For(new StepOptions { EnvironmentVariables = variables }, Host.Linux);

    [Fact]
    public void Variables_go_through_the_clients_environment()
    {
        var environment = For(new("B", "2\n3"), new("A", ""));
        Assert.Equal(new Dictionary<string, string?> { ["A"] = "", ["B"] = "2\n3" }, environment.ForClient);
        Assert.Null(environment.FileText);
    }

    [Theory]
    [InlineData("PATH")]
    [InlineData("Path")]
    [InlineData("HOME")]
    [InlineData("DOCKER_HOST")]
    [InlineData("https_proxy")]
    [InlineData("LD_LIBRARY_PATH")]
    [InlineData("GODEBUG")]
    [InlineData("XDG_RUNTIME_DIR")]
    [InlineData("TMP*")]
    [InlineData("*")]
    public void Those_that_the_client_reads_itself_go_through_a_file(string name)
    {
        var environment = For(new EnvironmentVariable(name, "x=y "));
        Assert.Empty(environment.ForClient);
        Assert.Equal($"{name}=x=y \n", environment.FileText);
    }

    [Theory]
    [InlineData("GOOGLE_CREDENTIALS")]
    [InlineData("SSH_PRIVATE_KEY")]
    [InlineData("HOMEPAGE")]
    public void Others_that_begin_alike_do_not(string name) => Assert.False(ContainerEnvironment.IsReadByTheClient(name));

    [Fact]
    public void Of_two_with_one_name_the_later_counts() => Assert.Equal("2", For(new("A", "1"), new("A", "2")).ForClient["A"]);
}
