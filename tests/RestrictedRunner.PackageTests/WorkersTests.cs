using System.Text.RegularExpressions;
using CliWrap;
using Microsoft.Build.Framework;

namespace RestrictedRunner.PackageTests;

/// <summary>Hermetic steps that share containers: no difference but the time that they take.</summary>
public partial class WorkersTests
{
    private const string Success = "; echo done &gt; out.txt";

    // Every kind of end, output, input and option that a hermetic step may have. What is not declared is in HermeticStepsTests.
    private static readonly string[] Steps =
    [
        .. Commands().Select(command => $"""Command="{command}" """),
        """Description="With a description" Command="echo described; echo done &gt; out.txt" """,
        """PrepareCommand="echo prepared" Command="echo done &gt; out.txt" """,
        """PrepareCommand="echo prepared; exit 3" Command="echo done &gt; out.txt" """,
        """EnvironmentVariables="A=a b;B=it's;C=%24(id);HOME=/project;PATH=/bin" Command="env | sort; echo done &gt; out.txt" """,
        """EnvironmentVariables="odd.name=x" Command="env | grep odd; echo done &gt; out.txt" """,
        """WorkDir="/tmp" Command="pwd; echo done &gt; /project/$(Name)/out.txt" """,
        """WorkDir="/absent" Command="pwd; echo done &gt; out.txt" """,
        """User="1234:1234" Command="id; cat input.txt; echo done &gt; out.txt" """,
        """Memory="32m" Command="awk 'BEGIN { x = &quot;x&quot;; while (1) x = x x }'; echo done &gt; out.txt" """,
        """Memory="64m" Command="cat /proc/self/cgroup | wc -l; echo done &gt; out.txt" """,
        """Tmpfs="/tmp;/cache" Command="touch /cache/x /tmp/x; ls -A /cache /tmp; echo done &gt; out.txt" """,
        """Hostname="own" Command="hostname; echo done &gt; out.txt" """,
        """IgnoreExitCode="true" Command="echo done &gt; out.txt; exit 3" """,
        """LogStandardErrorAsError="true" Command="echo wrong &gt;&amp;2; echo done &gt; out.txt" """,
        """CustomWarningRegularExpression="odd" Command="echo odd line; echo done &gt; out.txt" """,
        """StandardOutputImportance="low" StandardErrorImportance="high" Command="echo low; echo high &gt;&amp;2; echo done &gt; out.txt" """,
        """EchoOff="true" Command="echo done &gt; out.txt; true" """,
        """StandardInput="input.txt" Command="cat; echo done &gt; out.txt" """,
        """Shell="none" Command="cp input.txt out.txt" """,
        """Arguments="cp;input.txt;out.txt" """,
        """Shell="sh -e" Command="false; echo done &gt; out.txt" """,
        """Network="host" ReadOnly="false" Command="ls /sys/class/net | grep -x lo; echo done &gt; out.txt" """,
        """Timeout="8000" StopTimeout="500" Command="trap 'echo term' TERM; echo started; while true; do sleep 0.1; done" """,
        """LogFile="own.log" Command="echo wrong; exit 1" """,
    ];

    [EngineFact]
    [Trait("Tier", "Long")]
    public async Task No_step_differs_from_one_in_a_container_of_its_own()
    {
        var (shared, own) = (Project(Steps), Project(Steps));

        var ofShared = await shared.BuildAsync("-p:DockerExecWorkers=true", "-p:DockerExecCache=off");
        var ofOwn = await own.BuildAsync("-p:DockerExecWorkers=false", "-p:DockerExecCache=off");

        Assert.Contains(ofShared.SaidByTask("DockerExecSteps"), message => message.Importance == MessageImportance.Normal && SharedBySteps().IsMatch(message.Text));
        Assert.DoesNotContain(ofOwn.SaidByTask("DockerExecSteps"), message => SharedBySteps().IsMatch(message.Text));
        Assert.Equal(ofOwn.ExitCode, ofShared.ExitCode);
        Assert.Equal(Problems(own, ofOwn.Errors), Problems(shared, ofShared.Errors));
        Assert.Equal(Problems(own, ofOwn.Warnings), Problems(shared, ofShared.Warnings));
        Assert.Equal(Messages(own, ofOwn), Messages(shared, ofShared));
        Assert.Equal(Files(own), Files(shared));
    }

