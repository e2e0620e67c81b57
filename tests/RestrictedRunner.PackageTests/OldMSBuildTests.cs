using System.Xml.Linq;

namespace RestrictedRunner.PackageTests;

public class OldMSBuildTests
{
    [Fact]
    public async Task An_MSBuild_that_cannot_run_the_task_is_told_with_RRB2009_at_the_project()
    {
        var project = TestProject.WithTarget("""<Message Text="went on" />""");

        var build = await project.BuildAsync("-p:_RestrictedRunnerMSBuildIsTooOld=true");

        var error = build.FailedWithOneError();
        Assert.Equal(("RRB2009", project.File), (error.Code, error.File));
        Assert.Matches(
            "^RestrictedRunner.Build needs 'dotnet build' of .NET SDK 8 or later, or MSBuild 18 \\(Visual Studio 2026\\); this is MSBuild [0-9.]+, which cannot run tasks for .NET 8. Build with 'dotnet build', or update.$",
            error.Text);
        Assert.Empty(build.Said);
    }

    // The first target of a project is its default one, also when it comes from an import.
    [Fact]
    public async Task A_bare_project_that_imports_the_package_first_has_its_own_default_target_and_result()
    {
        var project = new TestProject(
            """
            <Project>
              <Import Project="Sdk.targets" Sdk="RestrictedRunner.Build" Version="$VERSION" />
              <Target Name="Mine" Returns="answer">
                <Message Text="built" />
              </Target>
            </Project>
            """);
        var caller = new TestProject(
            $"""
            <Project>
              <Target Name="Build">
                <MSBuild Projects="{project.File}">
                  <Output TaskParameter="TargetOutputs" ItemName="Result" />
                </MSBuild>
                <Message Text="[@(Result)]" />
              </Target>
            </Project>
            """);

        var build = await caller.BuildAsync();

        Assert.Equal(["built", "[answer]"], build.SucceededWithoutWarnings().Said);
    }

    [Fact]
    public void MSBuild_exe_runs_the_task_in_a_NET_process()
    {
        using var package = Nupkg.Ours();

        var tasks = XDocument.Parse(package.Text("build/DockerExec.targets")).Descendants("UsingTask").ToList();

        Assert.All(tasks, task => Assert.Equal("RestrictedRunner.Build.DockerExec", task.Attribute("TaskName")!.Value));
        Assert.Equal(
            [("'$(MSBuildRuntimeType)' == 'Core'", null), ("'$(MSBuildRuntimeType)' != 'Core'", "NET")],
            tasks.Select(task => (task.Attribute("Condition")!.Value, task.Attribute("Runtime")?.Value)));
    }
}
