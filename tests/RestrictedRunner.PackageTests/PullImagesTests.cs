using System.Net;

namespace RestrictedRunner.PackageTests;

/// <summary>The target that brings the images of declared steps.</summary>
public class PullImagesTests
{
    [EngineFact]
    public async Task An_image_that_is_there_is_looked_for_once_and_nothing_runs()
    {
        var project = TestProject.WithItems(
            """
            <DockerExecStep Include="A" Image="busybox:latest" Command="echo a &gt; a.txt" Outputs="a.txt" />
            <DockerExecStep Include="B" Image="busybox:latest" Command="true" />
            <DockerExecStep Include="C" Command="true" />
            """);
        FakeClient.Write(project, """echo "$@" >>"${0%/*}/calls"; exec docker "$@" """);

        var build = await project.BuildAsync("-t:PullDockerExecImages", "-p:DockerExecEngine=./client", "-p:DockerExecImage=gcc:12");

        Assert.Equal(0, build.SucceededWithoutWarnings().Runs);
        Assert.Contains("busybox:latest: is there", build.Texts);
        Assert.Contains("gcc:12: is there", build.Texts);
        Assert.Equal(
            ["busybox:latest", "gcc:12"],
            (await File.ReadAllLinesAsync(project["calls"], TestContext.Current.CancellationToken)).Select(call => call.Split(' ')[^1]));
        Assert.False(File.Exists(project["a.txt"]));
    }

    [EngineFact]
    public async Task An_image_of_a_registry_comes_once_as_the_step_that_wants_most_of_it_says()
    {
        await using var registry = await Registry.StartAsync();
        await registry.PublishAsync(Engines.Docker, "tool:1");
        await registry.PublishAsync(Engines.Docker, "tool:2");
        using var client = registry.ClientFor(Engines.Docker);
        await using var first = new PulledImage(Engines.Docker, $"{registry.Address}/tool:1");
        await using var second = new PulledImage(Engines.Docker, $"{registry.Address}/tool:2");
        var project = TestProject.WithItems(
            $"""
            <DockerExecStep Include="A" Image="{first.Name}" Command="true" Pull="never" />
            <DockerExecStep Include="B" Image="{first.Name}" Command="true" />
            <DockerExecStep Include="C" Image="{second.Name}" Command="true" Pull="never" />
            <DockerExecStep Include="D" Image="{second.Name}" Command="true" />
            <DockerExecStep Include="E" Image="{second.Name}" Command="true" Pull="always" />
            """);

        var build = await project.BuildAsync("-t:PullDockerExecImages", $"-p:DockerExecEngine={client.Path}");

        build.SucceededWithoutWarnings();
        Assert.Equal(
            [$"{first.Name}: pulled", $"{second.Name}: pulled"],
            build.Texts.Where(text => text.EndsWith(": pulled", StringComparison.Ordinal) || text.EndsWith(": is there", StringComparison.Ordinal)));
        Assert.Equal(["image", "pull", "pull"], client.Calls);
    }

    [EngineFact]
    public async Task What_the_build_makes_before_a_step_need_not_be_there()
    {
        var project = TestProject.WithItems(
            """
            <DockerExecStep Include="A" Image="busybox:latest" Command="echo a &gt; a.txt" Outputs="a.txt" />
            <DockerExecStep Include="B" Image="gcc:12" Command="cat" StandardInput="a.txt" Mounts="made:/made" WorkingDirectory="made" />
            """);

        var build = await project.BuildAsync("-t:PullDockerExecImages");

        build.SucceededWithoutWarnings();
        Assert.Contains("busybox:latest: is there", build.Texts);
        Assert.Contains("gcc:12: is there", build.Texts);
    }