    [EngineFact]
    public async Task A_result_of_one_way_is_that_of_the_other()
    {
        var steps = Enumerable.Range(1, 3).Select(i => $"""Command="echo {Guid.NewGuid()} &gt; out.txt; true" """).ToArray();
        var project = Project(steps);
        (await project.BuildAsync("-p:DockerExecWorkers=true")).SucceededWithoutWarnings();

        var again = (await project.BuildAsync("-p:DockerExecWorkers=false")).SucceededWithoutWarnings();
        Assert.Equal(0, again.Runs);

        var elsewhere = Project(steps);
        var restored = (await elsewhere.BuildAsync("-p:DockerExecWorkers=false")).SucceededWithoutWarnings();
        Assert.Equal((0, 3), (restored.Runs, restored.Output.Count(line => line.EndsWith(": from the cache", StringComparison.Ordinal))));
    }

    [EngineFact]
    public async Task Steps_run_one_after_the_other_in_as_many_containers_as_may_be_at_once()
    {
        var project = Project([.. Enumerable.Range(1, 12).Select(_ => $"""Command="sleep 0.1{Success}" """)]);

        var build = (await project.BuildAsync("-p:DockerExecMaxParallel=3", "-p:DockerExecCache=off")).SucceededWithoutWarnings();

        // Two are enough where the first is there before the last step asks for one.
        var containers = build.Containers;
        Assert.Equal(12, containers.Count);
        Assert.InRange(containers.Distinct().Count(), 2, 3);
        Assert.Contains(new(MessageImportance.Normal, $"12 hermetic steps ran in {containers.Distinct().Count()} shared containers."), build.SaidByTask("DockerExecSteps"));
        Assert.All(containers.Distinct(), name => Assert.Equal("", Docker.ContainersAsync($"name={name}").Result));
    }

    [EngineFact]
    public async Task Projects_of_a_build_share_them()
    {
        var (first, second) = (Project(TwoSteps), Project(TwoSteps));
        var both = new TestProject($"""<Project><Target Name="Build"><MSBuild Projects="{first.File};{second.File}" /></Target></Project>""");

        var build = (await both.BuildAsync("-p:DockerExecMaxParallel=1", "-p:DockerExecCache=off")).SucceededWithoutWarnings();

        Assert.Equal((4, 1), (build.Containers.Count, build.Containers.Distinct().Count()));
        Assert.Equal(2, build.SaidByTask("DockerExecSteps").Count(message => message.Text == "2 hermetic steps ran in 1 shared container."));
        Assert.Empty(Directory.GetDirectories(first["obj/docker-exec"]).Concat(Directory.GetDirectories(second["obj/docker-exec"])));
    }

    [EngineTheory]
    [InlineData("", 2, false)]
    [InlineData("Workers=\"true\"", 1, false)]
    [InlineData("Workers=\"false\"", 2, false)]
    // Alone with its image nobody gains.
    [InlineData("", 1, true)]
    [InlineData("Workers=\"false\"", 1, true)]
    [InlineData("Workers=\"true\"", 1, true)]
    public async Task Who_shares(string metadata, int count, bool isAlone)
    {
        var project = Project([.. Enumerable.Range(0, isAlone ? 1 : 2).Select(_ => $"""{metadata} Command="true{Success}" """)]);

        var build = (await project.BuildAsync("-p:DockerExecCache=off", "-p:DockerExecMaxParallel=1", metadata.Length == 0 && count == 2 ? "-p:DockerExecWorkers=false" : "-p:None=")).SucceededWithoutWarnings();

        Assert.Equal(count, build.Containers.Distinct().Count());
        Assert.Equal(metadata.Contains("true", StringComparison.Ordinal), build.SaidByTask("DockerExecSteps").Any(message => SharedBySteps().IsMatch(message.Text)));
    }

    [Fact]
    public async Task RRB1003_for_another_word()
    {
        var build = await Project(["""Workers="yes" Command="true; true" """]).BuildAsync();

        Assert.Equal("RRB1003", build.FailedWithOneError().Code);
    }

