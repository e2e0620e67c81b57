using Microsoft.Build.Framework;

namespace RestrictedRunner.PackageTests;

public class CommandLineLogTests
{
    [EngineFact]
    public async Task The_engines_command_line_is_logged_at_low_importance()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Memory="64m" Arguments="echo;two words" />""");

        var build = await project.BuildAsync();

        var line = Assert.Single(build.Succeeded().CommandLines);
        Assert.Equal(MessageImportance.Low, line.Importance);
        Assert.Contains("docker run --rm --name rr-", line.Text, StringComparison.Ordinal);
        Assert.EndsWith(" --memory 64m busybox:latest echo 'two words'", line.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("docker run", build.Console, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task No_value_of_an_environment_variable_is_in_any_message()
    {
        var project = TestProject.WithTarget(
            """
            <DockerExec Image="busybox:latest" EnvironmentVariables="TOKEN=s3cret-one;DOCKER_TOKEN=s3cret-two" Command="test $TOKEN$DOCKER_TOKEN = s3cret-ones3cret-two" EchoOff="true" />
            """);

        var build = await project.BuildAsync();

        build.SucceededWithoutWarnings();
        Assert.Contains(" --env TOKEN ", Assert.Single(build.CommandLines).Text, StringComparison.Ordinal);
        // The command of this test names the values itself, so only the messages are looked at, not the task's parameters.
        Assert.DoesNotContain(build.StepMessages, message => message.Text.Contains("s3cret", StringComparison.Ordinal));
        Assert.DoesNotContain("s3cret", build.Console, StringComparison.Ordinal);
    }

    [EngineTheory]
    [InlineData("", true)]
    [InlineData("EchoOff=\"true\"", false)]
    public async Task The_command_is_echoed_unless_EchoOff_is_set(string echo, bool expected)
    {
        var project = TestProject.WithTarget($"""<DockerExec Image="busybox:latest" Command="test 1 = 1" {echo} />""");

        var build = await project.BuildAsync("-v:n");

        Assert.Equal(expected, build.Succeeded().Console.Contains("test 1 = 1", StringComparison.Ordinal));
    }
}
