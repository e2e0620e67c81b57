namespace RestrictedRunner.PackageTests;

public class BadInputTests
{
    [Fact]
    public async Task All_bad_inputs_of_a_step_are_reported_at_once_and_no_container_is_started()
    {
        var project = TestProject.WithTarget(
            """
            <ItemGroup>
              <Variable Include="NO_VALUE" />
            </ItemGroup>
            <DockerExec Engine="./client"
                        Image="Busybox"
                        Command=" "
                        Network="host"
                        AllowNetworking="false"
                        Mounts="data;nowhere:/x;.:relative"
                        Memory="lots"
                        CapDrop="ALL;-x"
                        Pull="sometimes"
                        StandardErrorImportance="loud"
                        DockerRunOpts="--rm"
                        EnvironmentVariables="@(Variable)"
                        StandardInput="none.txt"
                        WorkDir="src" />
            """);
        FakeClient.WriteRecorder(project);

        var build = await project.BuildAsync();

        Assert.NotEqual(0, build.ExitCode);
        Assert.Equal(
            [
                "RRB1002 Image 'Busybox'",
                "RRB1003 CapDrop '-x'",
                "RRB1003 Memory 'lots'",
                "RRB1003 Pull 'sometimes'",
                "RRB1003 StandardErrorImportance 'loud'",
                "RRB1003 WorkDir 'src'",
                "RRB1004 There is nothing to run",
                "RRB1005 Network 'host'",
                "RRB1006 Mounts '.:relative'",
                "RRB1006 Mounts 'data'",
                $"RRB1007 Mounts '{project["nowhere"]}'",
                "RRB1009 DockerRunOpts '--rm'",
                "RRB1010 EnvironmentVariables 'NO_VALUE'",
                $"RRB1012 StandardInput '{project["none.txt"]}'",
            ],
            build.Errors.Select(error => $"{error.Code} {error.Text.Split(": ")[0]}").Order(StringComparer.Ordinal));
        Assert.All(build.Errors, error => Assert.Equal((project.File, project.LineOf("<DockerExec")), (error.File, error.Line)));
        Assert.Empty(FakeClient.Calls(project));
    }

    // Before anybody asks the engine for the images of all steps. The third step is good, and is asked for.
    [EngineFact]
    public async Task Bad_images_of_declared_steps_are_told_before_the_engine_is_asked_for_them()
    {
        var project = new TestProject(
            """
            <Project>
              <PropertyGroup><DockerExecEngine>./client</DockerExecEngine></PropertyGroup>
              <ItemGroup>
                <DockerExecStep Include="Option" Image="--help" Command="true" />
                <DockerExecStep Include="Many" Image="Busybox" Platform="-x" Memory="lots" Command=" " />
                <DockerExecStep Include="Good" Image="busybox:latest" Command="true" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        FakeClient.Write(project, """echo "$@" >>"${0%/*}/calls"; exec docker "$@" """);

        var build = await project.BuildAsync("-p:DockerExecMaxParallel=1");

        Assert.Equal(
            [
                "RRB1002 Step 'Many': Image 'Busybox'", "RRB1002 Step 'Option': Image '--help'", "RRB1003 Step 'Many': Memory 'lots'", "RRB1003 Step 'Many': Platform '-x'",
                "RRB1004 Step 'Many': there is nothing to run",
            ],
            build.Errors.Select(error => $"{error.Code} {string.Join(": ", error.Text.Split(": ").Take(2))}").Order(StringComparer.Ordinal));
        Assert.DoesNotContain(File.ReadAllLines(project["calls"]), call => call.Contains("--help", StringComparison.Ordinal) || call.Contains("Busybox", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_is_missing_hides_no_fault()
    {
        var project = new TestProject(
            """
            <Project>
              <PropertyGroup><DockerExecEngine>./none</DockerExecEngine></PropertyGroup>
              <ItemGroup>
                <DockerExecStep Include="Bad" Image="busybox" Memory="lots" Command="true" />
                <DockerExecStep Include="Good" Image="busybox" Command="true" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);

        var build = await project.BuildAsync();

        Assert.Equal(["RRB1003 Step 'Bad'", "RRB2001 Step 'Good'"], build.Errors.Select(error => $"{error.Code} {error.Text.Split(": ")[0]}").Order(StringComparer.Ordinal));
    }
}
