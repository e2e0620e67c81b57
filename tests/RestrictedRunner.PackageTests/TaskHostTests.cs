namespace RestrictedRunner.PackageTests;

/// <summary>
/// Tasks in a process of their own, as every task for .NET is in MSBuild.exe 18 and Visual Studio. MSBuild's interface has
/// gaps there, and all outputs are read.
/// </summary>
public class TaskHostTests
{
    private static readonly BuildSetting AllTasksInTheirOwnProcess = new() { Environment = new Dictionary<string, string?> { ["MSBUILDFORCEALLTASKSOUTOFPROC"] = "1" } };

    [EngineFact]
    public async Task Declared_steps_run_at_once_and_are_up_to_date_then()
    {
        var project = TestProject.WithTarget("""<CallTarget Targets="RunDockerExecSteps" />""");
        project.Write(
            "step.proj",
            $"""
            <Project>
              <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
              <ItemGroup>
                <DockerExecStep Include="One" Image="busybox:latest" Command="echo one &gt; one.txt" Outputs="one.txt" />
                <DockerExecStep Include="Two" Image="busybox:latest" Command="echo two &gt; two.txt" Outputs="two.txt" Hermetic="true" />
              </ItemGroup>
              <Target Name="Build" DependsOnTargets="RunDockerExecSteps" />
            </Project>
            """);

        Assert.Equal(2, (await project.BuildAsync(AllTasksInTheirOwnProcess)).SucceededWithoutWarnings().Containers.Count);
        Assert.Equal(("one\n", "two\n"), (File.ReadAllText(project["one.txt"]), File.ReadAllText(project["two.txt"])));
        Assert.Empty((await project.BuildAsync(AllTasksInTheirOwnProcess)).SucceededWithoutWarnings().Containers);
    }

    [Fact]
    public async Task ImageDigest_costs_no_call_of_the_engine_when_nobody_asks()
    {
        var project = TestProject.WithTarget("""<DockerExec Engine="./client" Image="i" Arguments="a"><Output TaskParameter="ExitCode" PropertyName="Code" /></DockerExec>""");
        FakeClient.WriteRecorder(project);

        (await project.BuildAsync(AllTasksInTheirOwnProcess)).SucceededWithoutWarnings();

        Assert.NotEmpty(FakeClient.Calls(project));
        Assert.False(File.Exists(project["call-image"]));
    }

    [EngineFact]
    public async Task ImageDigest_is_there_for_who_asks()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="true"><Output TaskParameter="imagedigest" PropertyName="Digest" /></DockerExec><Message Text="$(Digest)" />""");

        Assert.Contains("sha256:", Assert.Single((await project.BuildAsync(AllTasksInTheirOwnProcess)).SucceededWithoutWarnings().Said), StringComparison.Ordinal);
    }
}