    [EngineFact]
    public async Task Of_several_frameworks_each_brings_its_own()
    {
        var project = new TestProject(
            """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFrameworks>net8.0;net10.0</TargetFrameworks>
                <CheckEolTargetFramework>false</CheckEolTargetFramework>
              </PropertyGroup>
              <ItemGroup>
                <DockerExecStep Include="All" Image="busybox:latest" Command="true" />
                <DockerExecStep Include="Each" Image="tool-$(TargetFramework):1" Command="true" PerTargetFramework="true" />
                <DockerExecStep Include="One" Image="one:1" Command="true" Condition="'$(TargetFramework)' == 'net10.0'" />
              </ItemGroup>
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        FakeClient.Write(project, """echo "$@" >>"${0%/*}/calls" """);

        var build = await project.BuildAsync("-t:PullDockerExecImages", "-p:DockerExecEngine=./client");

        build.SucceededWithoutWarnings();
        Assert.Equal(
            ["busybox:latest", "one:1", "tool-net10.0:1", "tool-net8.0:1"],
            (await File.ReadAllLinesAsync(project["calls"], TestContext.Current.CancellationToken)).Select(call => call.Split(' ')[^1]).Distinct().Order(StringComparer.Ordinal));
    }

    [EngineFact]
    public async Task What_one_framework_cannot_have_keeps_no_other_from_its_own()
    {
        var project = new TestProject(
            """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFrameworks>net8.0;net10.0</TargetFrameworks>
                <CheckEolTargetFramework>false</CheckEolTargetFramework>
              </PropertyGroup>
              <ItemGroup>
                <DockerExecStep Include="All" Image="absent-all:1" Command="true" Pull="never" Condition="'$(TargetFramework)' == ''" />
                <DockerExecStep Include="Old" Image="absent-old:1" Command="true" Pull="never" Condition="'$(TargetFramework)' == 'net8.0'" />
                <DockerExecStep Include="New" Image="busybox:latest" Command="true" Condition="'$(TargetFramework)' == 'net10.0'" />
              </ItemGroup>
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);

        var build = await project.BuildAsync("-t:PullDockerExecImages");

        Assert.NotEqual(0, build.ExitCode);
        Assert.Equal([("RRB2004", project.LineOf("Include=\"All\"")), ("RRB2004", project.LineOf("Include=\"Old\""))], build.Errors.Select(error => (error.Code, error.Line)));
        Assert.Contains("busybox:latest: is there", build.Texts);
    }

    [EngineFact]
    public async Task An_engine_that_does_not_answer_is_told_of_once()
    {
        var project = TestProject.WithItems(
            """
            <DockerExecStep Include="A" Image="a:1" Command="true" />
            <DockerExecStep Include="B" Image="b:1" Command="true" />
            """);
        FakeClient.Write(project, """echo "$@" >>"${0%/*}/calls"; echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2; exit 1""");

        var build = await project.BuildAsync("-t:PullDockerExecImages", "-p:DockerExecEngine=./client");

        Assert.Equal(["RRB2002"], build.Errors.Select(error => error.Code));
        Assert.Single(await File.ReadAllLinesAsync(project["calls"], TestContext.Current.CancellationToken));
    }

    [EngineFact]
    public async Task What_cannot_be_had_is_an_error_at_its_step_and_the_others_come()
    {
        using var registry = new FakeRegistry(HttpStatusCode.NotFound, """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}""");
        var project = TestProject.WithItems(
            $"""
            <DockerExecStep Include="A" Image="{registry.Host}/absent:1" Command="true" />
            <DockerExecStep Include="B" Image="{registry.Host}/other:1" Command="true" Pull="never" />
            <DockerExecStep Include="C" Image="busybox:latest" Command="true" />
            """);

        var build = await project.BuildAsync("-t:PullDockerExecImages");

        Assert.Equal(
            [
                ("RRB2005", project.LineOf("Include=\"A\""), $"Step 'A': the registry has no image '{registry.Host}/absent:1'. Check name, tag and platform; a private image needs 'docker login'."),
                ("RRB2004", project.LineOf("Include=\"B\""), $"Step 'B': the engine does not have image '{registry.Host}/other:1', and Pull=\"never\" did not bring it. Pull or build it first, or set Pull=\"missing\"."),
            ],
            build.Errors.Select(error => (error.Code, error.Line, error.Text.Split('\n')[0])));
        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains("busybox:latest: is there", build.Texts);
    }

    [EngineFact]
    public async Task Bad_input_is_told_before_anything_is_pulled()
    {
        var project = TestProject.WithItems("""<DockerExecStep Include="A" Command="true" Memory="much" />""");
        FakeClient.WriteRecorder(project);

        var build = await project.BuildAsync("-t:PullDockerExecImages", "-p:DockerExecEngine=./client");

        Assert.Equal(["RRB1001", "RRB1003"], build.Errors.Select(error => error.Code).Order(StringComparer.Ordinal));
        Assert.Contains(build.Errors, error => error.Text == "Step 'A': docker runner requires 'image' option: give the step metadata Image, or the project a property DockerExecImage.");
        Assert.NotEqual(0, build.ExitCode);
        Assert.Empty(FakeClient.Calls(project));
    }
}