    // The step itself stays whole: it is run again.
    [EngineFact]
    public async Task A_container_that_is_lost_costs_no_result()
    {
        var project = Project([$"""Command="echo begun; [ -e /.restricted-runner.worker ] &amp;&amp; sleep 30{Success}" """, $"""Command="true{Success}" """]);
        var container = "";
        var isKilled = false;

        var build = await project.BuildAsync(new BuildSetting
        {
            Arguments = ["-p:DockerExecMaxParallel=1", "-p:DockerExecCache=off", "-v:d"],
            OnLine = Hear,
        });

        build.SucceededWithoutWarnings();
        Assert.Contains(new(MessageImportance.Low, "Step 'S00' runs in a container of its own: the container has ended."), build.StepMessages);
        Assert.Equal("done\n", await File.ReadAllTextAsync(project["S00/out.txt"], TestContext.Current.CancellationToken));
        Assert.Equal("done\n", await File.ReadAllTextAsync(project["S01/out.txt"], TestContext.Current.CancellationToken));

        void Hear(string line)
        {
            container = ContainerName().Match(line) is { Success: true } match ? match.Value : container;
            if (line.Trim() == "begun" && !isKilled)
            {
                isKilled = Client.Succeeds("docker", "kill", container);
            }
        }
    }

    // What one leaves in the folder that the next sees as its own.
    [EngineTheory]
    [InlineData("mkdir d; touch d/f; chmod 000 d", 1)]
    [InlineData("touch -- -x '../other' ../../up", 1)]
    [InlineData("chmod 777 /project", 2)]
    [InlineData("chmod 000 /project", 2)]
    public async Task The_next_step_sees_only_its_own_files(string command, int containers)
    {
        var project = Project([$"""Command="{command}; cd /; echo done &gt; /project/S00/out.txt; true" """.Replace("chmod 000 /project; cd /; echo done &gt; /project/S00/out.txt", "echo done &gt; out.txt; chmod 000 /project", StringComparison.Ordinal), $"""DependsOn="S00" Command="stat -c %a /project; find /project | sort{Success}" """]);

        var build = (await project.BuildAsync("-p:DockerExecMaxParallel=1", "-p:DockerExecCache=off")).SucceededWithoutWarnings();

        Assert.Equal(["755", "/project", "/project/S01", "/project/S01/input.txt"], build.Output.Where(line => line.StartsWith('/') || line == "755"));
        Assert.Equal(containers, build.Containers.Distinct().Count());
    }

    [OrdinaryUserFact]
    public async Task An_ordinary_user_has_them_too()
    {
        await using var user = await OrdinaryUser.MemberAsync();
        await user.OutputAsync("sh", "-c", "mkdir -p steps && echo x >steps/in.txt");

        await user.WriteAsync(
            user.Project,
            PipeSource.FromString(
                $"""
                <Project>
                  <ItemGroup>
                    <DockerExecStep Include="A;B;C" Image="busybox:latest" Hermetic="true" Inputs="steps/in.txt" Outputs="%(Identity).txt" Command="id -u &gt; %(Identity).txt; touch /tmp/x" />
                  </ItemGroup>
                  <Target Name="Build" />
                  <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
                </Project>
                """));

        var build = await user.BuildAsync(["-p:DockerExecCache=off"]);

        build.SucceededWithoutWarnings();
        Assert.Contains(build.SaidByTask("DockerExecSteps"), message => SharedBySteps().IsMatch(message.Text));
        Assert.Equal(await user.IdAsync(), await user.OutputAsync("cat", "A.txt"));
        Assert.Equal(await user.IdAsync(), await user.OutputAsync("stat", "-c", "%u", "A.txt"));
    }

    private static readonly string[] TwoSteps = [$"""Command="echo 1{Success}" """, $"""Command="echo 2{Success}" """];

    private static IEnumerable<string> Commands()
    {
        string[] beginnings =
        [
            "true", "cat input.txt", "echo out; echo err &gt;&amp;2", "printf 'no end'", "printf 'a\\rb\\r\\nc\\n'", "printf '\\033[31mred\\033[0m\\n'", "printf '\\377\\376\\n'", "cat; echo end", "env | sort", "pwd; id; umask; ulimit -n",
            "kill -9 $$", "kill -TERM $$", "exit 0", "exit 9", "absent-program x", "echo 'input.txt:1:2: warning: odd'", "echo 'input.txt:1:2: error: wrong'", "echo 'input.txt:1:2: error: wrong'; exit 1", "cat absent.txt", "wget -q http://localhost/",
            "echo x &gt; /seen", "sleep 100 &amp; echo started", "ls -A /tmp; touch /tmp/left", "echo x &gt; other.txt", "mkdir a; chmod 000 a", "seq 1 3000", "false; false", "grep -E 'CapEff|NoNewPrivs' /proc/self/status", "rm input.txt", "exec 2&gt;&amp;1; echo both; ls absent",
        ];
        return beginnings.Select(text => $"{text}{Success}");
    }

