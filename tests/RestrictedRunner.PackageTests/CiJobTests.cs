namespace RestrictedRunner.PackageTests;

/// <summary>Builds in a container, as CI services run jobs: the engine is the host's, or a service beside the job.</summary>
public class CiJobTests
{
    private const string Steps = """
            <DockerExecStep Include="Sort" Image="busybox:latest" Command="sort in/names.txt &gt; sorted.txt" Inputs="in/names.txt" Outputs="sorted.txt" Hermetic="true" />
            <DockerExecStep Include="Count" Image="busybox:latest" Command="wc -l &lt; sorted.txt &gt; count.txt" Inputs="sorted.txt" Outputs="count.txt" Hermetic="true" />
        """;

    private const string Task = """
            <DockerExec Image="busybox:latest" Command="cat /in/names.txt; cp /in/names.txt /out/copy.txt; exit $(Code)"
                        Mounts="$(MSBuildProjectDirectory)/in:/in:ro;$(MSBuildProjectDirectory)/out:/out" AllowNetworking="false" User="current" />
        """;

    [RemoteFact]
    public async Task A_job_with_the_hosts_socket_builds_what_the_host_does_not_see()
    {
        await using var job = await CiJob.WithSocketAsync(Project());

        await AssertBuildsAsync(job);
    }

    [RemoteFact]
    public async Task A_job_with_docker_in_docker_as_a_service_builds_and_leaves_no_container_of_a_step_there()
    {
        await using var services = await CiServices.StartAsync();
        await using var job = await CiJob.WithServicesAsync(Project(), services);

        await AssertBuildsAsync(job);

        // But for inputs that are kept for the next step.
        Assert.All(
            (await services.OnDockerAsync("ps", "--all", "--format", "{{.Names}}")).Split('\n'),
            name => Assert.StartsWith("restricted-runner-inputs-", name, StringComparison.Ordinal));
    }

    // Whatever could remove the container is gone with the job.
    [RemoteFact]
    [Trait("Tier", "Long")]
    public async Task A_step_of_a_killed_job_ends_with_its_command_and_leaves_no_container_and_no_volume()
    {
        var label = $"of-test={Guid.NewGuid():N}";
        var project = TestProject.WithItems("", $"""
                <DockerExec Image="busybox:latest" Command="sleep 8; cat /in/names.txt" Mounts="$(MSBuildProjectDirectory)/in:/in:ro" Labels="{label}" />
            """);
        project.Write("in/names.txt", "Ada\n");
        await using var job = await CiJob.WithSocketAsync(project);

        var build = job.RunAsync("dotnet build");
        var container = "";
        await Until.IsSoAsync(TimeSpan.FromMinutes(1), async () => (container = await Client.OutputAsync(Engines.Docker, "ps", "--quiet", "--filter", $"label={label}")).Length > 0);
        var volumes = (await Client.OutputAsync(Engines.Docker, "inspect", "--format", "{{range .Mounts}}{{.Name}}\n{{end}}", container)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await job.KillAsync();
        await build;

        await Until.IsSoAsync(TimeSpan.FromSeconds(20), async () => (await Docker.ContainersAsync($"label={label}")).Length == 0);
        // What is kept for the next step belongs to a container too.
        var ofNobody = (await Client.OutputAsync(Engines.Docker, "volume", "ls", "--quiet", "--filter", "dangling=true")).Split('\n');
        Assert.NotEmpty(volumes);
        Assert.All(volumes, volume => Assert.DoesNotContain(volume, ofNobody));
    }

    private static TestProject Project()
    {
        var project = TestProject.WithItems(Steps, Task);
        project.Write("in/names.txt", "Grace\nAda\n");
        project.Write("out/kept.txt", "");
        return project;
    }

    private static async Task AssertBuildsAsync(CiJob job)
    {
        var build = (await job.BuildAsync("dotnet build -p:Code=0")).SucceededWithoutWarnings();
        Assert.Contains("Grace", build.Output);
        Assert.Equal(
            "Ada\nGrace\n2\nGrace\nAda\n0 /builds/project/out/copy.txt",
            (await job.RunAsync("cat sorted.txt count.txt out/copy.txt; stat -c '%u %n' $PWD/out/copy.txt")).Succeeded().Console.Split('\n')[1..^1].Aggregate((all, line) => $"{all}\n{line}"));

        // The declared steps have nothing to do, and what the task reports is at the job's own path.
        build = await job.BuildAsync("dotnet build -p:Code=7");
        var error = build.FailedWithOneError();
        Assert.Equal(("RRB3001", "/builds/project/step.proj"), (error.Code, error.File));
        Assert.Contains("7", error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(build.Texts, text => text is "Sort" or "Count");
    }
}
