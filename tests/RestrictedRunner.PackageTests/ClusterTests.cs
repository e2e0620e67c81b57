using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;

namespace RestrictedRunner.PackageTests;

/// <summary>Hermetic steps on a real server of the Remote Execution API, which runs them in an image from a real registry.</summary>
public sealed partial class ClusterTests : IAsyncLifetime
{
    private Registry _registry = null!;
    private CasServer _cluster = null!;
    private string _image = "";

    public async ValueTask InitializeAsync()
    {
        if (OtherMachines.CanBeUsed)
        {
            _registry = await Registry.StartAsync();
            _image = $"{_registry.Address}/tool@{await _registry.PublishAsync(Engines.Docker, "tool:1")}";
            _cluster = await CasServer.StartAsync(new() { Executes = true, Jobs = 4 });
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (OtherMachines.CanBeUsed)
        {
            await _cluster.DisposeAsync();
            await _registry.DisposeAsync();
        }
    }

    [RemoteFact]
    public async Task Steps_run_there_and_end_as_they_would_here()
    {
        var project = Project(
            Step("Fine", """Inputs="src/**;tool.sh" Outputs="gen/a.txt" Command="pwd; echo err &gt;&amp;2; cat src/sub/a.txt &gt; gen/a.txt; /project/tool.sh; readlink src/link; echo $0; cat src/link &gt;&gt; gen/a.txt" """),
            Step("Tree", """Outputs="tree/" Command="mkdir -p tree/empty tree/sub; echo x &gt; tree/sub/x; chmod 755 tree/sub/x; ln -s sub/x tree/link" """),
            Step("Empty", """Outputs="empty/" Command="true; true" """),
            Step("Glob", """Inputs="glob/in.c" Outputs="glob/*.c" Command="touch glob/out.c glob/other.txt" """),
            Step("InPlace", """Inputs="place/*" Outputs="place/" Command="echo more &gt;&gt; place/changed; rm place/gone; echo new &gt; place/new" """),
            Step("Words", """Inputs="src/sub/a.txt" Outputs="words.txt" Arguments="cp;src/sub/a.txt;words.txt" """),
            Step("Prepared", """Outputs="prepared.txt" PrepareCommand="cd /tmp; PREFIX=it" Command="cd /project; echo $PREFIX &gt; prepared.txt" """),
            Step("Variables", """Outputs="variables.txt" EnvironmentVariables="A=a b;LANG=C" Command="echo $A,$LANG,$HOME,$TZ,$PATH &gt; variables.txt" """),
            Step("Warns", """Inputs="src/sub/a.txt" Outputs="warns.txt" Command="echo '/project/src/sub/a.txt:1:2: warning: odd'; echo &gt; warns.txt" """),
            Step("Ignored", """IgnoreExitCode="true" Outputs="ignored.txt" Command="echo kept &gt; ignored.txt; exit 7" """));
        project.Write("src/sub/a.txt", "hello\n");
        File.CreateSymbolicLink(project["src/link"], "sub/a.txt");
        project.Write("tool.sh", "#!/bin/sh\necho from the tool\n");
        File.SetUnixFileMode(project["tool.sh"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        project.Write("glob/in.c", "");
        project.Write("place/changed", "old\n");
        project.Write("place/same", "same\n");
        project.Write("place/gone", "gone\n");

        var build = (await BuildAsync(project)).Succeeded();

        Assert.Equal(0, build.Runs);
        Assert.Equal(10, build.StepMessages.Count(message => message.Text.Contains("' is action ", StringComparison.Ordinal) && message.Importance == MessageImportance.Normal));
        Assert.Equal(["/project", "from the tool", "sub/a.txt", "../.restricted-runner.sh", "err"], build.Output.Where(line => line is "/project" or "from the tool" or "sub/a.txt" or "../.restricted-runner.sh" or "err"));
        Assert.Equal([new("", project["src/sub/a.txt"], 1, "odd")], build.Warnings);
        Assert.Equal("hello\nhello\n", Text("gen/a.txt"));
        Assert.Equal("x\n", Text("tree/link"));
        Assert.Equal("sub/x", new FileInfo(project["tree/link"]).LinkTarget);
        Assert.True(File.GetUnixFileMode(project["tree/sub/x"]).HasFlag(UnixFileMode.UserExecute));
        Assert.True(Directory.Exists(project["tree/empty"]) && Directory.Exists(project["empty"]));
        Assert.Equal(["in.c", "out.c"], Names("glob"));
        Assert.Equal(["changed", "gone", "new", "same"], Names("place"));
        Assert.Equal("old\nmore\n", Text("place/changed"));
        Assert.Equal("hello\n", Text("words.txt"));
        Assert.Equal("it\n", Text("prepared.txt"));
        Assert.Equal("a b,C,/tmp,UTC,/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n", Text("variables.txt"));
        Assert.Equal("kept\n", Text("ignored.txt"));

        string Text(string name) => File.ReadAllText(project[name]);

        IEnumerable<string> Names(string folder) => Directory.EnumerateFiles(project[folder]).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal);
    }

    [RemoteFact]
    public async Task What_fails_there_is_told_as_here()
    {
        var project = Project(
            Step("Red", """Outputs="red.txt" Command="echo some output; exit 7" """),
            Step("Killed", """Outputs="killed.txt" Command="kill -9 $$" """),
            Step("Unprepared", """Outputs="unprepared.txt" PrepareCommand="echo preparing; exit 3" Command="echo never" """),
            Step("NoWord", """Outputs="word.txt" Command="true&#10;nosuchprogram -x" """),
            Step("NoProgram", """Outputs="program.txt" Arguments="nosuchprogram;-x" """),
            Step("Slow", """Outputs="slow.txt" Timeout="1000" Command="echo begun; sleep 60" """),
            Step("Absent", """Outputs="absent.txt" Command="true; true" """),
            Step("Link", """Outputs="link.txt" Command="ln -s /etc/passwd link.txt" """),
            Step("NoImage", $"""Image="{_registry.Address}/nosuch@sha256:{new string('0', 64)}" Outputs="image.txt" Command="true; true" """));

        var build = await BuildAsync(project);

        Assert.Equal(0, build.Runs);
        Fails("Red", "RRB3001", "the command exited with code 7", "some output");
        Fails("Killed", "RRB3001", "the command exited with code 137");
        Fails("Unprepared", "RRB3002", "PrepareCommand ended the script with code 3", "preparing");
        Fails("NoWord", "RRB3001", "the command exited with code 127", "(line 2 of Command: nosuchprogram: not found)");
        Fails("NoProgram", "RRB3003", "has no program 'nosuchprogram'");
        Fails("Slow", "RRB3006", "the step ran longer than its Timeout of 1000 ms", "begun");
        Fails("Absent", "RRB3016", "'absent.txt'");
        Fails("Link", "RRB2053", "An output is a symbolic link", "INTERNAL: ", "link.txt\" is not a file or directory");
        Fails("NoImage", "RRB2053", "INTERNAL: ", "404");
        Assert.Equal(9, build.Errors.Count);

        void Fails(string step, string code, params string[] texts)
        {
            var error = build.Errors.FirstOrDefault(error => error.Text.StartsWith($"Step '{step}'", StringComparison.Ordinal));
            Assert.True(error?.Code == code && error.Line == project.LineOf($"\"{step}\"") && texts.All(text => error.Text.Contains(text, StringComparison.Ordinal)), $"{step}: {error}\n{build.Console}");
        }
    }

    [RemoteFact]
    public async Task What_is_kept_of_a_failed_step_is_what_it_saw_and_wrote()
    {
        var project = Project(Step("Red", """Inputs="src/a.txt" Outputs="red.txt" Command="cat src/a.txt &gt; red.txt; exit 3" """));
        project.Write("src/a.txt", "read\n");

        var build = await BuildAsync(project, "-p:Keep=true");

        Assert.Equal("RRB3001", build.FailedWithOneError().Code);
        var folder = build.StepMessages.Select(message => KeptIn().Match(message.Text)).Single(match => match.Success).Groups["folder"].Value;
        Assert.Equal("read\n", await File.ReadAllTextAsync(Path.Combine(folder, "src/a.txt"), TestContext.Current.CancellationToken));
        Assert.Equal("read\n", await File.ReadAllTextAsync(Path.Combine(folder, "red.txt"), TestContext.Current.CancellationToken));
        Assert.False(File.Exists(project["red.txt"]));
    }

    // The property is named, and no way around it.
    [RemoteFact]
    public async Task Who_asks_has_to_be_right()
    {
        var project = Project(Step("A", """Outputs="a.txt" Command="echo &gt; a.txt" """));

        var certificate = (await BuildAsync(project, "-p:DockerExecCacheCertificate=no.pem")).FailedWithOneError();
        var header = (await project.BuildAsync(new BuildSetting { Arguments = ["-p:DockerExecCacheHeader=HEADER"], Environment = new Dictionary<string, string?> { ["HEADER"] = "secret" } })).FailedWithOneError();

        Assert.Equal("RRB1003", certificate.Code);
        Assert.StartsWith($"DockerExecCacheCertificate '{project["no.pem"]}': it cannot be used: Could not find file", certificate.Text, StringComparison.Ordinal);
        Assert.Equal(("RRB1003", "DockerExecCacheHeader 'HEADER': the environment variable of this name does not hold a header, 'Name: value'."), (header.Code, header.Text));
    }

    [RemoteFact]
    public async Task Results_are_those_of_any_other_run_and_failures_run_again()
    {
        var project = Project(
            Step("Green", """Outputs="green.txt" Command="cat /proc/sys/kernel/random/uuid &gt; green.txt" """),
            Step("Red", """Outputs="red.txt" Command="sed s/^/red/ /proc/sys/kernel/random/uuid; exit 7" """));
        var first = await BuildAsync(project);
        var second = await BuildAsync(project);

        // The cluster has both results by now, and only one of them is believed.
        Assert.All([first, second], build => Assert.Equal("RRB3001", build.FailedWithOneError().Code));
        var red = first.Output.Single(line => line.StartsWith("red", StringComparison.Ordinal));
        Assert.NotEqual(red, second.Output.Single(line => line.StartsWith("red", StringComparison.Ordinal)));
        Assert.DoesNotContain(second.StepMessages, message => message.Text.Contains("'Green' is action", StringComparison.Ordinal));
        var green = await File.ReadAllTextAsync(project["green.txt"], TestContext.Current.CancellationToken);

        File.Delete(project["green.txt"]);
        var here = await BuildAsync(project, "-p:DockerExecRemote=");
        Assert.Contains("Green: from the cache", here.Output);
        Assert.Equal(green, await File.ReadAllTextAsync(project["green.txt"], TestContext.Current.CancellationToken));

        Directory.Delete(project["cache"], recursive: true);
        File.Delete(project["green.txt"]);
        var there = await BuildAsync(project);
        Assert.Contains(new(MessageImportance.Normal, "Step 'Green' has its result from the cluster's own cache."), there.StepMessages);
        Assert.Equal(green, await File.ReadAllTextAsync(project["green.txt"], TestContext.Current.CancellationToken));
    }

    [RemoteFact]
    public async Task Others_run_here_and_the_log_says_why()
    {
        var project = Project(
            Step("There", """Outputs="there.txt" Command="echo x &gt; there.txt" """),
            Step("Limited", """Memory="64m" Outputs="limited.txt" Command="echo x &gt; limited.txt" """),
            Step("Told", """Cpus="1" Outputs="told.txt" Command="echo x &gt; told.txt" """),
            """<DockerExecStep Include="Open" Outputs="open.txt" Command="echo x &gt; open.txt" />""");

        var build = (await BuildAsync(project, "-p:DockerExecRemoteProperties=cpus={Cpus}")).SucceededWithoutWarnings();

        Assert.Equal(2, build.Containers.Distinct().Count());
        Assert.Contains(new(MessageImportance.Normal, "Step 'Limited' runs here and not on the cluster: it sets Memory, which nothing says the cluster keeps (DockerExecRemoteProperties)."), build.StepMessages);
        Assert.Contains(new(MessageImportance.Normal, "Step 'Open' runs here and not on the cluster: it is not hermetic, so it reads and writes what it does not declare."), build.StepMessages);
        Assert.Equal(2, build.StepMessages.Count(message => message.Text.Contains("' is action ", StringComparison.Ordinal)));

        project.Write("there.txt", "changed");
        var strict = await BuildAsync(project, "-p:DockerExecRemoteProperties=cpus={Cpus}", "-p:DockerExecRemoteFallback=false", "-p:DockerExecCache=off", "-p:DockerExecEnvironmentVariables=A=b");
        Assert.Equal(["RRB2050", "RRB2050"], strict.Errors.Select(error => error.Code));
        Assert.Contains("Step 'Limited': the step cannot run on the cluster 'grpc://127.0.0.1:", strict.Console, StringComparison.Ordinal);
    }

    [RemoteFact]
    [Trait("Tier", "Long")]
    public async Task A_cluster_that_comes_back_is_asked_again_and_one_that_does_not_is_done_without()
    {
        var sleep = Sleep(2);
        var project = Project([.. Enumerable.Range(1, 4).Select(i => Step($"S{i}", $"""Outputs="{i}.txt" Command="echo begun; {sleep}; echo {i} &gt; {i}.txt" """))]);
        var building = BuildAsync(project);
        await RunsAsync(sleep);
        await _cluster.KillAsync();
        await _cluster.StartAgainAsync();

        var build = (await building).SucceededWithoutWarnings();
        Assert.Equal((0, 4), (build.Runs, build.Output.Count(line => line == "begun")));

        building = BuildAsync(project, "-p:DockerExecEnvironmentVariables=A=b");
        await RunsAsync(sleep);
        await _cluster.KillAsync();

        var without = (await building).Succeeded();
        Assert.Single(without.Warnings);
        Assert.NotEqual(0, without.Runs);
        Assert.All(Enumerable.Range(1, 4), i => Assert.True(File.Exists(project[$"{i}.txt"])));
        Assert.Equal("RRB2051", without.Warnings[0].Code);
        Assert.Contains("it cannot be reached: Connection refused", without.Warnings[0].Text, StringComparison.Ordinal);

        var strict = await BuildAsync(project, "-p:DockerExecEnvironmentVariables=A=c", "-p:DockerExecRemoteFallback=false");
        Assert.All(strict.Errors, error => Assert.Equal("RRB2052", error.Code));
        Assert.Equal(4, strict.Errors.Count);
    }

    [RemoteFact]
    [Trait("Tier", "Long")]
    public async Task Ctrl_C_cancels_there_too()
    {
        var sleep = Sleep(300);
        var project = Project("""<DockerExecStep Include="Here" Outputs="here.txt" Command="sleep 3; echo begun; sleep 300" />""", Step("Long", $"""Outputs="out.txt" Command="{sleep}; true" """));

        var interrupting = Interrupted.RunAsync(project, wholeGroup: true, line => line == "begun", "-v:n", "-p:DockerExecMaxParallel=2");
        await RunsAsync(sleep);
        var interrupted = await interrupting;

        Assert.Equal(1, interrupted.Build.ExitCode);
        await Pace.AssertWithinAsync(TimeSpan.FromSeconds(5), interrupted.Taken);
        await Until.IsSoAsync(TimeSpan.FromSeconds(5), () => !IsRunning(sleep));
    }

    [GeneratedRegex("^What step 'Red' saw and wrote is kept in (?<folder>.+) until its next run", RegexOptions.ExplicitCapture)]
    private static partial Regex KeptIn();

    // A time that no other test sleeps: processes of the cluster's workers are ordinary ones of this machine.
    private static string Sleep(int seconds) => $"sleep {seconds}.{RandomNumberGenerator.GetInt32(100_000, 1_000_000)}";

    private static Task RunsAsync(string command) => Until.IsSoAsync(TimeSpan.FromSeconds(20), () => IsRunning(command));

    private static bool IsRunning(string command) => Directory.EnumerateDirectories("/proc").Any(process => ReadOrEmpty($"{process}/cmdline").TrimEnd('\0').Replace('\0', ' ') == command);

    private static string ReadOrEmpty(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Step(string name, string metadata) => $"""<DockerExecStep Include="{name}" Hermetic="true" {metadata} />""";

    private TestProject Project(params string[] steps) => new(
        $"""
        <Project>
          <PropertyGroup>
            <DockerExecImage>{_image}</DockerExecImage>
            <DockerExecRemote>{_cluster.Address}</DockerExecRemote>
          </PropertyGroup>
          <ItemGroup>
            {string.Join("\n    ", steps)}
          </ItemGroup>
          <Target Name="Build" />
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """);

    // Each with a cache of its own, so that none has results of another's.
    private static Task<Build> BuildAsync(TestProject project, params string[] arguments) =>
        project.BuildAsync(new BuildSetting { Arguments = arguments, Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = project["cache"] } });
}
