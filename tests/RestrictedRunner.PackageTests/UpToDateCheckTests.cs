using System.Text.Json;

namespace RestrictedRunner.PackageTests;

/// <summary>What an IDE reads in a design-time build to know later, without a build, whether to build.</summary>
public class UpToDateCheckTests
{
    // As the IDE's own targets have them: they are not in the SDK.
    private const string OfTheIde =
        """
        <Target Name="CollectUpToDateCheckInputDesignTime" DependsOnTargets="$(CollectUpToDateCheckInputDesignTimeDependsOn)" Returns="@(UpToDateCheckInput)" />
        <Target Name="CollectUpToDateCheckOutputDesignTime" DependsOnTargets="$(CollectUpToDateCheckOutputDesignTimeDependsOn)" Returns="@(UpToDateCheckOutput)" />
        """;

    private const string Stamp = "obj/Debug/net10.0/Library.csproj.DockerExec.stamp";

    private const string Copy =
        """
        <DockerExecStep Include="Copy" Image="busybox:latest" Inputs="a.txt" Outputs="b.txt" Command="cp a.txt b.txt" />
        <DockerExecStep Include="Again" Image="busybox:latest" Inputs="b.txt;c.txt" Outputs="d.txt" Command="cat b.txt c.txt &gt; d.txt" />
        """;

    [Theory]
    [InlineData("-p:DesignTimeBuild=true")]
    [InlineData("-p:DockerExecEnabled=false")]
    public async Task Globs_and_folders_are_files_and_each_step_has_a_set_of_its_own(string how)
    {
        var project = Project(
            """
            <DockerExecStep Include="First" Image="busybox:latest" Command="x" Outputs="one.txt"
                            Inputs="name.txt; protos/**/*.proto; !protos/no.proto; !protos/old/; absent.txt" />
            <DockerExecStep Include="Second" Image="busybox:latest" Command="x" Outputs="made/;one/*.txt" Inputs="protos;one.txt;!protos/*.md" StandardInput="name.txt" />
            <DockerExecStep Include="Third" Image="busybox:latest" Command="x" Outputs="obj/third.txt" />
            """);
        foreach (var file in new[] { "name.txt", "protos/a/a.proto", "protos/no.proto", "protos/old/b.proto", "protos/.hidden", "protos/read.md", "made/a/m.txt", "one/1.txt" })
        {
            project.Write(file, "");
        }

        var (inputs, outputs, build) = await CollectAsync(project, how, "-p:DockerExecEngine=./client");

        Assert.Equal(
            [
                "DockerExec First: absent.txt", "DockerExec First: name.txt", "DockerExec First: protos/a/a.proto",
                "DockerExec Second: name.txt", "DockerExec Second: protos/.hidden", "DockerExec Second: protos/a/a.proto",
                "DockerExec Second: protos/no.proto", "DockerExec Second: protos/old/b.proto",
            ],
            inputs);
        Assert.Equal(
            [
                $"DockerExec First: {Stamp}", $"DockerExec Second: {Stamp}",
                "DockerExec outputs of First: one.txt", "DockerExec outputs of Second: made/a/m.txt", "DockerExec outputs of Second: one/1.txt",
                "DockerExec outputs of Third: obj/third.txt",
            ],
            outputs);
        // Neither an engine nor a task of ours.
        Assert.Empty(FakeClient.Calls(project));
        Assert.DoesNotContain(build.Texts, text => text.Contains("RestrictedRunner.Build.dll", StringComparison.Ordinal));
        Assert.False(File.Exists(project[Stamp]));
    }

    [EngineFact]
    public async Task What_dependency_files_tell_of_is_read_too()
    {
        var project = Project(
            """
            <DockerExecStep Include="Read" Image="busybox:latest" Inputs="a.txt" Outputs="b.txt" DependencyFile="obj/b.d" Command="cat a.txt c/*.h &gt; b.txt; echo 'b.txt: a.txt c/a%2520\ b%3B@.h c/*.h' &gt; obj/b.d" />
            """);
        project.Write("a.txt", "");
        project.Write("c/a%20 b;@.h", "");
        project.Write("c/*.h", "");
        Assert.Equal(["DockerExec Read: a.txt"], (await CollectAsync(project, "-p:DesignTimeBuild=true")).Inputs);
        (await project.BuildAsync("-restore")).SucceededWithoutWarnings();

        var (inputs, outputs, _) = await CollectAsync(project, "-p:DesignTimeBuild=true");

        Assert.Equal(["DockerExec Read: a.txt", "DockerExec discovered: a.txt", "DockerExec discovered: c/*.h", "DockerExec discovered: c/a%20 b;@.h"], inputs.Order(StringComparer.Ordinal));
        Assert.Contains($"DockerExec discovered: {Stamp}", outputs);

        // The step may say no more.
        project.Write("Library.csproj", (await File.ReadAllTextAsync(project.File, TestContext.Current.CancellationToken)).Replace(" DependencyFile=\"obj/b.d\"", "", StringComparison.Ordinal));
        (await project.BuildAsync()).SucceededWithoutWarnings();
        Assert.Equal(["DockerExec Read: a.txt"], (await CollectAsync(project, "-p:DesignTimeBuild=true")).Inputs);
    }

