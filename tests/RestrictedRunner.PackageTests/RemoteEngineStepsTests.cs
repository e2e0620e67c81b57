using System.Collections.Concurrent;
using CliWrap;
using Microsoft.Build.Framework;

namespace RestrictedRunner.PackageTests;

/// <summary>Declared steps on an engine that does not see this machine's files.</summary>
public class RemoteEngineStepsTests
{
    private const string Items =
        """
        <DockerMount Include="data" ContainerPath="/data" ReadOnly="true" />
        <DockerExecStep Include="Hermetic" Image="busybox:latest" Hermetic="true" Inputs="in.txt;tool.sh;sub/**" Outputs="gen/out.txt;tree/"
                        Command="./tool.sh in.txt sub/*.txt &gt;gen/out.txt &amp;&amp; mkdir -p tree/a/empty &amp;&amp; echo x &gt;tree/a/run &amp;&amp; chmod 755 tree/a/run &amp;&amp; ln -s a/run tree/link &amp;&amp; echo scratch &gt;beside.txt" />
        <DockerExecStep Include="Plain" Image="busybox:latest" Inputs="in.txt" Outputs="plain.txt"
                        Command="pwd &gt;plain.txt; cat in.txt /data/d.txt &gt;&gt;plain.txt; ls &gt;&gt;plain.txt; id -u &gt;&gt;plain.txt" />
        <DockerExecStep Include="After" Image="busybox:latest" DependsOn="Hermetic" Inputs="gen/out.txt" Outputs="../beside/after.txt" WorkingDirectory="gen"
                        Command="tr a-z A-Z &lt;out.txt &gt;../../beside/after.txt" />
        <DockerExecStep Include="Discovers" Image="busybox:latest" Inputs="in.txt;head.h" Outputs="obj/o.txt" DependencyFile="obj/o.d" Mounts="kept:/kept" CacheMounts="kept-by-tests:/caches"
                        Command="cat in.txt head.h &gt;obj/o.txt; echo 'o.txt: in.txt head.h' &gt;obj/o.d; echo back &gt;/kept/new.txt; rm /kept/old.txt; touch /caches/used" />
        """;

