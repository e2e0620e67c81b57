using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace RestrictedRunner.PackageTests;

/// <summary>Builds that run what a lock file says, and the target that writes it.</summary>
public class LockFileTests
{
    private const string Absent = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private static string Processor => RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";

    [EngineFact]
    public async Task What_was_locked_runs_until_it_is_updated_wherever_the_name_moves()
    {
        await using var registry = await Registry.StartAsync();
        var (first, _) = await registry.PublishIndexAsync(Engines.Docker, "tool:1", "first\n"u8.ToArray(), "amd64", "arm64");
        using var client = registry.ClientFor(Engines.Docker);
        var name = $"{registry.Address}/tool:1";
        await using var byFirst = new PulledImage(Engines.Docker, $"{registry.Address}/tool@{first[Processor]}");
        var project = TestProject.WithItems(
            $"""<DockerExecStep Include="A" Image="{name}" Command="cat /added &gt; a.txt" Outputs="a.txt" />""",
            $"""<DockerExec Image="{name}" Engine="{client.Path}" Command="cat /added" />""");

        var update = (await project.BuildAsync("-t:UpdateDockerExecLock", $"-p:DockerExecEngine={client.Path}")).SucceededWithoutWarnings();

        Assert.Equal([$"{name}, linux/amd64: new, {first["amd64"]}", $"{name}, linux/arm64: new, {first["arm64"]}"], Told(update));
        Assert.Equal(
            $$"""
            {
              "version": 1,
              "images": {
                "{{name}}": {
                  "platforms": {
                    "linux/amd64": "{{first["amd64"]}}",
                    "linux/arm64": "{{first["arm64"]}}"
                  }
                }
              }
            }

            """,
            await File.ReadAllTextAsync(project["docker-exec.lock.json"], TestContext.Current.CancellationToken));
        Assert.DoesNotContain("pull", client.Calls);

        // Somebody moves the name: the build does not notice.
        var (second, _) = await registry.PublishIndexAsync(Engines.Docker, "tool:1", "second\n"u8.ToArray(), "amd64", "arm64");
        await using var bySecond = new PulledImage(Engines.Docker, $"{registry.Address}/tool@{second[Processor]}");
        var locked = (await project.BuildAsync("-p:ContinuousIntegrationBuild=true", $"-p:DockerExecEngine={client.Path}")).SucceededWithoutWarnings();
        Assert.Equal("first\n", await File.ReadAllTextAsync(project["a.txt"], TestContext.Current.CancellationToken));
        Assert.Contains("first", locked.Output);
        Assert.All(locked.CommandLines, line => Assert.Contains($" {byFirst.Name} ", line.Text, StringComparison.Ordinal));
        Assert.Equal(["run", "pull", "run", "run"], client.Calls.Where(call => call is "run" or "pull"));

        // Nor does it ask the engine: the calls are those of the task.
        var before = client.Calls.Count;
        var unchanged = (await project.BuildAsync("-p:ContinuousIntegrationBuild=true", "-t:RunDockerExecSteps", $"-p:DockerExecEngine={client.Path}")).SucceededWithoutWarnings();
        Assert.Equal(0, unchanged.Runs);
        Assert.Equal(before, client.Calls.Count);

        Assert.Equal(
            [new Problem("RRB4017", project.File, 0, $"No step and no DockerImage of this project names image '{name}x'. Is '{name}' meant? The images: {name}.")],
            (await project.BuildAsync("-t:UpdateDockerExecLock", $"-p:Image={name}x", $"-p:DockerExecEngine={client.Path}")).Errors);
        update = (await project.BuildAsync("-t:UpdateDockerExecLock", $"-p:Image={name}", $"-p:DockerExecEngine={client.Path}")).SucceededWithoutWarnings();
        Assert.Equal([$"{name}, linux/amd64: changed from {first["amd64"]} to {second["amd64"]}", $"{name}, linux/arm64: changed from {first["arm64"]} to {second["arm64"]}"], Told(update));
        var pull = (await project.BuildAsync("-t:PullDockerExecImages", $"-p:DockerExecEngine={client.Path}")).SucceededWithoutWarnings();
        Assert.Contains($"{name}: pulled", pull.Texts);
        (await project.BuildAsync("-t:RunDockerExecSteps", $"-p:DockerExecEngine={client.Path}")).SucceededWithoutWarnings();
        Assert.Equal("second\n", await File.ReadAllTextAsync(project["a.txt"], TestContext.Current.CancellationToken));
        Assert.Equal([$"{name}: unchanged"], Told(await project.BuildAsync("-t:UpdateDockerExecLock", $"-p:DockerExecEngine={client.Path}")));
    }

