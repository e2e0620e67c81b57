using Microsoft.Build.Framework;

namespace RestrictedRunner.PackageTests;

/// <summary>Builds that run no declared step say why.</summary>
public class StepsNotRunTests
{
    private const string Off = "DockerExecEnabled is 'no' and not 'true', so this build does not run the project's declared steps (2) and uses what they wrote before.";
    private const string NotReached = "The project's declared steps (2) were not run, because this build ran none of the targets in DockerExecBeforeTargets: DispatchToInnerBuilds;BeforeBuild;BeforeCompile;Build. Let that name a target which the build has, or call the target RunDockerExecSteps.";

    [Theory]
    [InlineData("", "All", NotReached)]
    [InlineData(""" DefaultTargets="First;Second" """, "Second", NotReached)]
    [InlineData("", "Build", "")]
    [InlineData("", "Build", Off, "-p:DockerExecEnabled=no")]
    [InlineData("", "All", Off, "-p:DockerExecEnabled=no", "-t:PullDockerExecImages")]
    [InlineData("", "All", "", "-t:RunDockerExecSteps")]
    public async Task A_build_that_runs_none_says_why_at_normal_importance(string attributes, string target, string text, params string[] arguments)
    {
        var project = new TestProject(
            $"""
            <Project{attributes}>
              <Target Name="{target}" />
              <Target Name="First" />
              <ItemGroup>
                <DockerExecStep Include="A;B" Engine="./client" Image="i" Command="true" />
              </ItemGroup>
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        FakeClient.Write(project, "exit 0");

        var build = await project.BuildAsync(arguments);

        var told = build.SucceededWithoutWarnings().SaidByTask("Message");
        Assert.Equal(text.Length == 0 ? [] : [new(MessageImportance.Normal, text)], told);
    }
}