    [RemoteFact]
    public async Task Inputs_go_there_and_outputs_come_back()
    {
        var project = Project(Items);

        var build = (await project.BuildAsync(Setting(("DOCKER_HOST", RemoteEngine.Tcp)))).SucceededWithoutWarnings();

        Assert.Equal("input\ninner\n", Text(project, "gen/out.txt"));
        Assert.Equal("INPUT\nINNER\n", Text(project, "../beside/after.txt"));
        Assert.Equal($"/project\ninput\nmounted\nin.txt\nplain.txt\n{await Client.OutputAsync("id", "-u")}\n", Text(project, "plain.txt"));
        Assert.Equal("input\nhead\n", Text(project, "obj/o.txt"));
        Assert.Equal("back\n", Text(project, "kept/new.txt"));
        Assert.False(File.Exists(project["kept/old.txt"]));
        Assert.Equal("a/run", new FileInfo(project["tree/link"]).LinkTarget);
        Assert.True(Directory.Exists(project["tree/a/empty"]));
        Assert.True(File.GetUnixFileMode(project["tree/a/run"]).HasFlag(UnixFileMode.UserExecute));
        Assert.False(File.GetUnixFileMode(project["plain.txt"]).HasFlag(UnixFileMode.UserExecute));
        Assert.False(File.Exists(project["beside.txt"]));
        var said = build.StepMessages;
        Assert.Equal(3, said.Count(message => message.Importance == MessageImportance.Normal && message.Text.Contains("runs on copies of its Inputs, because the engine does not see this machine's files", StringComparison.Ordinal)));
        Assert.Contains(said, message => message.Importance == MessageImportance.Normal && message.Text.EndsWith(" copied to the engine, which does not see this machine's files.", StringComparison.Ordinal));

        var again = (await project.BuildAsync(Setting(("DOCKER_HOST", RemoteEngine.Tcp)))).SucceededWithoutWarnings();
        Assert.Contains("Steps: 4 up to date", again.Texts.Single(text => text.StartsWith("Steps: ", StringComparison.Ordinal)), StringComparison.Ordinal);

        // What ran there is what runs here.
        Directory.Delete(project["tree"], recursive: true);
        File.Delete(project["plain.txt"]);
        var restored = (await project.BuildAsync()).SucceededWithoutWarnings();
        Assert.Contains("2 from cache", restored.Texts.Single(text => text.StartsWith("Steps: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal("a/run", new FileInfo(project["tree/link"]).LinkTarget);
        await AssertNothingIsLeftAsync();
    }

    [RemoteFact]
    public async Task Many_inputs_go_there_once_for_all_steps_that_have_them()
    {
        var project = Project(
            """
            <DockerExecStep Include="First" Image="busybox:latest" Hermetic="true" Inputs="many/*" Outputs="first.txt" Command="cat many/* | wc -c &gt;first.txt; rm many/*" />
            <DockerExecStep Include="Second" Image="busybox:latest" Inputs="many/*" Outputs="one/*.x;two.d" DependencyFile="two.d" DependsOn="First"
                            Command="cat many/* | wc -c &gt;one/a.x; echo 'one/a.x: many/1' &gt;two.d; echo &gt;one/beside" />
            <DockerExecStep Include="Third" Image="busybox:latest" Inputs="many/*" Outputs="*.y" DependsOn="Second" Command="cat many/* | wc -c &gt;third.y" />
            """);
        var unique = $"{Guid.NewGuid()}";
        for (var i = 0; i < 120; i++)
        {
            project.Write($"many/{i}", unique);
        }

        var setting = Setting(("DOCKER_HOST", RemoteEngine.Tcp), ("DockerExecTransfer", "copy"), ("DockerExecCache", "off"));
        var build = (await project.BuildAsync(setting)).SucceededWithoutWarnings();
        Assert.Equal(["4320\n", "4320\n", "4320\n"], [Text(project, "first.txt"), Text(project, "one/a.x"), Text(project, "third.y")]);
        Assert.Equal(2, Sent(build));
        Assert.False(File.Exists(project["one/beside"]));

        Directory.Delete(project["one"], recursive: true);
        File.Delete(project["first.txt"]);
        var again = (await project.BuildAsync(setting)).SucceededWithoutWarnings();
        Assert.Contains("2 run", again.Texts.Single(text => text.StartsWith("Steps: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal("4320\n", Text(project, "one/a.x"));
        Assert.Equal(0, Sent(again));

        project.Write("many/7", $"{unique}7");
        var changed = (await project.BuildAsync(setting)).SucceededWithoutWarnings();
        Assert.Equal("4321\n", Text(project, "third.y"));
        Assert.Equal(2, Sent(changed));
        await AssertNothingIsLeftAsync();

        // Once for the first and the third, and once for the second, which sees the folder of its output, too.
        static int Sent(Build build) => build.StepMessages.Count(message => message.Text.StartsWith("120 files, ", StringComparison.Ordinal) && message.Text.EndsWith(" copied to the engine, which does not see this machine's files.", StringComparison.Ordinal));
    }

    [RemoteFact]
    public async Task What_goes_wrong_there_is_told_as_here()
    {
        var project = Project(
            """
            <DockerExecStep Include="Bad" Image="busybox:latest" Hermetic="true" Inputs="in.txt" Outputs="a.txt" Command="echo 'in.txt:2:5: error: bad' &gt;&amp;2; exit 3" />
            <DockerExecStep Include="Undeclared" Image="busybox:latest" Inputs="in.txt" Outputs="b.txt" Command="cat head.h &gt;b.txt" />
            <DockerExecStep Include="Forgets" Image="busybox:latest" Inputs="in.txt" Outputs="c.txt" Command="true;" />
            <DockerExecStep Include="Host" Image="busybox:latest" Inputs="in.txt" Outputs="d.txt" DockerRunOpts="-v /etc:/host" Command="true;" />
            """);

        var build = await project.BuildAsync(Setting(("DOCKER_CONTEXT", RemoteEngine.Context)));

        Problem[] errors = [.. build.Errors.OrderBy(error => error.Line).ThenBy(error => error.Code)];
        Assert.Contains(errors, error => error.File == project["in.txt"] && error.Line == 2 && error.Text == "bad");
        Assert.Contains(errors, error => error.Code == "RRB3001" && error.Text.Contains("exited with code 3", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Text.Contains("The engine does not see this machine's files, so the step sees only its Inputs: add 'head.h' to them.", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Text.Contains("Step 'Forgets'", StringComparison.Ordinal) && error.Text.Contains("'c.txt'", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Text.Contains("DockerRunOpts has '-v /etc:/host'", StringComparison.Ordinal));

        Assert.DoesNotContain(errors, error => error.Text.Contains("DockerExecShell", StringComparison.Ordinal));

        var shell = (await project.BuildAsync(Setting(("DOCKER_CONTEXT", RemoteEngine.Context)) with { Arguments = ["-t:DockerExecShell", "-p:Step=Bad"] })).FailedWithOneError();
        Assert.Equal("RRB2042", shell.Code);
        await AssertNothingIsLeftAsync();
    }

    [RemoteFact]
    public async Task A_killed_build_leaves_nothing_there()
    {
        var project = Project("""<DockerExecStep Include="Sleeps" Image="busybox:latest" Inputs="in.txt" Outputs="a.txt" Command="echo started; sleep 600" />""");
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lines = new ConcurrentQueue<string>();
        var temporary = Directory.CreateDirectory(Path.Combine(TestRun.Temp, Path.GetRandomFileName()[..6])).FullName;
        var variables = new Dictionary<string, string?>(Setting(("DOCKER_HOST", RemoteEngine.Ssh)).Environment!) { ["TMPDIR"] = temporary };
        var build = DotNet.Command(project.Folder, Heard, variables)
            .WithTargetFile("setsid")
            .WithArguments(["dotnet", .. project.CommandLine(project["killed.binlog"], [])])
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(TestContext.Current.CancellationToken);
        await Task.WhenAny(started.Task, build);
        Assert.True(started.Task.IsCompleted, string.Join('\n', lines));
        Assert.NotEmpty(Directory.GetDirectories(temporary, "rr-ssh-*"));

        Assert.Equal(0, Unix.Kill(-build.ProcessId, Unix.SigKill));

        await Until.IsSoAsync(TimeSpan.FromSeconds(15), async () => Directory.GetFileSystemEntries(temporary, "rr-*").Length == 0 && (await ContainersAsync()).Length == 0);
        Directory.Delete(temporary, recursive: true);

        void Heard(string line)
        {
            lines.Enqueue(line);
            if (line.Trim() == "started")
            {
                started.TrySetResult();
            }
        }
    }

    [OrdinaryUserFact]
    public async Task What_comes_back_belongs_to_whoever_builds()
    {
        await using var user = await OrdinaryUser.StrangerAsync();
        user.Set("DOCKER_HOST", RemoteEngine.Tcp);
        await user.WriteAsync("in.txt", PipeSource.FromString("input"));
        await user.WriteAsync(
            user.Project,
            PipeSource.FromString(
                $"""
                <Project>
                  <ItemGroup>
                    <DockerExecStep Include="Hermetic" Image="busybox:latest" Hermetic="true" Inputs="in.txt" Outputs="a/" Command="cp in.txt a/ &amp;&amp; mkdir a/b &amp;&amp; id -u" />
                    <DockerExecStep Include="AsRoot" Image="busybox:latest" User="0" Inputs="in.txt" Outputs="b/" Command="cp in.txt b/ &amp;&amp; mkdir b/c &amp;&amp; id -u" />
                  </ItemGroup>
                  <Target Name="Build" />
                  <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
                </Project>
                """));

        var build = (await user.BuildAsync([])).SucceededWithoutWarnings();

        var id = await user.IdAsync();
        Assert.Superset(new HashSet<string> { id, "0" }, build.Output.ToHashSet());
        Assert.Equal($"{id}\n{id}\n{id}\n{id}", await user.OutputAsync("stat", "-c", "%u", "a/b", "b/c", "a/in.txt", "b/in.txt"));
    }

    private static TestProject Project(string items)
    {
        // So that what is beside the project is the test's, too.
        var around = TestFolder.New();
        var folder = Directory.CreateDirectory(Path.Combine(around, "project")).FullName;
        File.WriteAllText(
            Path.Combine(folder, "step.proj"),
            $"""
            <Project>
              <ItemGroup>
            {items}
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
            </Project>
            """);
        var project = TestProject.At(Path.Combine(folder, "step.proj"));
        project.Write("in.txt", "input\n");
        project.Write("sub/inner.txt", "inner\n");
        project.Write("head.h", "head\n");
        project.Write("data/d.txt", "mounted\n");
        project.Write("kept/old.txt", "old\n");
        project.Write("tool.sh", "#!/bin/sh\nexec cat \"$@\"\n");
        File.SetUnixFileMode(project["tool.sh"], UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return project;
    }

    private static BuildSetting Setting(params (string Name, string? Value)[] variables) => new()
    {
        Environment = variables.Concat([("DOCKER_CONFIG", RemoteEngine.DockerConfig), ("PATH", RemoteEngine.SearchPath)]).ToDictionary(variable => variable.Item1, variable => variable.Item2),
    };

    private static string Text(TestProject project, string file) => File.ReadAllText(project[file]);

    private static async Task<string> ContainersAsync() =>
        string.Join('\n', (await Client.OutputAsync("docker", "--host", RemoteEngine.Socket, "ps", "--all", "--filter", $"label=restricted-runner.host={Environment.MachineName}", "--format", "{{.Names}} {{.Command}}")).Split('\n').Where(line => line.Contains("sleep 600", StringComparison.Ordinal)));

    // But for the inputs that are kept for the next build.
    private static Task AssertNothingIsLeftAsync() => Until.IsSoAsync(TimeSpan.FromSeconds(10), async () => (await ContainersAsync()).Length == 0);
}
