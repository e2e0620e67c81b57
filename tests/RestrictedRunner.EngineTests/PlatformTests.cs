using System.Runtime.InteropServices;

namespace RestrictedRunner.EngineTests;

public class PlatformTests
{
    private static readonly bool IsArm = RuntimeInformation.OSArchitecture == Architecture.Arm64;

    private static readonly string Matching = IsArm ? "linux/arm64" : "linux/amd64";

    private static readonly string Foreign = IsArm ? "linux/amd64" : "linux/arm64";

    [Theory]
    [EachEngine]
    public async Task An_image_of_the_platform_runs(string engine) =>
        Assert.Equal("ran\n", await (Step.On(engine, "echo ran") with { Platform = Matching }).OutputAsync());

    [Theory]
    [EachEngine]
    public async Task An_image_of_another_platform_is_not_the_image(string engine)
    {
        var failure = await (Step.On(engine, "echo ran") with { Platform = Foreign, Pull = PullPolicy.Never }).FailureAsync();

        Assert.Equal(RunnerFailure.ImageAbsent, failure.Failure);
        Assert.Contains("busybox", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [EachEngine]
    public async Task An_image_of_another_platform_is_not_the_image_of_an_interactive_start(string engine)
    {
        var options = Step.On(engine, "cat") with { Platform = Foreign, Pull = PullPolicy.Never };

        // The engine has the image, and only a start tells that it is another one.
        var failure = await Assert.ThrowsAsync<RunnerException>(async () =>
        {
            await using var container = await DockerRunner.StartAsync(options, cancellation: TestContext.Current.CancellationToken);
            await container.Completion;
        });

        Assert.Equal(RunnerFailure.ImageAbsent, failure.Failure);
    }
}
