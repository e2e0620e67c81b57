using Microsoft.Build.Framework;

namespace RestrictedRunner.PackageTests;

/// <summary>Folders that live from run to run. Each test has a cache of its own.</summary>
public class CacheMountsTests
{
    [EngineFact]
    public async Task A_step_finds_what_earlier_runs_left_and_no_key_knows_of_it()
    {
        var project = TestProject.WithItems("""
            <DockerExecStep Include="Fill" Image="busybox:latest" Inputs="a.txt" Outputs="fill.txt" CacheMounts="words:/cache/words"
                            Command="cat a.txt &gt;&gt; /cache/words/list; cp /cache/words/list fill.txt" />
            <DockerExecStep Include="Hermetic" Hermetic="true" Image="busybox:latest" Inputs="a.txt" Outputs="hermetic.txt" CacheMounts="words:/root/w;other:/other:scope=machine,sharing=locked" DependsOn="Fill"
                            Command="cat /root/w/list &gt; hermetic.txt; echo h &gt;&gt; /other/h; wc -l &lt; /other/h &gt;&gt; hermetic.txt; id -u" />
            <DockerExecStep Include="Plain" Hermetic="true" Image="busybox:latest" Inputs="a.txt" Outputs="plain.txt" Command="! test -e /cache; cp a.txt plain.txt" />
            """);
        project.Write("a.txt", "one\n");
        var first = (await BuildAsync(project)).SucceededWithoutWarnings();
        project.Write("a.txt", "two\n");

        (await BuildAsync(project)).SucceededWithoutWarnings();
        var unchanged = (await BuildAsync(project)).SucceededWithoutWarnings();
        project.Write("a.txt", "one\n");
        var restored = (await BuildAsync(project)).SucceededWithoutWarnings();
        project.Write("step.proj", File.ReadAllText(project.File).Replace("""CacheMounts="words:/cache/words" """.Trim(), """CacheMounts="words:/cache/words;more:/more" """.Trim(), StringComparison.Ordinal));
        var changed = (await BuildAsync(project)).SucceededWithoutWarnings();

        Assert.Equal("one\n", await ReadAsync(project, "fill.txt"));
        Assert.Equal("one\n1\n", await ReadAsync(project, "hermetic.txt"));
        Assert.Equal((0, 0, 0), (unchanged.Runs, restored.Runs, changed.Runs));
        Assert.Contains(new(MessageImportance.Low, "Step 'Hermetic' runs in a container of its own: it has cache mounts."), first.StepMessages);
        project.Write("a.txt", "three\n");
        (await BuildAsync(project)).SucceededWithoutWarnings();
        Assert.Equal("one\ntwo\nthree\n", await ReadAsync(project, "fill.txt"));
        Assert.Equal("one\ntwo\nthree\n3\n", await ReadAsync(project, "hermetic.txt"));
        (await BuildAsync(project, "-t:CleanDockerExec")).SucceededWithoutWarnings();
        Assert.Equal(2, Mounts(project).Count(path => File.Exists(Path.Combine(path, "content", "list")) || File.Exists(Path.Combine(path, "content", "h"))));
    }

