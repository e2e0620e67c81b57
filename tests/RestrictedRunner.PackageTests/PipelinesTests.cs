using System.Collections.Concurrent;
using CliWrap;

namespace RestrictedRunner.PackageTests;

/// <summary>The pipelines of docs/ci.md: their jobs run here, in containers as those of the CI service where they have some.</summary>
public class PipelinesTests
{
    private static readonly IReadOnlyList<Pipeline> All = [.. Page.All.SelectMany(page => page.Examples).Where(example => example.Language == "yaml").Select(Pipeline.Read)];

    public static TheoryData<string> Wheres => [.. All.Select(pipeline => pipeline.Where)];

    [Fact]
    public void Each_service_has_one_for_each_place_of_the_engine_that_it_has()
    {
        Assert.Equal(2, All.Count(pipeline => pipeline.Place == JobPlace.Machine));
        Assert.Equal(3, All.Count(pipeline => pipeline.Place == JobPlace.ContainerWithSocket));
        Assert.Equal(2, All.Count(pipeline => pipeline.Place == JobPlace.ContainerWithService));
    }

    [Fact]
    public void Each_has_the_cache_and_stores_results_only_on_the_main_branch() => Assert.All(All, pipeline =>
    {
        Assert.Equal("https://cache.example.com", Of(pipeline, "DockerExecCacheUrl"));
        Assert.Equal("CACHE_HEADER", Of(pipeline, "DockerExecCacheHeader"));
        Assert.True(Of(pipeline, "DockerExecCachePush") is "true" or "${{ github.ref == 'refs/heads/main' }}" or "${{ eq(variables['Build.SourceBranch'], 'refs/heads/main') }}", pipeline.Where);
    });

    // A second job has the results of the first, and starts no container.
    [RemoteTheory]
    [MemberData(nameof(Wheres))]
    [Trait("Tier", "Long")]
    public async Task Its_job_builds_and_the_next_one_has_its_results(string where)
    {
        var pipeline = All.Single(pipeline => pipeline.Where == where);
        await using var services = await CiServices.StartAsync();
        await using var image = new BuiltImage(Engines.Docker);
        await using var cache = await NginxCache.StartAsync(new() { Access = NginxAccess.Token });
        var address = pipeline.Place == JobPlace.ContainerWithService ? CiServices.CacheUrl : cache.Address;
        var variables = pipeline.Variables.ToDictionary(variable => variable.Key, variable => variable.Key.ToUpperInvariant() switch
        {
            "DOCKEREXECCACHEURL" => address,
            "DOCKEREXECCACHEPUSH" => "True",
            _ => variable.Value,
        });
        variables["CACHE_HEADER"] = $"Authorization: Bearer {NginxCache.Token}";

        Assert.Equal(1, await RunsAsync());
        Assert.Equal(0, await RunsAsync());

        async Task<int> RunsAsync()
        {
            var project = TestProject.WithItems($"""
                <DockerExecStep Include="Sort" Image="{image.Name}" Command="sort names.txt &gt; sorted.txt" Inputs="names.txt" Outputs="sorted.txt" Hermetic="true" />
                <DockerImage Include="{image.Name}" Dockerfile="tools/Dockerfile" />
                """);
            project.Write("names.txt", "Grace\nAda\n");
            StaticImage.Write(project, image.Name, "sort");
            var script = string.Join('\n', pipeline.Commands);
            if (pipeline.Place == JobPlace.Machine)
            {
                var ran = Runs(await OnThisMachineAsync(project, script, variables));
                Assert.Equal("Ada\nGrace\n", await File.ReadAllTextAsync(project["sorted.txt"]));
                return ran;
            }

            await using var job = pipeline.Place == JobPlace.ContainerWithService ? await CiJob.WithServicesAsync(project, services, variables) : await CiJob.WithSocketAsync(project, variables);
            var runs = Runs(await job.BuildAsync(script));
            Assert.Equal("Ada\nGrace", await job.ReadAsync("sorted.txt"));
            return runs;
        }

        static int Runs(Build build) => build.SucceededWithoutWarnings().Texts.Count(text => text == "Sort");
    }

    // A machine of a CI service has no results of an earlier job.
    private static async Task<Build> OnThisMachineAsync(TestProject project, string script, IReadOnlyDictionary<string, string> variables)
    {
        var log = project["log.binlog"];
        project.Write("Directory.Build.rsp", $"\"-bl:{log};ProjectImports=None\"\n-tl:off\n");
        var lines = new ConcurrentQueue<string>();
        var command = Cli.Wrap("bash").WithArguments(["-ec", script])
            .WithWorkingDirectory(project.Folder)
            .WithEnvironmentVariables(DotNet.Changes(variables.Append(new("XDG_CACHE_HOME", project["cache"])).ToDictionary(variable => variable.Key, variable => (string?)variable.Value)))
            .WithStandardOutputPipe(PipeTarget.ToDelegate(lines.Enqueue))
            .WithStandardErrorPipe(PipeTarget.ToDelegate(lines.Enqueue))
            .WithValidation(CommandResultValidation.None);
        var result = await command.ExecuteAsync();
        return new(DotNet.Report(command, result.ExitCode, lines), log);
    }

    private static string Of(Pipeline pipeline, string variable) => pipeline.Variables.Single(pair => pair.Key.Equals(variable, StringComparison.OrdinalIgnoreCase)).Value;
}