    [EngineFact]
    public async Task An_image_that_cannot_be_had_is_an_error_at_its_step_and_the_others_are_locked()
    {
        await using var open = await Registry.StartAsync();
        await using var closed = await Registry.StartAsync(withPassword: true);
        await closed.PublishAsync(Engines.Docker, "secret:1");
        await using var local = await DerivedImage.CreateAsync(Engines.Docker, "USER 1:1");
        using var client = closed.ClientFor(Engines.Docker, morePorts: open.Port);
        var project = TestProject.WithItems(
            $"""
            <DockerExecStep Include="A" Image="{open.Address}/absent:1" Command="true" />
            <DockerExecStep Include="B" Image="{closed.Address}/secret:1" Command="true" />
            <DockerExecStep Include="C" Image="{local.Name}" Command="true" />
            <DockerExecStep Include="D" Image="Not A Name" Command="true" />
            <DockerExecStep Include="E" Image="busybox@{Absent}" Command="true" />
            """);
        project.Write("docker-exec.lock.json", FileWith(Block($"{closed.Address}/secret:1", "linux/amd64"), Block("of-another-project:1", "linux/amd64")));

        var update = await project.BuildAsync("-t:UpdateDockerExecLock", $"-p:DockerExecEngine={client.Path}");

        Assert.NotEqual(0, update.ExitCode);
        Assert.Equal(
            [("RRB1002", project.LineOf("Include=\"D\"")), ("RRB2005", project.LineOf("Include=\"A\"")), ("RRB2006", project.LineOf("Include=\"B\""))],
            update.Errors.Select(error => (error.Code, error.Line)).Order());
        var id = await Docker.IdAsync(local.Name);
        Assert.Equal([$"{local.Name}, linux/{Processor}: new, {id} (local: it came from no registry, and only engines that have it can run it)"], Told(update));
        var images = Images(project);
        Assert.Equal([$"{closed.Address}/secret:1", local.Name, "of-another-project:1"], images.Select(image => image.Key));
        Assert.Equal(Absent, (string)images[$"{closed.Address}/secret:1"]!["platforms"]!["linux/amd64"]!);
        Assert.True((bool)images[local.Name]!["local"]!);
    }

    [EngineFact]
    public async Task In_a_locked_build_what_is_not_in_the_file_is_an_error_before_anything_runs()
    {
        var project = TestProject.WithItems(
            $"""
            <DockerExecStep Include="A" Image="busybox:latest" Command="echo a &gt; a.txt" Outputs="a.txt" />
            <DockerExecStep Include="B" Image="some:1" Command="true" Platform="linux/s390x" />
            <DockerExecStep Include="C" Image="busybox@{Absent}" Command="true" />
            """,
            """<DockerExec Image="gcc:12" Command="true" />""");
        project.Write("docker-exec.lock.json", FileWith(Block("some:1", "linux/amd64", "linux/arm64")));
        var file = project["docker-exec.lock.json"];

        foreach (var argument in new[] { "-p:DockerExecLockedMode=true", "-p:ContinuousIntegrationBuild=true", "-p:RestoreLockedMode=true" })
        {
            var build = await project.BuildAsync(argument);

            Assert.Equal(
                [
                    new Problem("RRB4012", project.File, project.LineOf("Include=\"A\""), $"Step 'A': Image 'busybox:latest' is not in the lock file '{file}', and this build runs locked images only (DockerExecLockedMode, which ContinuousIntegrationBuild and RestoreLockedMode set). Add it: 'dotnet build -t:UpdateDockerExecLock -p:Image=busybox:latest', and commit the file."),
                    new Problem("RRB4013", project.File, project.LineOf("Include=\"B\""), $"Step 'B': the lock file '{file}' has image 'some:1' for linux/amd64 and linux/arm64, and not for linux/s390x, which this step needs. If the image has that platform by now, add it: 'dotnet build -t:UpdateDockerExecLock -p:Image=some:1'. Otherwise set Platform to one that it has."),
                ],
                build.Errors);
            Assert.Equal(0, build.Runs);
        }

        var task = (await project.BuildAsync("-p:DockerExecLockedMode=true", "-p:DockerExecEnabled=false")).FailedWithOneError();
        Assert.Equal(("RRB4012", project.LineOf("<DockerExec Image")), (task.Code, task.Line));
        Assert.EndsWith("'dotnet build -t:UpdateDockerExecLock -p:Image=gcc:12', where the project names it by <DockerImage Include=\"gcc:12\" />, and commit the file.", task.Text, StringComparison.Ordinal);
        var pull = await project.BuildAsync("-p:DockerExecLockedMode=true", "-t:PullDockerExecImages", "-p:DockerExecEngine=./none");
        Assert.Equal(["RRB4012", "RRB4013"], pull.Errors.Select(error => error.Code).Where(code => code.StartsWith("RRB4", StringComparison.Ordinal)));
    }

