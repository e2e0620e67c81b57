using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class EntryPointTests
{
    [Theory]
    [InlineData("protoc --version", "which got the shell and the script as its arguments")]
    [InlineData("protoc", "which got the command as its arguments")]
    public void One_that_may_not_run_the_command_is_told(string command, string got) =>
        Assert.Equal($"The image has an entry point, '/usr/bin/protoc -I/x', {got}; to run the command in its place, set Entrypoint=\"none\".", Hint(new() { Command = command }, "/usr/bin/protoc", "-I/x"));

    [Theory]
    [InlineData("docker-entrypoint.sh")]
    [InlineData("/usr/local/bin/mvn-entrypoint")]
    [InlineData("/init.sh")]
    [InlineData("/sbin/tini", "-g")]
    [InlineData("/usr/bin/s6", "--")]
    [InlineData("dumb-init", "/start")]
    [InlineData("/usr/bin/env", "A=1")]
    public void One_that_runs_what_it_gets_is_not(params string[] entrypoint) => Assert.Empty(Hint(new() { Command = "a" }, entrypoint));

    [Fact]
    public void One_of_the_step_that_got_a_script_is()
    {
        StepOptions options = new() { Command = "make all", Entrypoint = "/usr/bin/make" };

        Assert.Equal("Entrypoint '/usr/bin/make' got the shell and the script as its arguments; what it is to get goes into Arguments.", Hint(options));
        Assert.DoesNotContain(
            Advice.For(new(options, 2, null, KeptOutput.None with { LastLines = "sort: cannot read: sh: No such file or directory" }, ImageSettings.None), isHermetic: false),
            sentence => sentence.Contains("Mounts", StringComparison.Ordinal));
    }

    [Fact]
    public void A_step_that_has_its_own_or_an_image_that_has_none_is_not()
    {
        Assert.Empty(Hint(new() { Command = "a", Entrypoint = "none" }, "protoc"));
        Assert.Empty(Hint(new() { Command = "a b", Entrypoint = "none" }, "protoc"));
        Assert.Empty(Hint(new() { Command = "a b", Entrypoint = "/sbin/tini" }, "protoc"));
        Assert.Empty(Hint(new() { Arguments = ["all"], Entrypoint = "make" }, "protoc"));
        Assert.Empty(Hint(new() { Command = "a", DockerRunOpts = "--entrypoint sh" }, "protoc"));
        Assert.Empty(EntryPoint.Hint(new() { Command = "a" }, ImageSettings.None));
    }

    private static string Hint(StepOptions options, params string[] entrypoint) => EntryPoint.Hint(options, new(entrypoint, []));
}
