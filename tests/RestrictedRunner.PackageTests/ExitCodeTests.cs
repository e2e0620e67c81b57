namespace RestrictedRunner.PackageTests;

public class ExitCodeTests
{
    [EngineFact]
    public async Task A_non_zero_exit_is_one_error_with_image_exit_code_and_the_last_fifteen_lines()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="seq 30; exit 3" />""");

        var build = await project.BuildAsync();

        Assert.Equal(
            project.ErrorAtStep("RRB3001", $"The command exited with code 3 in image 'busybox:latest'.\nThe last lines of standard output:\n{Lines(16, 15)}\nThe whole output is in {project.LogFile}."),
            build.FailedWithOneError());
    }

    // The two streams are two pipes, which arrive in any order.
    [EngineFact]
    public async Task The_reason_on_standard_error_is_in_the_error_whatever_standard_output_had()
    {
        var project = TestProject.WithTarget(
            """
            <ItemGroup><Time Include="1;2;3;4;5" /></ItemGroup>
            <DockerExec Image="busybox:latest" Command="seq 60; echo the reason &gt;&amp;2; exit 1" EnvironmentVariables="TIME=%(Time.Identity)" ContinueOnError="ErrorAndContinue" />
            """);

        IReadOnlyList<Problem> errors = [.. (await project.BuildAsync()).Errors, .. (await project.BuildAsync()).Errors];

        Assert.Equal(10, errors.Count);
        Assert.All(
            errors,
            error => Assert.Equal($"The command exited with code 1 in image 'busybox:latest'.\nThe last lines of standard output:\n{Lines(47, 14)}\nThe last lines of standard error:\nthe reason\nThe whole output is in {project.LogFile}.", error.Text));
    }

    [EngineFact]
    public async Task A_command_that_fails_in_silence_is_said_to_have_printed_nothing()
    {
        var project = TestProject.WithTarget(
            """
            <Message Text="something before" />
            <DockerExec Image="busybox:latest"
                        Command="exit 255" />
            """);

        var build = await project.BuildAsync();

        Assert.Equal(project.ErrorAtStep("RRB3001", "The command exited with code 255 in image 'busybox:latest'. It printed nothing."), build.FailedWithOneError());
    }

    [EngineFact]
    public async Task The_error_is_shown_at_the_step_in_an_imported_file_of_the_users()
    {
        var project = TestProject.WithTarget("""<CallTarget Targets="Imported" />""");
        var imported = project.Write(
            "Directory.Build.targets",
            """
            <Project>
              <Target Name="Imported" AfterTargets="Build">
                <DockerExec Image="busybox:latest" Command="exit 3" />
              </Target>
            </Project>
            """);
        project = new TestProject($"""<Project><Sdk Name="RestrictedRunner.Build" Version="$VERSION" /><Target Name="Build" /><Import Project="{imported}" /></Project>""");

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Equal(("RRB3001", imported, 3), (error.Code, error.File, error.Line));
    }

    [EngineFact]
    public async Task IgnoreExitCode_lets_the_build_go_on_and_ExitCode_tells_the_code()
    {
        var project = TestProject.WithTarget(
            """
            <DockerExec Image="busybox:latest" Command="exit 5" IgnoreExitCode="true">
              <Output TaskParameter="ExitCode" PropertyName="Code" />
            </DockerExec>
            <Message Text="exit code $(Code)" />
            """);

        var build = await project.BuildAsync();

        Assert.Equal(["exit code 5"], build.SucceededWithoutWarnings().Said);
    }

    [EngineFact]
    public async Task ExitCode_is_there_after_a_failure_that_the_build_goes_on_from()
    {
        var project = TestProject.WithTarget(
            """
            <DockerExec Image="busybox:latest" Command="exit 7" ContinueOnError="true">
              <Output TaskParameter="ExitCode" PropertyName="Code" />
            </DockerExec>
            <Message Text="exit code $(Code)" />
            """);

        var build = await project.BuildAsync();

        Assert.Equal(["exit code 7"], build.Succeeded().Said);
        Assert.Equal([project.ErrorAtStep("RRB3001", "The command exited with code 7 in image 'busybox:latest'. It printed nothing.")], build.Warnings);
    }

    [EngineFact]
    public async Task ExitCode_is_0_after_success()
    {
        var project = TestProject.WithTarget(
            """
            <DockerExec Image="busybox:latest" Command="true">
              <Output TaskParameter="ExitCode" PropertyName="Code" />
            </DockerExec>
            <Message Text="exit code $(Code)" />
            """);

        var build = await project.BuildAsync();

        Assert.Equal(["exit code 0"], build.SucceededWithoutWarnings().Said);
    }

    private static string Lines(int first, int count) => string.Join('\n', Enumerable.Range(first, count));
}
