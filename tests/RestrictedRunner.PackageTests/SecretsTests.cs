namespace RestrictedRunner.PackageTests;

public class SecretsTests
{
    private const string Secrets =
        """
        <DockerSecret Include="token" Environment="MY_TOKEN" />
        <DockerSecret Include="short" Environment="MY_SHORT" />
        <DockerSecret Include="both" Environment="MY_TOKEN" File="key" />
        <DockerSecret Include="neither" />
        <DockerSecret Include="a/b" File="key" />
        <DockerSecret Include="value" Environment="$(MY_TOKEN)" />
        <DockerSecret Include="named" Environment="$(MY_NAME)" />
        <DockerSecret Include="client" Environment="DOCKER_HOST" />
        <DockerSecret Include="folder" File="obj" />
        <DockerSecret Include="gone" File="no/such" />
        <DockerSecret Include="none" Environment="NO_SUCH" Optional="true" />
        <DockerSecret Include="shell" File="key" As="1X" />
        <DockerSecret Include="direct" File="key" As="X" />
        <DockerSecret Include="twice" File="key" />
        <DockerSecret Include="TWICE" File="key" />
        """;

    private static readonly Dictionary<string, string?> Values = new() { ["MY_TOKEN"] = "hunter2 hunter2", ["MY_SHORT"] = " a b c\n", ["MY_NAME"] = "hunter4hunter4", ["DOCKER_HOST"] = null };

    [Fact]
    public async Task Each_fault_of_a_secret_is_told_with_the_others_at_the_step()
    {
        var project = Project($"""<DockerExecStep Include="A" Image="busybox:latest" Memory="much" Arguments="echo;x" Secrets="token;short;both;neither;a/b;value;named;client;folder;gone;none;shell;direct;twice;tokn" Mounts=".:/run/secrets/x" />""");
        project.Write("key", "correct horse");
        Directory.CreateDirectory(project["obj"]);

        var build = await project.BuildAsync(new BuildSetting { Environment = Values });

        (string, string)[] expected =
        [
            ("RRB1003", "Memory 'much': a size is a number with b, k, m or g, such as 512m."),
            ("RRB1005", "Mounts '/run/secrets/x': /run/secrets has the step's Secrets."),
            ("RRB4020", "Secrets 'a/b': its name is that of a file in /run/secrets: up to 64 letters, digits, '_', '-' and '.', the first a letter, a digit or '_'."),
            ("RRB4020", "Secrets 'both': it has both Environment and File; give one of them."),
            ("RRB4020", "Secrets 'client': the engine's client acts on an environment variable 'DOCKER_HOST', so it has to see it; give the secret a variable of another name, or use File."),
            ("RRB4020", "Secrets 'direct': As needs a Command that a POSIX shell reads (sh, bash, dash, ash, ksh, zsh); without one, read the file."),
            ("RRB4020", "Secrets 'neither': it has no source: give Environment, the name of an environment variable of the build, or File, the path of a file."),
            ("RRB4020", "Secrets 'shell': As is the name of a shell variable: letters, digits and '_', the first no digit."),
            ("RRB4020", "Secrets 'tokn': the project has no DockerSecret item of this name; is 'token' meant?."),
            ("RRB4020", "Secrets 'twice': two DockerSecret items have this name."),
            ("RRB4020", "Secrets 'value': its Environment is no name of an environment variable: write Environment=\"NUGET_TOKEN\", without '$' and parentheses."),
            ("RRB4021", $"Secrets 'gone': there is no file '{project["no/such"]}'. Set it where the build runs; Optional=\"true\" of the DockerSecret lets the step run without."),
            ("RRB4021", "Secrets 'named': its Environment has the value of a variable, and takes its name: write Environment=\"NUGET_TOKEN\", without '$' and parentheses. Set it where the build runs; Optional=\"true\" of the DockerSecret lets the step run without."),
            ("RRB4022", $"Secrets 'folder': '{project["obj"]}' is a folder."),
            ("RRB4022", "Secrets 'short': its value has fewer than four characters besides white space: to mask them would mask half the log."),
        ];
        var errors = build.Errors.Where(error => error.Code != "RRB4001").ToList();
        Assert.Equal(expected.Select(error => (error.Item1, $"Step 'A': {error.Item2}")), errors.Select(error => (error.Code, error.Text)).Order());
        Assert.All(errors, error => Assert.Equal((project.File, project.LineOf("<DockerExecStep")), (error.File, error.Line)));
        Assert.Equal(0, build.Runs);
    }

