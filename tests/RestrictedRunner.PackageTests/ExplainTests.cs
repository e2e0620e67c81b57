using System.Text.RegularExpressions;

namespace RestrictedRunner.PackageTests;

/// <summary>What a build would do, for who asks: <c>dotnet build -t:ExplainDockerExecSteps</c>.</summary>
public class ExplainTests
{
    private const string Explain = "-t:ExplainDockerExecSteps";

    private static readonly IReadOnlyDictionary<string, string?> DeadSocket = new Dictionary<string, string?> { ["DOCKER_HOST"] = "unix:///nonexistent/docker.sock" };

    [EngineFact]
    public async Task It_tells_of_each_step_runs_nothing_and_writes_nothing()
    {
        var project = Project();
        FakeClient.Write(project, """printf '%s\n' "$1" >>"${0%/*}/../calls"; exec docker "$@" """);
        Directory.CreateDirectory(project["bin"]);
        File.Move(project["client"], project["bin/client"]);
        var (one, two) = ($"{Guid.NewGuid()}", $"{Guid.NewGuid()}");
        project.Write("a.txt", one);

        Assert.Equal(
            [
                "First: would run because it has not run here before",
                "Second: would run because\n  step First, which comes first, has yet to write its input b.txt\n  it has not run here before",
            ],
            await ExplainAsync());

        await RunAsync();
        Assert.Equal(["First: up to date", "Second: up to date"], await ExplainAsync());
        Assert.Equal(["First: up to date", "Second: up to date"], await ExplainAsync(environment: DeadSocket));

        project.Write("a.txt", two);
        Assert.Equal(
            [
                "First: would run because input a.txt changed",
                "Second: would run, unless step First, which comes first, writes the same files again",
            ],
            await ExplainAsync(environment: DeadSocket));
        Assert.Equal(
            [
                "First: would run because input a.txt changed",
                "Second: would run because Memory changed",
            ],
            await ExplainAsync("-p:Memory=64m"));

        await RunAsync();
        project.Write("a.txt", one);
        Assert.Equal(
            [
                "First: would be restored from the cache because input a.txt changed",
                "Second: would run, unless step First, which comes first, writes the same files again",
            ],
            await ExplainAsync());
        Assert.Equal("First: would run because input a.txt changed", (await ExplainAsync("-p:DockerExecCache=off"))[0]);

        async Task RunAsync() => (await BuildAsync([], environment: null)).SucceededWithoutWarnings();

        Task<Build> BuildAsync(string[] arguments, IReadOnlyDictionary<string, string?>? environment) =>
            project.BuildAsync(new BuildSetting { Arguments = ["-p:DockerExecEngine=./bin/client", .. arguments], Environment = (environment ?? DeadSocket).Where(_ => environment is not null).Append(new("XDG_CACHE_HOME", project["cache"])).ToDictionary() });

        async Task<IReadOnlyList<string>> ExplainAsync(string argument = "-p:A=b", IReadOnlyDictionary<string, string?>? environment = null)
        {
            File.Delete(project["calls"]);
            var before = Files(project);

            var build = (await BuildAsync([Explain, argument], environment)).SucceededWithoutWarnings();

            Assert.Equal(before, Files(project));
            Assert.Equal(["image"], File.ReadAllLines(project["calls"]).Distinct());
            return Answers(build);
        }
    }

    [EngineFact]
    public async Task Of_several_frameworks_each_step_is_told_once()
    {
        var project = TestProject.Library(
            """
            <PropertyGroup><TargetFramework /><TargetFrameworks>net9.0;net10.0</TargetFrameworks><BaseIntermediateOutputPath>obj/</BaseIntermediateOutputPath></PropertyGroup>
            <ItemGroup>
              <DockerExecStep Include="Common" Image="busybox:latest" Outputs="common.txt" Command="echo 1 &gt; common.txt" />
              <DockerExecStep Include="Each" Image="busybox:latest" Inputs="common.txt" PerTargetFramework="true" Outputs="$(IntermediateOutputPath)each.txt" Command="cp common.txt $(IntermediateOutputPath)each.txt" />
            </ItemGroup>
            """);
        string[] first =
        [
            "Common: would run because it has not run here before",
            "Each (net10.0): would run because\n  step Common, which comes first, has yet to write its input common.txt\n  it has not run here before",
            "Each (net9.0): would run because\n  step Common, which comes first, has yet to write its input common.txt\n  it has not run here before",
        ];

        Assert.Equal(first, Answers((await project.BuildAsync("-restore", Explain, "-m:2")).Succeeded()));
        Assert.False(Directory.Exists(project["obj/docker-exec"]));

        // A build of one framework runs the steps that are the same for all, too.
        Assert.Equal(2, Answers((await project.BuildAsync(Explain, "-p:TargetFramework=net9.0")).Succeeded()).Count);
        (await project.BuildAsync("-t:Build", "-m:2")).Succeeded();
        Assert.Equal(["Common: up to date", "Each (net10.0): up to date", "Each (net9.0): up to date"], Answers((await project.BuildAsync(Explain, "-m:2")).Succeeded()));
    }