    [EngineFact]
    public async Task A_task_of_any_user_of_a_container_uses_them_and_they_are_removed_with_the_results()
    {
        var project = new TestProject(
            """
            <Project>
              <PropertyGroup>
                <DockerExecCacheMounts>npm:/from/property</DockerExecCacheMounts>
                <TargetFrameworks>net9.0;net10.0</TargetFrameworks>
                <IsCrossTargetingBuild>true</IsCrossTargetingBuild>
              </PropertyGroup>
              <Target Name="Build">
                <DockerExec Image="busybox:latest" User="1234:5678" CacheMounts="npm:/npm" Command="mkdir /npm/d; dd if=/dev/zero of=/npm/d/x bs=1024 count=10 2&gt;/dev/null; chmod 500 /npm/d" />
                <DockerExec Image="busybox:latest" Defaults="@(DockerExecDefault)" Command="ls /from/property/d; ls -A /npm 2&gt;/dev/null" IgnoreExitCode="true" />
              </Target>
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        var build = (await BuildAsync(project)).SucceededWithoutWarnings();
        Assert.Equal(["x"], build.Output);

        var clean = await BuildAsync(project, "-t:CleanDockerExecCache");

        Assert.Equal([$"Freed 12 KiB of the cache '{project["cache/restricted-runner/v1"]}': 0 results of steps and 1 cache mounts."], Said(clean.SucceededWithoutWarnings()));
        Assert.Empty(Mounts(project));
        Assert.Equal([$"Freed 0 bytes of the cache '{project["cache/restricted-runner/v1"]}': 0 results of steps and 0 cache mounts."], Said(await BuildAsync(project, "-t:CleanDockerExecCache")));
    }

    [EngineFact]
    public async Task Locked_ones_are_for_one_step_at_a_time_in_all_builds_and_one_in_use_is_not_cleaned()
    {
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        const string Command = "mkdir /db/lock &amp;&amp; echo held &gt;&gt; held; until [ -e /project/go ]; do sleep 0.1; done; rmdir /db/lock";
        var project = TestProject.WithItems($"""
            <DockerExecStep Include="One" Image="busybox:latest" CacheMounts="db:/db:sharing=locked,scope=machine" Command="{Command}" Timeout="60000" />
            <DockerExecStep Include="Two" Image="busybox:latest" CacheMounts="db:/db:sharing=locked,scope=machine" Command="{Command}" Timeout="60000" />
            """);
        var other = TestProject.WithItems("""<DockerExecStep Include="Other" Image="busybox:latest" CacheMounts="db:/db:scope=machine" Command="! test -e /db/lock" />""");
        var building = BuildAsync(project, "-p:DockerExecMaxParallel=2");
        await Until.IsSoAsync(TimeSpan.FromMinutes(1), () => building.IsCompleted || File.Exists(project["held"]));
        var clean = (await BuildAsync(project, "-t:CleanDockerExecCache")).SucceededWithoutWarnings();
        var waiting = BuildAsync(other, line => _ = line.Contains("aits for cache mount", StringComparison.Ordinal) && waits.TrySetResult(), project["cache"]);
        await Task.WhenAny(waits.Task, waiting);

        project.Write("go", "");
        var build = (await building).SucceededWithoutWarnings();

        (await waiting).SucceededWithoutWarnings();
        Assert.Equal("held\nheld\n", await ReadAsync(project, "held"));
        Assert.Matches($"^Waits for cache mount 'db', which is in use, last taken by step '(One|Two)' of {project.File}\\.$", Assert.Single(build.Output, line => line.StartsWith("Waits", StringComparison.Ordinal)));
        Assert.Matches($"^Waits for cache mount 'db', which is in use, last taken by step '(One|Two)' of {project.File}\\.$", Assert.Single((await waiting).Output, line => line.StartsWith("Waits", StringComparison.Ordinal)));
        Assert.Matches($"^Cache mount 'db' of this machine stays: it is in use, last taken by step '(One|Two)' of {project.File}\\.$", Said(clean)[1]);
    }

    [Fact]
    public async Task A_fault_is_told_before_anything_runs()
    {
        var project = TestProject.WithItems("""
            <DockerExecStep Include="Step" Image="busybox:latest" Hermetic="true" Command="true" Outputs="x.txt"
                            CacheMounts="../up:/a;npm;pip:/cache/pip:sharing=private;go:/project/go;home:/tmp/.npm;a:/same;b:/same" />
            """);

        var errors = (await BuildAsync(project)).Errors;

        Assert.Equal(
            [
                project.ErrorAtStep("RRB1003", "CacheMounts '../up:/a': the name of a cache mount begins with a letter or digit, and has letters, digits, '.', '_' and '-', at most 64."),
                project.ErrorAtStep("RRB1003", "CacheMounts 'npm': a cache mount is name:/container/path, or with options name:/container/path:sharing=locked,scope=machine."),
                project.ErrorAtStep("RRB1003", "CacheMounts 'pip:/cache/pip:sharing=private': there is no option 'sharing=private'; the options of a cache mount are sharing=shared (default), sharing=locked, scope=project (default) and scope=machine, separated by commas."),
                project.ErrorAtStep("RRB1005", "CacheMounts '/project/go': files of the host are mounted at '/project'; use another path, such as /cache/go, and let the tool know it, as by npm_config_cache or PIP_CACHE_DIR."),
                project.ErrorAtStep("RRB1005", "CacheMounts '/tmp/.npm': '/tmp' is a folder in memory (Tmpfs, of a hermetic step /tmp); use another path, such as /cache/home, and let the tool know it, as by npm_config_cache or PIP_CACHE_DIR."),
                project.ErrorAtStep("RRB1005", "CacheMounts '/same': the cache mounts 'a' and 'b' have the same container path."),
            ],
            errors.Select(error => error with { Text = error.Text.Replace("Step 'Step': ", "", StringComparison.Ordinal) }));
    }

    [Fact]
    public async Task RRB5002_for_a_cache_folder_that_cannot_be_made_or_is_not_there()
    {
        var project = TestProject.WithItems("""<DockerExecStep Include="Step" Image="busybox:latest" CacheMounts="npm:/npm" Command="true" />""");
        project.Write("cache", "a file");

        var file = (await BuildAsync(project)).FailedWithOneError();
        var homeless = (await project.BuildAsync(new BuildSetting { Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = "", ["HOME"] = "" }, InItsOwnProcess = true, Arguments = ["-p:NuGetPackageRoot=x"] })).Errors;

        Assert.Equal(("RRB5002", project.File, project.LineOf("<DockerExecStep")), (file.Code, file.File, file.Line));
        Assert.StartsWith("Step 'Step': the step's cache mounts cannot be used: ", file.Text, StringComparison.Ordinal);
        Assert.EndsWith($" They are in '{project["cache/restricted-runner/v1/mounts"]}': let that be yours and have room, or name another folder for caches in XDG_CACHE_HOME, or remove CacheMounts.", file.Text, StringComparison.Ordinal);
        Assert.Equal([project.ErrorAtStep("RRB5002", "Step 'Step': the step's cache mounts cannot be used: there is no folder for them, because this user has no home. Set HOME or XDG_CACHE_HOME, or remove CacheMounts.")], homeless);
    }

    [OrdinaryUserFact]
    public async Task What_a_container_wrote_as_root_goes_by_the_engine_and_without_one_RRB5003_names_it()
    {
        await using var user = await OrdinaryUser.MemberAsync();
        const string Task = """<DockerExec Image="busybox:latest" AllowNetworking="false" CacheMounts="apt:/apt" Command="mkdir -p /apt/partial; touch /apt/partial/x; chmod 700 /apt/partial" />""";
        (await user.BuildAsync(Task)).SucceededWithoutWarnings();
        var mounts = await user.OutputAsync("sh", "-c", "echo ~/.cache/restricted-runner/v1/mounts");
        Assert.Equal("0", await user.OutputAsync("sh", "-c", $"stat -c %u {mounts}/apt-*/content/partial"));

        (await user.BuildAsync(Task, "-t:CleanDockerExecCache")).SucceededWithoutWarnings();
        Assert.Equal("lock", await user.OutputAsync("ls", mounts));

        (await user.BuildAsync(Task)).SucceededWithoutWarnings();
        user.Set("DOCKER_HOST", "unix:///nothing.sock");
        var warning = Assert.Single((await user.BuildAsync(Task, "-t:CleanDockerExecCache")).Succeeded().Warnings);

        Assert.Equal(("RRB5003", user.Project), (warning.Code, warning.File));
        Assert.StartsWith($"Cache mount 'apt' of {user.Project} is emptied, but files of it stay in '{mounts}/", warning.Text, StringComparison.Ordinal);
    }

    private static Task<Build> BuildAsync(TestProject project, params string[] arguments) => BuildAsync(project, static _ => { }, project["cache"], arguments);

    private static Task<Build> BuildAsync(TestProject project, Action<string> onLine, string cache, params string[] arguments) =>
        project.BuildAsync(new BuildSetting { Arguments = arguments, Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = cache }, OnLine = onLine });

    private static IReadOnlyList<string> Said(Build build) => [.. build.SaidByTask("DockerExecCleanCache").Where(message => message.Importance == MessageImportance.High).Select(message => message.Text)];

    private static string[] Mounts(TestProject project) => Directory.GetDirectories(project["cache/restricted-runner/v1/mounts"]);

    private static Task<string> ReadAsync(TestProject project, string file) => File.ReadAllTextAsync(project[file], TestContext.Current.CancellationToken);
}
