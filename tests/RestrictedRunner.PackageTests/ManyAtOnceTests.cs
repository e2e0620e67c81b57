using System.Globalization;

namespace RestrictedRunner.PackageTests;

/// <summary>Alone: MSBuild reuses no nodes while there are more of them on the machine than processors.</summary>
[Collection(typeof(AloneOnTheMachine))]
public class ManyAtOnceTests : IAsyncLifetime
{
    // Two for each of the nodes that run at once.
    private const int Many = 16;

    // Enough to start the processes that a later build finds.
    private const int Few = 6;

    // Others' processes would be among those that MSBuild counts.
    public async ValueTask InitializeAsync() => await WarmProcess.EndAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [EngineFact]
    public async Task Many_processes_of_MSBuild_run_each_step_in_its_own_project()
    {
        var build = await Solution(Many).BuildAsync(new BuildSetting { Arguments = ["-m:8"], InItsOwnProcess = true });

        await AssertEachPrintsItsOwnAsync(build, Many);
        Assert.InRange(Pids(build).Count, 2, 8);
    }

    [EngineFact]
    public async Task Many_threads_of_one_MSBuild_run_each_step_in_its_own_project()
    {
        var build = await Solution(Many).BuildAsync(new BuildSetting
        {
            Arguments = ["-mt", "-m:8"],
            Environment = new Dictionary<string, string?> { ["MSBUILDUSESERVER"] = "0" },
        });

        await AssertEachPrintsItsOwnAsync(build, Many);
        Assert.Equal([build.ProcessId], Pids(build));
    }

    [EngineTheory]
    [InlineData("-m:1", Few)]
    [InlineData("-mt -m:8", Many)]
    public async Task The_server_of_MSBuild_runs_each_step_in_its_own_project_in_every_build(string mode, int projects)
    {
        using var nodes = new ReusedNodes();
        // The server knows the folder that it was started in, and the environment of then.
        var first = await BuildAsync(Solution(Few));
        var second = await BuildAsync(Solution(projects));

        await AssertEachPrintsItsOwnAsync(first, Few);
        await AssertEachPrintsItsOwnAsync(second, projects);
        var server = Assert.Single(Pids(first));
        Assert.Equal([server], Pids(second));
        Assert.DoesNotContain(server, new[] { first.ProcessId, second.ProcessId });

        Task<Build> BuildAsync(TestProject solution) =>
            solution.BuildAsync(new BuildSetting { Arguments = [.. mode.Split(' '), "-nodeReuse:true"], Environment = nodes.Environment(server: true) });
    }

    [EngineFact]
    public async Task Reused_nodes_run_each_step_in_its_own_project()
    {
        using var nodes = new ReusedNodes();
        var first = await BuildAsync(Solution(Few));
        var second = await BuildAsync(Solution(Many));

        await AssertEachPrintsItsOwnAsync(first, Few);
        await AssertEachPrintsItsOwnAsync(second, Many);

        // A node that is still busy with the end of its build is not reused.
        for (var more = 0; more < 3 && !Pids(first).Intersect(Pids(second)).Any(); more++)
        {
            (first, second) = (second, await BuildAsync(Solution(Many)));
            await AssertEachPrintsItsOwnAsync(second, Many);
        }

        Assert.NotEmpty(Pids(first).Intersect(Pids(second)));

        Task<Build> BuildAsync(TestProject solution) =>
            solution.BuildAsync(new BuildSetting { Arguments = ["-m:3", "-nodeReuse:true"], Environment = nodes.Environment(server: false) });
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"p{number:00}");

    // Whatever is relative is there once in each project: a mount, a file that the task reads, a file that the client reads.
    private static TestProject Solution(int projects)
    {
        var solution = new TestProject(
            """
            <Project>
              <ItemGroup>
                <Step Include="*/*.proj" />
              </ItemGroup>
              <Target Name="Build">
                <MSBuild Projects="@(Step)" BuildInParallel="true" />
              </Target>
            </Project>
            """,
            "all.proj");
        foreach (var name in Enumerable.Range(1, projects).Select(Name))
        {
            solution.Write($"{name}/mounted/marker", $"{name}");
            solution.Write($"{name}/input", $"{name}");
            solution.Write($"{name}/variables", $"FROM_FILE={name}\n");
            solution.Write($"{name}/{name}.proj", Step);
        }

        return solution;
    }

    private static string Step => $"""
        <Project>
          <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
          <Target Name="Build">
            <DockerExec Image="busybox:latest" Command="echo $FROM_FILE %24(cat /here/marker) %24(cat)" AllowNetworking="false"
                        Mounts="mounted:/here:ro" StandardInput="input" DockerRunOpts="--env-file variables" ConsoleToMSBuild="true">
              <Output TaskParameter="ConsoleOutput" PropertyName="Printed" />
            </DockerExec>
            <Message Text="$(MSBuildProjectName): $(Printed)" Importance="high" />
          </Target>
        </Project>
        """;

    private static async Task AssertEachPrintsItsOwnAsync(Build build, int projects)
    {
        build.SucceededWithoutWarnings();
        Assert.Equal(Enumerable.Range(1, projects).Select(Name).Select(name => $"{name}: {name} {name} {name}"), build.Said.Order());
        Assert.Equal(projects, build.Containers.Distinct().Count());
        Assert.Empty(build.Containers.Intersect((await Docker.ContainersAsync("name=rr-")).Split('\n')));
    }

    // The process that a step ran in is in its container's label.
    private static IReadOnlyList<int> Pids(Build build) =>
        [.. build.CommandLines.Select(m => int.Parse(m.Text.Split("restricted-runner.pid=")[1].Split(' ')[0], CultureInfo.InvariantCulture)).Distinct()];
}
