namespace RestrictedRunner.PackageTests;

public class CanonicalOutputTests
{
    [EngineFact]
    public async Task A_canonical_error_is_an_error_of_the_build_at_its_own_file_and_line()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="echo 'src/a.c(3,5): error X1: it broke'; exit 1" />""");

        var build = await project.BuildAsync();

        Assert.Equal(1, build.ExitCode);
        Assert.Equal(
            [
                new Problem("X1", "src/a.c", 3, "it broke"),
                project.ErrorAtStep("RRB3001", $"The command exited with code 1 in image 'busybox:latest'. The whole output is in {project.LogFile}."),
            ],
            build.Errors);
    }

    [EngineFact]
    public async Task A_canonical_warning_on_standard_error_is_a_warning_and_fails_nothing()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="echo 'src/a.c(4,6): warning X2: careful' >&amp;2" />""");

        var build = await project.BuildAsync();

        build.Succeeded();
        Assert.Equal([new Problem("X2", "src/a.c", 4, "careful")], build.Warnings);
    }

    [EngineFact]
    public async Task An_error_in_the_form_of_gcc_is_an_error_at_its_own_file_and_line()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="echo 'src/b.c:7:9: error: no such thing'; exit 1" />""");

        var build = await project.BuildAsync();

        // MSBuild would make a code up, another one in each process.
        Assert.Equal(("src/b.c", 7, "no such thing"), (build.Errors[0].File, build.Errors[0].Line, build.Errors[0].Text));
        Assert.True(string.IsNullOrEmpty(build.Errors[0].Code));
    }

    [EngineFact]
    public async Task A_coloured_error_is_recognised_and_logged_without_its_colours()
    {
        var project = TestProject.WithTarget(
            """<DockerExec Image="busybox:latest" Command="printf '\033[1;31msrc/a.c(3,5): error X1:\033[0m it broke\n\033[32mgreen\033[0m\n'; exit 1" />""");

        var build = await project.BuildAsync();

        Assert.Equal(new Problem("X1", "src/a.c", 3, "it broke"), build.Errors[0]);
        Assert.Equal(["green"], build.Output);
        Assert.Equal("src/a.c(3,5): error X1: it broke\ngreen\n", await File.ReadAllTextAsync(Assert.Single(build.LogFiles), TestContext.Current.CancellationToken));
    }

    [EngineFact]
    public async Task A_command_that_returns_0_after_an_error_fails_the_step_with_RRB3008()
    {
        var project = TestProject.WithTarget(
            """
            <DockerExec Image="busybox:latest" Command="echo 'a.c(1,1): error X1: it broke'" ContinueOnError="ErrorAndContinue">
              <Output TaskParameter="ExitCode" PropertyName="Code" />
            </DockerExec>
            <Message Text="exit code $(Code)" />
            """);

        var build = await project.BuildAsync();

        Assert.Equal(1, build.ExitCode);
        Assert.Equal(
            [
                new Problem("X1", "a.c", 1, "it broke"),
                project.ErrorAtStep("RRB3008", $"The command returned 0 in image 'busybox:latest', but its output held the errors above, so the step failed. If these lines are no errors, set IgnoreStandardErrorWarningFormat=\"true\", or set IgnoreExitCode=\"true\". The whole output is in {project.LogFile}."),
            ],
            build.Errors);
        Assert.Equal(["exit code -1"], build.Said);
    }

    [EngineTheory]
    [InlineData("LogStandardErrorAsError='true'", "remove LogStandardErrorAsError")]
    [InlineData("CustomErrorRegularExpression='broke'", "change CustomErrorRegularExpression")]
    [InlineData("ErrorFormats='(?&lt;message&gt;.*broke)' IgnoreStandardErrorWarningFormat='true'", "change ErrorFormats")]
    [InlineData("CustomErrorRegularExpression='^it' LogStandardErrorAsError='true'", "change CustomErrorRegularExpression and remove LogStandardErrorAsError")]
    public async Task RRB3008_names_what_made_errors_of_the_lines(string attributes, string advice)
    {
        var project = TestProject.WithTarget($"<DockerExec Image='busybox:latest' Command='echo it broke; echo that broke >&amp;2' {attributes} />");

        var error = (await project.BuildAsync()).Errors[^1];

        Assert.Equal("RRB3008", error.Code);
        Assert.Contains($" so the step failed. If these lines are no errors, {advice}, or set IgnoreExitCode=\"true\". ", error.Text, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task The_last_lines_that_are_no_errors_of_their_own_are_in_the_error_beside_them()
    {
        // What was recognised may be what the command handled, and not why it failed.
        var project = TestProject.WithTarget("<DockerExec Image='busybox:latest' Command='echo a.c:3:1: error: handled; echo cp: no such thing; exit 1' />");

        var errors = (await project.BuildAsync()).Errors;

        Assert.Equal(2, errors.Count);
        Assert.Equal($"The command exited with code 1 in image 'busybox:latest'.\nThe last lines of standard output:\ncp: no such thing\nThe whole output is in {project.LogFile}.", errors[1].Text);
    }

    [EngineFact]
    public async Task A_warning_that_counts_as_an_error_may_be_a_message_by_its_code()
    {
        var project = TestProject.WithTarget("<DockerExec Image='busybox:latest' Command=\"echo 'a.c:3:1: warning: careful [-Wodd]'\" />");

        Assert.Equal("RRB3008", (await project.BuildAsync("-p:MSBuildWarningsAsErrors=-Wodd")).Errors[^1].Code);
        (await project.BuildAsync("-warnaserror", "-p:MSBuildWarningsAsMessages=-Wodd")).SucceededWithoutWarnings();
    }

    [EngineFact]
    public async Task Where_warnings_count_as_errors_RRB3008_says_so()
    {
        var project = TestProject.WithTarget("<DockerExec Image='busybox:latest' Command='echo a.c:3:1: warning: careful' />");

        var error = (await project.BuildAsync("-warnaserror")).Errors[^1];

        Assert.Equal("RRB3008", error.Code);
        Assert.Contains(" Warnings count as errors in this build (-warnaserror, MSBuildTreatWarningsAsErrors, MSBuildWarningsAsErrors). To exempt one code, add it to MSBuildWarningsAsMessages. If the lines are no warnings at all, set IgnoreStandardErrorWarningFormat=\"true\", or change CustomWarningRegularExpression if you have set it. ", error.Text, StringComparison.Ordinal);
    }
}
