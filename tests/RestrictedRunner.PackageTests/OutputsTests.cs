using System.Globalization;

namespace RestrictedRunner.PackageTests;

/// <summary>The outputs that <c>Exec</c> does not have.</summary>
public class OutputsTests
{
    private const string Outputs =
        """
        <Output TaskParameter="ContainerName" PropertyName="Container" />
        <Output TaskParameter="Duration" PropertyName="Duration" />
        <Output TaskParameter="TimedOut" PropertyName="TimedOut" />
        <Output TaskParameter="ImageDigest" PropertyName="Digest" />
        """;

    [EngineTheory]
    [InlineData("Command='sleep 1'", false)]
    [InlineData("Command='sleep 1; exit 1'", false)]
    [InlineData("Command='sleep 60' Timeout='2000' StopTimeout='0'", true)]
    public async Task They_are_there_whether_the_step_succeeds_fails_or_takes_too_long(string attributes, bool timedOut)
    {
        var project = TestProject.WithTarget(
            $"""
            <DockerExec Image="busybox:latest" {attributes} ContinueOnError="true">{Outputs}</DockerExec>
            <Message Text="$(Container)" />
            <Message Text="$(TimedOut)" />
            <Message Text="$(Duration)" />
            <Message Text="longer than a second" Condition="$(Duration) &gt;= 1000" />
            """);

        var build = await project.BuildAsync();

        Assert.Equal([Assert.Single(build.Succeeded().Containers), $"{timedOut}", build.Said[2], "longer than a second"], build.Said);
        Assert.InRange(int.Parse(build.Said[2], CultureInfo.InvariantCulture), 1000, 30_000);
    }

    [EngineFact]
    public async Task ImageDigest_is_a_reference_that_another_step_can_run()
    {
        var project = TestProject.WithTarget(
            $"""
            <DockerExec Image="busybox:latest" Command="true">{Outputs}</DockerExec>
            <Message Text="$(Digest)" />
            <DockerExec Image="$(Digest)" Command="echo the same" Pull="never" />
            """);

        var build = (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.Matches("^([a-z0-9./:-]+@)?sha256:[0-9a-f]{64}$", Assert.Single(build.Said));
        Assert.Equal(["the same"], build.Output);
    }

    [Fact]
    public async Task ImageDigest_costs_no_call_of_the_engine_when_nobody_asks()
    {
        var project = TestProject.WithTarget("""<DockerExec Engine="./client" Image="i" Arguments="a" />""");
        FakeClient.WriteRecorder(project);

        (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.DoesNotContain("inspect", FakeClient.Calls(project));
    }

    [Fact]
    public async Task They_are_empty_when_nothing_was_run()
    {
        var project = TestProject.WithTarget(
            $"""
            <DockerExec Engine="./client" Image="Wrong" Arguments="a" ContinueOnError="true">{Outputs}</DockerExec>
            <Message Text="[$(Container)] [$(Duration)] [$(TimedOut)] [$(Digest)]" />
            """);
        FakeClient.WriteRecorder(project);

        Assert.Equal(["[] [0] [False] []"], (await project.BuildAsync()).Succeeded().Said);
        Assert.Empty(FakeClient.Calls(project));
    }
}