    [Fact]
    public async Task Globs_pass_by_folders_with_a_dot_unless_they_name_them()
    {
        var project = Project(
            """
            <DockerExecStep Include="All" Image="busybox:latest" Command="x" Inputs="**/a.txt;**/.d*.txt;!obj/**;src/**" />
            <DockerExecStep Include="Above" Image="busybox:latest" Command="x" Inputs="../$([System.IO.Path]::GetFileName($(MSBuildProjectDirectory)))/**/*.txt" />
            <DockerExecStep Include="Folder" Image="busybox:latest" Command="x" Inputs="src;absent/.x/b.txt" />
            <DockerExecStep Include="Named" Image="busybox:latest" Command="x" Inputs=" .config/*; **/.vs/*.txt;.git/HEAD.txt" />
            <DockerExecStep Include="Own" Image="busybox:latest" Command="x" Inputs="./;!**/obj;!**/*.binlog;!**/*.json" />
            """);
        foreach (var file in new[] { "a.txt", ".dot.txt", ".git/HEAD.txt", ".config/c.txt", "src/.vs/v.txt", "src/b.txt" })
        {
            project.Write(file, "");
        }

        var (inputs, _, _) = await CollectAsync(project, "-p:DesignTimeBuild=true");

        var above = $"../{Path.GetFileName(project.Folder)}";
        Assert.Equal(
            [
                $"Above: {above}/.dot.txt", $"Above: {above}/a.txt", $"Above: {above}/src/b.txt",
                "All: .dot.txt", "All: a.txt", "All: src/b.txt",
                "Folder: absent/.x/b.txt", "Folder: src/.vs/v.txt", "Folder: src/b.txt",
                "Named: .config/c.txt", "Named: .git/HEAD.txt", "Named: src/.vs/v.txt",
                "Own: ./.dot.txt", "Own: ./Library.csproj", "Own: ./a.txt", "Own: ./client", "Own: ./src/b.txt",
            ],
            inputs.Select(input => input["DockerExec ".Length..]));
    }

    [EngineFact]
    public async Task After_a_build_there_is_nothing_to_do_also_when_content_is_what_it_was()
    {
        var project = Project(Copy);
        project.Write("a.txt", "a");
        project.Write("c.txt", "c");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        Assert.Equal("", await WhyAsync(project));

        File.SetLastWriteTimeUtc(project["c.txt"], DateTime.UtcNow);
        Assert.Equal("DockerExec Again", await WhyAsync(project));
        var build = await project.BuildAsync();

        Assert.Empty(build.SucceededWithoutWarnings().CommandLines);
        Assert.Equal("", await WhyAsync(project));
        File.Delete(project["b.txt"]);
        Assert.Equal("DockerExec outputs of Copy", await WhyAsync(project));
    }

    [EngineFact]
    public async Task A_question_and_a_failed_step_leave_the_stamp_alone()
    {
        var project = Project(Copy);
        project.Write("a.txt", "a");
        project.Write("c.txt", "c");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        File.SetLastWriteTimeUtc(project[Stamp], DateTime.UnixEpoch);

        (await project.BuildAsync("-t:RunDockerExecSteps", "-question")).Succeeded();
        File.Delete(project["c.txt"]);
        Assert.Equal("RRB1021", (await project.BuildAsync()).FailedWithOneError().Code);

        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(project[Stamp]));
    }

    // A step runs when its image is another one there.
    [Fact]
    public async Task The_lock_file_is_an_input_of_each_step()
    {
        var project = Project(Copy);
        var own = project.Write("docker-exec.lock.json", "{}");
        project.Write("other.json", "{}");

        Assert.Contains($"DockerExec Again: {own}", (await CollectAsync(project, "-p:DesignTimeBuild=true")).Inputs);
        Assert.Contains("DockerExec Again: other.json", (await CollectAsync(project, "-p:DesignTimeBuild=true", "-p:DockerExecLockFile=other.json")).Inputs);
    }

    // The rule of the IDE: https://github.com/dotnet/project-system/blob/main/docs/up-to-date-check.md
    private static async Task<string> WhyAsync(TestProject project)
    {
        var (inputs, outputs, _) = await CollectAsync(project, "-p:DesignTimeBuild=true");
        var sets = inputs.Concat(outputs).Select(item => item.Split(": ")[0]).Distinct();
        return string.Join(", ", sets.Where(set => !IsUpToDate(set)));

        bool IsUpToDate(string set)
        {
            var written = Files(outputs, set).ToList();
            return written.TrueForAll(File.Exists) && Files(inputs, set).All(input => File.Exists(input) && File.GetLastWriteTimeUtc(input) <= written.Min(File.GetLastWriteTimeUtc));
        }

        IEnumerable<string> Files(IEnumerable<string> items, string set) =>
            items.Where(item => item.StartsWith(set + ": ", StringComparison.Ordinal)).Select(item => project[item.Split(": ")[1]]);
    }

    private static async Task<(IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, Build Build)> CollectAsync(TestProject project, params string[] how)
    {
        var file = project[$"{Path.GetRandomFileName()}.json"];
        var build = await project.BuildAsync(
            [.. how, "-t:CollectUpToDateCheckInputDesignTime;CollectUpToDateCheckOutputDesignTime", "-getItem:UpToDateCheckInput", "-getItem:UpToDateCheckOutput", $"-getResultOutputFile:{file}"]);
        build.SucceededWithoutWarnings();
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        return (Items("UpToDateCheckInput"), Items("UpToDateCheckOutput"), build);

        IReadOnlyList<string> Items(string type) =>
        [
            .. json.RootElement.GetProperty("Items").GetProperty(type).EnumerateArray()
                .Select(item => $"{item.GetProperty("Set").GetString()}: {item.GetProperty("Identity").GetString()}")
                .Order(StringComparer.Ordinal),
        ];
    }

    private static TestProject Project(string steps)
    {
        var project = new TestProject(
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <DockerExecCache>off</DockerExecCache>
              </PropertyGroup>
              <ItemGroup>
                {steps}
              </ItemGroup>
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
              {OfTheIde}
            </Project>
            """,
            "Library.csproj");
        FakeClient.WriteRecorder(project);
        return project;
    }
}
