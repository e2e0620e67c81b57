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
}