    [EngineFact]
    public async Task Outside_of_a_locked_build_it_runs_by_its_name_and_a_message_says_so()
    {
        var project = TestProject.WithItems("""<DockerExecStep Include="A" Image="busybox:latest" Command="echo a &gt; a.txt" Outputs="a.txt" />""");

        // Without a file nothing is locked, on a build server neither.
        Assert.Equal(1, (await project.BuildAsync("-p:ContinuousIntegrationBuild=true")).SucceededWithoutWarnings().Runs);
        project.Write("docker-exec.lock.json", """{"version": 1, "images": {}}""");
        var build = (await project.BuildAsync("-p:DockerExecLockedMode=false", "-p:ContinuousIntegrationBuild=true")).SucceededWithoutWarnings();

        Assert.Contains(build.Texts, text => text.StartsWith("Image 'busybox:latest' is not in the lock file, so what its name stands for on this machine is run.", StringComparison.Ordinal));
        Assert.Equal(0, build.Runs);
    }

    [EngineFact]
    public async Task A_file_that_is_missed_or_broken_is_an_error_and_an_update_leaves_it()
    {
        var project = TestProject.WithItems("""<DockerExecStep Include="A" Image="busybox:latest" Command="true" />""", """<DockerExec Image="busybox:latest" Command="true" />""");

        var named = (await project.BuildAsync("-p:DockerExecLockFile=other.json")).FailedWithOneError();
        Assert.Equal(new("RRB4014", project.File, 0, $"There is no lock file '{project["other.json"]}', and DockerExecLockFile names it. Make it ('dotnet build -t:UpdateDockerExecLock'), or correct the property."), named);
        var wanted = (await project.BuildAsync("-p:DockerExecLockedMode=true")).FailedWithOneError();
        Assert.Equal(("RRB4014", "There is no lock file 'docker-exec.lock.json', and DockerExecLockedMode wants one in the project's folder or above it."), (wanted.Code, wanted.Text.Split(" Make it")[0]));
        Assert.Equal("RRB1003", (await project.BuildAsync("-p:DockerExecLockedMode=yes")).FailedWithOneError().Code);

        Directory.CreateDirectory(project["folder"]);
        Assert.Equal("RRB4016", (await project.BuildAsync("-t:UpdateDockerExecLock", "-p:DockerExecLockFile=folder")).FailedWithOneError().Code);
        Assert.Equal("RRB4014", (await project.BuildAsync("-t:RunDockerExecSteps", "-p:DockerExecLockFile=folder")).FailedWithOneError().Code);
        const string Conflict = "{\n  \"version\": 1,\n<<<<<<< HEAD\n  \"images\": {}\n=======\n}\n";
        var file = project.Write("docker-exec.lock.json", Conflict);
        foreach (var target in new[] { "-t:RunDockerExecSteps", "-t:UpdateDockerExecLock", "-t:PullDockerExecImages", "-p:DockerExecEnabled=false" })
        {
            var broken = (await project.BuildAsync(target)).FailedWithOneError();
            Assert.Equal(new("RRB4010", file, 3, "The lock file cannot be read: it has the marks of a merge conflict; keep one side of each, and let 'dotnet build -t:UpdateDockerExecLock' write what is true."), broken);
        }

        Assert.Equal(Conflict, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        project.Write("docker-exec.lock.json", "{\n  \"version\": 2,\n  \"pictures\": []\n}\n");
        Assert.Equal(
            new("RRB4011", file, 2, "The lock file is of a form that this version of RestrictedRunner.Build does not know: its version is 2 and not 1. Use the version that wrote it, or a newer one."),
            (await project.BuildAsync("-t:UpdateDockerExecLock")).FailedWithOneError());
    }

    [EngineFact]
    public async Task A_local_image_that_the_engine_does_not_have_is_never_looked_for_in_a_registry()
    {
        using var client = new ClientScript(Engines.Docker);
        var project = TestProject.WithItems("""<DockerExecStep Include="A" Image="tools:1" Command="true" />""");
        project.Write("docker-exec.lock.json", FileWith(Block("tools:1", "linux/amd64").Replace("{ ", "{ \"local\": true, ", StringComparison.Ordinal)));

        var error = (await project.BuildAsync($"-p:DockerExecEngine={client.Path}")).FailedWithOneError();

        Assert.Equal(("RRB4015", project.LineOf("Include=\"A\"")), (error.Code, error.Line));
        Assert.StartsWith($"Step 'A': the lock file has image 'tools:1' as one that came from no registry, and this engine does not have it: {Absent}. Push the image to a registry, or build it here, and lock what it is then: 'dotnet build -t:UpdateDockerExecLock -p:Image=tools:1'.", error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("pull", client.Calls);
    }

    [EngineFact]
    public async Task Projects_that_are_built_at_once_write_one_file_together()
    {
        await using var registry = await Registry.StartAsync();
        var digests = new Dictionary<string, string>();
        foreach (var number in Enumerable.Range(1, 6))
        {
            digests[$"{registry.Address}/tool-{number}:1"] = (await registry.PublishIndexAsync(Engines.Docker, $"tool-{number}:1", [], Processor)).Images[Processor];
        }

        using var client = registry.ClientFor(Engines.Docker);
        var all = TestProject.WithTarget("""
            <ItemGroup>
              <Part Include="p*/part.proj" />
            </ItemGroup>
            <MSBuild Projects="@(Part)" Targets="UpdateDockerExecLock" BuildInParallel="true" />
            """);
        foreach (var (name, number) in digests.Keys.Select((name, i) => (name, i + 1)))
        {
            all.Write($"p{number}/part.proj", $"""
                <Project>
                  <ItemGroup>
                    <DockerExecStep Include="A" Image="{name}" Command="true" />
                    <DockerImage Include="built" Dockerfile="Dockerfile" />
                    <DockerImage Include="{digests.Keys.First()}" />
                  </ItemGroup>
                  <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
                </Project>
                """);
        }

        var update = (await all.BuildAsync("-m:3", $"-p:DockerExecLockFile={all["shared.json"]}", $"-p:DockerExecEngine={client.Path}")).SucceededWithoutWarnings();

        Assert.Equal(digests.OrderBy(digest => digest.Key, StringComparer.Ordinal), Images(all, "shared.json").Select(image => KeyValuePair.Create(image.Key, (string)image.Value!["platforms"]![$"linux/{Processor}"]!)));
        Assert.DoesNotContain(Told(update), text => text.StartsWith("built", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(all.Folder, "*.new"));
    }

    [EngineFact]
    public async Task Each_framework_locks_its_own_images_and_the_file_of_the_repository_holds_for_all()
    {
        await using var local = await DerivedImage.CreateAsync(Engines.Docker, "USER 1:1");
        var all = TestProject.WithTarget("");
        all.Write("docker-exec.lock.json", """{"version": 1, "images": {}}""");
        var project = TestProject.At(all.Write("src/App.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFrameworks>net8.0;net10.0</TargetFrameworks>
                <CheckEolTargetFramework>false</CheckEolTargetFramework>
                <Busybox Condition="'$(TargetFramework)' == 'net10.0'">busybox:latest</Busybox>
                <Busybox Condition="'$(TargetFramework)' != 'net10.0'">{local.Name}</Busybox>
              </PropertyGroup>
              <ItemGroup>
                <DockerExecStep Include="Each" Image="$(Busybox)" Command="true" PerTargetFramework="true" />
              </ItemGroup>
              <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
            </Project>
            """));

        (await project.BuildAsync("-t:UpdateDockerExecLock")).SucceededWithoutWarnings();

        Assert.Equal(["busybox:latest", local.Name], Images(all).Select(image => image.Key));
        Assert.False(File.Exists(project["docker-exec.lock.json"]));
    }

    private static IReadOnlyList<string> Told(Build build) => [.. build.SaidByTask("DockerExecLock").Where(message => message.Importance == Microsoft.Build.Framework.MessageImportance.High).Select(message => message.Text)];

    private static JsonObject Images(TestProject project, string file = "docker-exec.lock.json") => JsonNode.Parse(File.ReadAllText(project[file]))!["images"]!.AsObject();

    private static string FileWith(params string[] blocks) => $"{{\"version\": 1, \"images\": {{{string.Join(", ", blocks)}}}}}";

    // An image that nobody has.
    private static string Block(string name, params string[] platforms) =>
        $"\"{name}\": {{ \"platforms\": {{{string.Join(", ", platforms.Select(platform => $"\"{platform}\": \"{Absent}\""))}}}}}";
}