    [EngineFact]
    public async Task The_name_counts_and_the_value_does_not()
    {
        var project = Project("""<DockerExecStep Include="A" Image="busybox:latest" Secrets="$(Named);token" Inputs="input" Outputs="a.txt" Command="ls /run/secrets &gt; a.txt" />""");
        project.Write("key", "correct horse");
        project.Write("input", Path.GetRandomFileName());

        Assert.Equal(1, (await BuildAsync("none", "first value")).SucceededWithoutWarnings().Runs);
        Assert.Equal("token\n", await File.ReadAllTextAsync(project["a.txt"], TestContext.Current.CancellationToken));
        Assert.Equal(0, (await BuildAsync("none", "second value")).SucceededWithoutWarnings().Runs);

        // Who has not got the secret may have the result, also from the cache.
        Assert.Equal(0, (await BuildAsync("none", null)).SucceededWithoutWarnings().Runs);
        File.Delete(project["a.txt"]);
        Assert.Equal(0, (await BuildAsync("none", null)).SucceededWithoutWarnings().Runs);
        Assert.Equal(1, (await BuildAsync("named", "first value")).SucceededWithoutWarnings().Runs);

        // What cannot be had is told before the outputs of the step before are removed.
        project.Write("input", Path.GetRandomFileName());
        var error = (await BuildAsync("named", null)).FailedWithOneError();
        Assert.Equal(("RRB4021", "Step 'A': Secrets 'token': the build has no environment variable 'MY_TOKEN', or an empty one. Set it where the build runs; Optional=\"true\" of the DockerSecret lets the step run without."), (error.Code, error.Text));
        Assert.True(File.Exists(project["a.txt"]));

        Task<Build> BuildAsync(string named, string? token) =>
            project.BuildAsync(new BuildSetting { Arguments = [$"-p:Named={named}"], Environment = new Dictionary<string, string?>(Values) { ["MY_TOKEN"] = token, ["MY_NAME"] = "MY_OTHER", ["MY_OTHER"] = "another one" } });
    }

    [EngineFact]
    public async Task A_hermetic_step_with_secrets_has_a_container_of_its_own_and_a_result_that_holds_one_is_not_kept()
    {
        var project = Project(
            """
            <DockerExecStep Include="One" Hermetic="true" Workers="true" Image="busybox:latest" Secrets="token" Inputs="input" Outputs="one.txt" Command="cat /run/secrets/token &gt; one.txt; stat -c %a-%u /run/secrets/token" />
            <DockerExecStep Include="Two" Hermetic="true" Image="busybox:latest" Inputs="input" Outputs="two.txt" Command="ls /run/secrets &gt; two.txt 2&gt;/dev/null; exit 0" />
            """);
        project.Write("input", Path.GetRandomFileName());
        var setting = new BuildSetting { Arguments = ["-p:DockerExecSecrets=token"], Environment = Values };

        var build = (await project.BuildAsync(setting)).Succeeded();

        Assert.Contains("400-0", build.Output);
        Assert.Contains("Step 'One' runs in a container of its own: it has secrets.", build.Texts);
        Assert.Equal([new Problem("RRB4023", project.File, project.LineOf("Include=\"One\""), "Step 'One': its output 'one.txt' holds the value of one of its Secrets, so whoever gets the file has it. Its result is not stored in the cache. Let the command not write the value, and remove the file.")], build.Warnings);
        Assert.Contains("Step 'One': the cache cannot be used: RRB4023 warns of its result", build.Texts);

        // A default is for the other steps.
        Assert.Equal("", await File.ReadAllTextAsync(project["two.txt"], TestContext.Current.CancellationToken));
        File.Delete(project["one.txt"]);
        Assert.Contains("RRB4023", (await project.BuildAsync(setting)).Succeeded().Warnings.Select(warning => warning.Code));
        Assert.Equal(["RRB4023"], (await project.BuildAsync(setting with { Arguments = [.. setting.Arguments, "-warnaserror:RRB4023"] })).Errors.Select(error => error.Code).Distinct());
    }

    // The echo of a command, too, if somebody has written the value into it.
    // The client has the build's environment, but for that.
    [EngineFact]
    public async Task No_other_step_and_no_task_gets_the_variable()
    {
        var project = Project(
            """
            <DockerExecStep Include="A" Image="busybox:latest" DockerRunOpts="-e MY_TOKEN" Outputs="a.txt" Command="env &gt; a.txt" />
            <DockerExecStep Include="B" Image="busybox:latest" Secrets="token" DockerRunOpts="-e MY_TOKEN" Outputs="b.txt" Command="env &gt; b.txt" />
            """);
        project.Write("key", "correct horse");

        (await project.BuildAsync(new BuildSetting { Environment = Values })).SucceededWithoutWarnings();

        Assert.All(["a.txt", "b.txt"], file => Assert.DoesNotContain("MY_TOKEN", File.ReadAllText(project[file]), StringComparison.Ordinal));
    }