    private static TestProject Project(string[] steps)
    {
        var project = new TestProject(
            $"""
            <Project>
              <ItemGroup>
            {string.Join('\n', steps.Select((attributes, i) => $"""    <DockerExecStep Include="{Name(i)}" Image="busybox:latest" Hermetic="true" Inputs="{Name(i)}/input.txt" Outputs="{Name(i)}/out.txt" {InFolder(attributes, Name(i))} />"""))}
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        for (var i = 0; i < steps.Length; i++)
        {
            project.Write($"{Name(i)}/input.txt", "input\n");
        }

        return project;

        static string Name(int i) => $"S{i:d2}";

        // Each in a folder of its own.
        static string InFolder(string attributes, string name)
        {
            var moved = attributes.Replace("$(Name)", name, StringComparison.Ordinal).Replace("StandardInput=\"", $"StandardInput=\"{name}/", StringComparison.Ordinal).Replace("cp input.txt out.txt", $"cp {name}/input.txt {name}/out.txt", StringComparison.Ordinal).Replace("cp;input.txt;out.txt", $"cp;{name}/input.txt;{name}/out.txt", StringComparison.Ordinal);
            return moved.Contains("Shell=\"none\"", StringComparison.Ordinal) || moved.Contains("Arguments=", StringComparison.Ordinal) || moved.Contains("WorkDir=", StringComparison.Ordinal) ? moved : $"WorkDir=\"/project/{name}\" {moved}";
        }
    }

    // As a user sees them: without the names of folders, containers and processes.
    private static string Neutral(TestProject project, string text) =>
        OfOneRun().Replace(text.Replace(project.Folder, "PROJECT", StringComparison.Ordinal), "UNIQUE");

    private static IEnumerable<Problem> Problems(TestProject project, IEnumerable<Problem> problems) =>
        problems.Select(problem => problem with { File = Neutral(project, problem.File), Text = Neutral(project, problem.Text) }).OrderBy(problem => problem.Line).ThenBy(problem => problem.Text, StringComparer.Ordinal);

    // Without the command line of the engine, and why a step has its own container.
    private static IEnumerable<StepMessage> Messages(TestProject project, Build build) =>
        build.StepMessages.Where(message => message.Importance != MessageImportance.Low || !OfContainers().IsMatch(message.Text))
            .Select(message => message with { Text = Neutral(project, message.Text) })
            .OrderBy(message => message.Text, StringComparer.Ordinal).ThenBy(message => message.Importance);

    // Without the binary logs.
    // Without what was read of files, with their stamps, and hashes with a random salt.
    private static IEnumerable<(string Path, string Content)> Files(TestProject project) =>
        Directory.EnumerateFiles(project.Folder, "*", SearchOption.AllDirectories)
            .Where(path => !path.EndsWith(".binlog", StringComparison.Ordinal) && !path.EndsWith("puts", StringComparison.Ordinal) && !path.EndsWith(".key", StringComparison.Ordinal))
            .Select(path => (OfOneRun().Replace(Path.GetRelativePath(project.Folder, path), "UNIQUE"), Lines(path, Neutral(project, File.ReadAllText(path)))))
            .Order();

    // A log has the lines of two streams in the order in which they arrive, which no run owes to another.
    private static string Lines(string path, string content) =>
        path.EndsWith(".log", StringComparison.Ordinal) ? string.Join('\n', content.Split('\n').Order(StringComparer.Ordinal)) : content;

    [GeneratedRegex(@"(?<=/docker-exec/)[^/]+(?=\.stage/)|\brr-[0-9a-f]{32}|(?<=-)[a-z0-9]{8}(?=\.docker-exec\.log)|(?<=HOSTNAME=)[0-9a-f]{12}|[0-9.]+ m?s\b")]
    private static partial Regex OfOneRun();

    [GeneratedRegex("^Step '.*' runs in a container of its own: |( run --rm --name rr-)")]
    private static partial Regex OfContainers();

    [GeneratedRegex("(?<= run --rm --name )rr-[0-9a-f]{32}")]
    private static partial Regex ContainerName();

    [GeneratedRegex("^[0-9]+ hermetic steps ran in [0-9]+ shared containers?[.]$")]
    private static partial Regex SharedBySteps();
}
