namespace RestrictedRunner.Tests;

/// <summary>What is refused before there is any process.</summary>
public class DockerRunnerTests
{
    [Theory]
    [InlineData("", OptionProblemKind.ImageMissing)]
    [InlineData("Busybox", OptionProblemKind.ImageInvalid)]
    [InlineData("--all-tags", OptionProblemKind.ImageInvalid)]
    public async Task What_is_no_image_is_not_pulled(string image, OptionProblemKind kind)
    {
        // A mount that is not there yet, and a command, are no matter of a pull.
        var options = new StepOptions { Engine = "/nowhere/docker", Image = image, Mounts = [new Mount("/nowhere", "/work")] };

        var failure = await Assert.ThrowsAsync<RunnerException>(() => DockerRunner.PullAsync(options, cancellation: TestContext.Current.CancellationToken));

        Assert.Equal((RunnerFailure.OptionsInvalid, kind), (failure.Failure, Assert.Single(failure.Problems).Kind));
    }

    [Fact]
    public async Task A_file_for_the_standard_input_that_the_caller_writes_is_refused()
    {
        var options = new StepOptions { Engine = "/nowhere/docker", Image = "busybox", Command = "cat", StandardInput = "/dev/null" };

        var failure = await Assert.ThrowsAsync<RunnerException>(() => DockerRunner.StartAsync(options, cancellation: TestContext.Current.CancellationToken));

        Assert.Equal((OptionProblemKind.Conflict, nameof(options.StandardInput)), (failure.Problems[0].Kind, failure.Problems[0].Parameter));
    }
}
