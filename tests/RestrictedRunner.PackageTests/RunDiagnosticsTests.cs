namespace RestrictedRunner.PackageTests;

public class RunDiagnosticsTests
{
    [EngineTheory]
    [InlineData("RRB3003", "Arguments='no-such-program'", "Image 'busybox:latest' has no such program. Check the command's first word, Shell and Entrypoint, and that the image has that program.")]
    [InlineData("RRB3003", "Shell='bash' Command='a; b'", "Image 'busybox:latest' has no such program. Check the command's first word, Shell and Entrypoint, and that the image has that program.")]
    [InlineData("RRB3004", "Arguments='/etc/passwd'", "The program in image 'busybox:latest' cannot be executed. Check that it is a file with the executable bit, for the machine's platform.")]
    [InlineData("RRB3004", "Command='/etc'", "The program in image 'busybox:latest' cannot be executed. Check that it is a file with the executable bit, for the machine's platform.")]
    [InlineData("RRB3005", "Command='true' DockerRunOpts='--no-such-option=1'", "The container of image 'busybox:latest' could not be started:")]
    [InlineData("RRB3005", "Command='true' Network='no-such-network'", "The container of image 'busybox:latest' could not be started:")]
    public async Task A_command_that_could_not_be_started_is_told_apart_from_one_that_failed(string code, string attributes, string text)
    {
        var project = TestProject.WithTarget($"<DockerExec Image='busybox:latest' {attributes} />");

        var error = (await project.BuildAsync()).FailedWithOneError();

        var lines = error.Text.Split('\n', 2);
        Assert.Equal(project.ErrorAtStep(code, text), error with { Text = lines[0] });
        Assert.NotEmpty(lines[1]);
    }

    [EngineFact]
    public async Task An_exit_code_that_engines_use_too_is_the_commands_own_when_the_command_ran()
    {
        var project = TestProject.WithTarget("<DockerExec Image='busybox:latest' Command='exit 127' />");

        var build = await project.BuildAsync();

        Assert.Equal(project.ErrorAtStep("RRB3001", "The command exited with code 127 in image 'busybox:latest'. It printed nothing."), build.FailedWithOneError());
    }
}
