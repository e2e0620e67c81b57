using Microsoft.Build.Framework;

namespace RestrictedRunner.PackageTests;

public class OutputImportanceTests
{
    [EngineTheory]
    [InlineData("low", "normal", MessageImportance.Low, MessageImportance.Normal)]
    [InlineData("Normal", "HIGH", MessageImportance.Normal, MessageImportance.High)]
    public async Task Each_stream_is_logged_at_the_importance_that_was_asked_for(string forOut, string forErr, MessageImportance expectedOut, MessageImportance expectedErr)
    {
        var project = TestProject.WithTarget(
            $"""
            <DockerExec Image="busybox:latest" Command="echo out; echo err >&amp;2" StandardOutputImportance="{forOut}" StandardErrorImportance="{forErr}" />
            """);

        var build = await project.BuildAsync();

        build.SucceededWithoutWarnings();
        Assert.Contains(new StepMessage(expectedOut, "out"), build.StepMessages);
        Assert.Contains(new StepMessage(expectedErr, "err"), build.StepMessages);
    }

    [EngineFact]
    public async Task An_error_is_an_error_at_any_importance()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="echo 'a.c(1,1): error X1: it broke'; exit 1" StandardOutputImportance="low" />""");

        var build = await project.BuildAsync();

        Assert.Equal(["X1", "RRB3001"], build.Errors.Select(error => error.Code));
    }
}
