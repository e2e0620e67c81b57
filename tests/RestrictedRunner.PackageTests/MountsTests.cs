namespace RestrictedRunner.PackageTests;

public class MountsTests
{
    [EngineFact]
    public async Task A_relative_path_starts_at_the_project_also_when_the_build_starts_elsewhere()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Mounts="data:/data:ro" Command="cat /data/file" />""");
        project.Write("data/file", "of the project\n");

        var build = await project.BuildAsync(new BuildSetting { WorkingDirectory = Path.GetTempPath() });

        Assert.Equal(["of the project"], build.SucceededWithoutWarnings().Output);
    }

    [EngineFact]
    public async Task Items_have_the_container_path_and_ReadOnly_as_metadata()
    {
        var project = TestProject.WithTarget(
            """
            <ItemGroup>
              <Mount Include="in, put%3B 1:2" ContainerPath="/in" ReadOnly="true" />
              <Mount Include="out" ContainerPath="/out" />
            </ItemGroup>
            <DockerExec Image="busybox:latest" Mounts="@(Mount)" Command="cp /in/file /out/copy; touch /in/file" />
            """);
        project.Write("in, put; 1:2/file", "content");
        Directory.CreateDirectory(project["out"]);

        var build = await project.BuildAsync();

        Assert.Equal("RRB3001", build.FailedWithOneError().Code);
        Assert.Equal(["touch: /in/file: Read-only file system"], build.Output);
        Assert.Equal("content", await File.ReadAllTextAsync(project["out/copy"], TestContext.Current.CancellationToken));
    }

    [EngineFact]
    public async Task Files_that_a_step_writes_as_User_current_belong_to_the_caller()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Mounts="out:/out" User="current" Command="id -u > /out/uid" />""");
        Directory.CreateDirectory(project["out"]);

        (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.Equal(await Unix.UserAsync(), await Unix.OwnerAsync(project["out/uid"]));
        Assert.Equal(await Unix.UserAsync(), (await File.ReadAllTextAsync(project["out/uid"], TestContext.Current.CancellationToken)).Trim());
    }
}