    [EngineFact]
    public async Task What_the_build_may_yet_write_is_no_error_and_a_step_that_is_declared_wrongly_is_one()
    {
        var project = Project();
        Assert.Equal("First: would run because\n  its input a.txt is not there (the build fails, unless something in it writes that before)\n  it has not run here before", Answers((await project.BuildAsync(Explain)).Succeeded())[0]);

        project.Write("a.txt", "");
        Assert.Equal("RRB1003", (await project.BuildAsync(Explain, "-p:Memory=lots")).FailedWithOneError().Code);
    }

    [EngineFact]
    public async Task The_example_of_the_documentation_says_what_is_written_there()
    {
        var page = Page.At("docs/declared-steps.md");
        var project = new TestProject($"""<Project><Sdk Name="RestrictedRunner.Build" Version="$VERSION" /><Target Name="Build" />{page.Examples[0].Text}</Project>""");
        project.Write("names.txt", "Ada\n");
        (await project.BuildAsync()).SucceededWithoutWarnings();
        project.Write("names.txt", "Ada\nGrace\n");
        var answer = Assert.Single(Answers((await project.BuildAsync(Explain)).SucceededWithoutWarnings()));
        project.Write("step.proj", File.ReadAllText(project.File).Replace("wc -l", "wc -w", StringComparison.Ordinal));

        var build = (await project.BuildAsync()).SucceededWithoutWarnings();

        var why = Assert.Single(build.StepMessages, message => message.Text.Contains(" because ", StringComparison.Ordinal) && !message.Text.Contains('\n', StringComparison.Ordinal)).Text;
        Assert.Equal(
            [answer, why],
            page.Examples.Where(example => example.Language == "text" && example.Text.Contains(" because ", StringComparison.Ordinal)).Select(example => example.Text.Trim()));
    }

    [EngineFact]
    public async Task On_a_terminal_the_answers_are_on_the_screen()
    {
        var project = Project();
        project.Write("a.txt", "");

        var screen = await OnTerminalAsync(project, $"{Explain} -tl:on");

        Assert.Matches(@"(?m)^[^\n]*First: would run because it has not run here before\s*\nSecond: would run because\s*\n  step First, which comes first, has yet to write its input b.txt\s*\n  it has not run here before\s*\n\s*\nBuild succeeded", Plain(screen));
    }

    // What the documentation says of terminals: the logger shows the target, and -tl:off the step and its lines.
    [EngineFact]
    public async Task On_a_terminal_the_target_is_on_the_screen_while_a_step_runs_and_without_its_logger_the_step()
    {
        var project = Project();
        project.Write("a.txt", $"{Guid.NewGuid()}");

        Assert.Contains("RunDockerExecSteps (", Plain(await OnTerminalAsync(project, "-tl:on")), StringComparison.Ordinal);

        project.Write("a.txt", $"{Guid.NewGuid()}");
        project.Write("Directory.Build.rsp", "-tl:off\n");
        Assert.Matches(@"(?s)  First\r?\n.*  Second\r?\n.*  Steps: 2 run in \d+\.\d s\r?\n", Plain(await OnTerminalAsync(project, "")));
    }

    private static async Task<string> OnTerminalAsync(TestProject project, string arguments)
    {
        var lines = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var command = DotNet.Command(project.Folder, lines.Enqueue, new Dictionary<string, string?> { ["TERM"] = "xterm-256color", ["CI"] = null })
            .WithTargetFile("script")
            .WithArguments(["-qec", $"dotnet build {arguments}", "/dev/null"]);
        var result = await command.ExecuteAsync(TestContext.Current.CancellationToken);
        return DotNet.Report(command, result.ExitCode, lines).Succeeded().Console;
    }

    private static string Plain(string screen) => Regex.Replace(screen, @"\e(\[[0-?]*[ -/]*[@-~]|\][^\a\e]*(\a|\e\\)|[=>])", "");

    private static IReadOnlyList<string> Answers(Build build) =>
        [.. build.SaidByTask("DockerExecSteps").Select(message => message.Text).Where(text => Regex.IsMatch(text, @"^\w+( \(\S+\))?: (up to date|would)")).Order(StringComparer.Ordinal)];

    // Without the logs of the test's own builds, and what its own client has written.
    private static IReadOnlyList<string> Files(TestProject project) =>
    [
        .. new DirectoryInfo(project.Folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Where(file => file.Extension != ".binlog" && file.Name != "calls")
            .Select(file => $"{file.FullName} {(file is FileInfo ? file.LastWriteTimeUtc.Ticks : 0)}")
            .Order(StringComparer.Ordinal),
    ];

    private static TestProject Project() => new(
        """
        <Project>
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
          <ItemGroup>
            <DockerExecStep Include="First" Image="busybox:latest" Inputs="a.txt" Outputs="b.txt" Command="cat a.txt &gt; b.txt" />
            <DockerExecStep Include="Second" Image="busybox:latest" Hermetic="true" Memory="$(Memory)" Inputs="b.txt" Outputs="c.txt" Command="cat b.txt &gt; c.txt" />
          </ItemGroup>
          <Target Name="Build" />
        </Project>
        """);
}
