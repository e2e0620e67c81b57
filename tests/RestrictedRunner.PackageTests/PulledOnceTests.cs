using System.Net;

namespace RestrictedRunner.PackageTests;

/// <summary>An image that several steps of a build need comes once.</summary>
public class PulledOnceTests
{
    [EngineFact]
    public async Task Steps_that_need_it_at_once_wait_for_one_pull()
    {
        await using var registry = await Registry.StartAsync();
        await registry.PublishAsync(Engines.Docker, "tool:1");
        using var client = registry.ClientFor(Engines.Docker);
        await using var image = new PulledImage(Engines.Docker, $"{registry.Address}/tool:1");
        var project = TestProject.WithItems(string.Concat(Enumerable.Range(1, 4).Select(number => $"""<DockerExecStep Include="S{number}" Image="{image.Name}" Command="cat /added; echo {number} &gt; {number}.txt" Outputs="{number}.txt" />""")));

        var build = await project.BuildAsync($"-p:DockerExecEngine={client.Path}", "-p:DockerExecMaxParallel=4");

        build.SucceededWithoutWarnings();
        Assert.Single(client.Calls, "pull");
        Assert.Equal(["1", "2", "3", "4"], Enumerable.Range(1, 4).Select(number => File.ReadAllText(project[$"{number}.txt"]).Trim()));

        // The key of each has the image that came: there is nothing left to do.
        var next = await project.BuildAsync($"-p:DockerExecEngine={client.Path}");
        Assert.Equal(0, next.SucceededWithoutWarnings().Runs);
    }

    [EngineFact]
    public async Task Steps_and_tasks_that_always_pull_share_one_pull_of_a_build()
    {
        await using var registry = await Registry.StartAsync();
        await registry.PublishAsync(Engines.Docker, "tool:1");
        using var client = registry.ClientFor(Engines.Docker);
        await using var image = new PulledImage(Engines.Docker, $"{registry.Address}/tool:1");
        var project = TestProject.WithItems(
            $"""
            <DockerExecStep Include="A" Image="{image.Name}" Command="true" Pull="always" />
            <DockerExecStep Include="B" Image="{image.Name}" Command="true" Pull="always" />
            """,
            $"""<DockerExec Engine="{client.Path}" Image="{image.Name}" Command="true" Pull="always" />""");

        (await project.BuildAsync($"-p:DockerExecEngine={client.Path}")).SucceededWithoutWarnings();
        Assert.Single(client.Calls, "pull");

        (await project.BuildAsync($"-p:DockerExecEngine={client.Path}")).SucceededWithoutWarnings();
        Assert.Equal(2, client.Calls.Count(call => call == "pull"));
    }

    [EngineFact]
    public async Task What_cannot_be_had_is_tried_once_and_told_at_each_step()
    {
        using var registry = new FakeRegistry(HttpStatusCode.NotFound, """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}""");
        using var client = new ClientScript(Engines.Docker);
        var project = TestProject.WithItems(
            $"""
            <DockerExecStep Include="A" Image="{registry.Host}/absent:1" Command="true" />
            <DockerExecStep Include="B" Image="{registry.Host}/absent:1" Command="true" />
            """);

        var build = await project.BuildAsync($"-p:DockerExecEngine={client.Path}", "-p:DockerExecMaxParallel=2");

        Assert.Equal(
            [("RRB2005", project.LineOf("Include=\"A\"")), ("RRB2005", project.LineOf("Include=\"B\""))],
            build.Errors.Select(error => (error.Code, error.Line)).OrderBy(error => error.Item2));
        Assert.Single(client.Calls, "pull");
    }
}