    [EngineFact]
    public async Task A_file_that_a_step_read_is_not_named_after_a_secret()
    {
        var project = Project(
            """
            <DockerExecStep Include="A" Image="busybox:latest" Secrets="token" Outputs="a.txt" DependencyFile="a.d"
                            Command="V=$(tr -d ' ' &lt; /run/secrets/token); echo 1 &gt; sub/$V; echo 1 &gt; a.txt; echo a.txt: sub/$V &gt; a.d" />
            """.Replace("$(tr", "%24(tr", StringComparison.Ordinal));
        Directory.CreateDirectory(project["sub"]);

        var build = await project.BuildAsync(new BuildSetting { Environment = new Dictionary<string, string?>(Values) { ["MY_TOKEN"] = "hunter2hunter2" } });

        Assert.Equal([project.ErrorAtStep("RRB4026", "Step 'A': its DependencyFile names 'sub/***', which holds the value of one of its Secrets, and names of inputs are in logs and in what is remembered of a step. Let the command read a file of another name.")], build.Errors);
        Assert.DoesNotContain(Directory.GetFiles(project["obj"], "*", SearchOption.AllDirectories), file => File.ReadAllText(file).Contains("hunter2", StringComparison.Ordinal));
    }

    [EngineFact]
    public async Task A_task_masks_what_it_says_itself()
    {
        var project = TestProject.WithTarget(
            """
            <ItemGroup><DockerSecret Include="token" File="key" /></ItemGroup>
            <DockerExec Image="busybox:latest" Secrets="@(DockerSecret)" Arguments="echo;correct horse" />
            <DockerExec Image="busybox:latest" Secrets="@(DockerSecret)" Command="/correct%20horse; exit 3" IgnoreExitCode="true" />
            <DockerExec Image="correct-horse" Secrets="@(DockerSecret)" Pull="never" Command="true" />
            """);
        project.Write("key", "correct-horse\n");

        var build = await project.BuildAsync("-v:d");

        Assert.Contains("echo 'correct horse'", build.Texts);
        Assert.StartsWith("The engine does not have image '***', and Pull=\"never\" did not bring it.", build.FailedWithOneError().Text, StringComparison.Ordinal);
    }

    [OrdinaryUserFact]
    public async Task An_ordinary_users_secret_is_a_file_of_the_steps_user_and_in_memory_until_it_is_there()
    {
        await using var user = await OrdinaryUser.MemberAsync();
        await user.OutputAsync("sh", "-c", "umask 77; echo ordinary horse >key");
        const string look = """Secrets="@(DockerSecret)" Image="busybox:latest" AllowNetworking="false" CapDrop="ALL" """;

        var build = (await user.BuildAsync(
            $"""
            <ItemGroup><DockerSecret Include="token" File="key" As="TOKEN" /></ItemGroup>
            <DockerExec {look} User="current" Command="stat -c %a-%u /run/secrets/token; echo $TOKEN" />
            <DockerExec {look} Command="stat -c %a-%u /run/secrets/token; wc -c &lt; /run/secrets/token" />
            <DockerExec {look} User="4321" Command="stat -c %a-%u /run/secrets/token; mount | grep -c '^tmpfs on /.restricted-runner.secrets/token type tmpfs'" />
            """)).SucceededWithoutWarnings();

        Assert.Equal([$"400-{await user.IdAsync()}", "***", "400-0", "15", "400-4321", "1"], build.Output.Where(line => !line.StartsWith("stat", StringComparison.Ordinal)));
        Assert.DoesNotContain(Directory.GetDirectories("/dev/shm", "rr-*"), folder => File.Exists($"{folder}/secrets/0") && File.ReadAllText($"{folder}/secrets/0").Contains("ordinary horse", StringComparison.Ordinal));
    }

    [EngineFact]
    public async Task After_a_killed_build_no_secret_is_left()
    {
        // Without a script the file stays where it is as long as the step runs.
        var project = TestProject.WithTarget("""<ItemGroup><DockerSecret Include="token" File="key" /></ItemGroup><DockerExec Image="busybox:latest" Secrets="@(DockerSecret)" Arguments="sh;-c;echo started%3B sleep 60" />""");
        var value = $"{Guid.NewGuid():N}";
        project.Write("key", value);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var build = DotNet.Command(project.Folder, line => _ = line.Trim() == "started" && started.TrySetResult()).WithArguments(project.CommandLine(project["killed.binlog"], [])).ExecuteAsync(TestContext.Current.CancellationToken);
        await Task.WhenAny(started.Task, build);
        Assert.NotEmpty(Holding());

        Assert.Equal(0, Unix.Kill(build.ProcessId, Unix.SigKill));
        await ((Task)build).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        await Until.IsSoAsync(TimeSpan.FromSeconds(20), () => !Holding().Any());

        IEnumerable<string> Holding() => Directory.GetDirectories("/dev/shm", "rr-*").Select(folder => $"{folder}/secrets/0").Where(file => File.Exists(file) && Read(file) == value);

        static string Read(string file)
        {
            try
            {
                return File.ReadAllText(file);
            }
            catch (IOException)
            {
                return "";
            }
        }
    }

    private static TestProject Project(string steps) => new(
        $"""
        <Project>
          <ItemGroup>
        {Secrets}
            {steps}
          </ItemGroup>
          <Target Name="Build" />
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """);
}
