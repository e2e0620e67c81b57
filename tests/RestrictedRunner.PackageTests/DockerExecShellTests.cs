namespace RestrictedRunner.PackageTests;

/// <summary>A shell where a step runs, at a real terminal.</summary>
public class DockerExecShellTests
{
    private const string Hermetic = """Hermetic="true" EnvironmentVariables="A=two words" Inputs="in.txt" Outputs="sub/out.txt" """;

    [EngineTheory]
    [InlineData("docker")]
    [InlineData("podman")]
    public async Task The_command_in_the_error_opens_a_shell_like_the_steps_container(string engine)
    {
        var project = Project($"""Engine="{engine}" {Hermetic} User="1234:1234" Secrets="key" Command="cat in.txt; exit 3" """, """<DockerSecret Include="key" File="key" />""");
        project.Write("key", "the value of the key");
        var error = (await project.BuildAsync()).Failure("RRB3001").Text;
        File.Delete(project["key"]);
        var command = error[(error.LastIndexOf('\n') + 1)..];
        Assert.Equal("dotnet build -t:DockerExecShell '-p:Step=The step'", command);

        await using var terminal = PseudoTerminal.Start(project.Folder, command);
        await terminal.SeesAsync("The container of step 'The step'; its script is /.restricted-runner.sh\r\nWithout its secrets: key.");
        await terminal.TypeAsync("echo $PWD:$(ls):$(ls sub):$(id -u):$A:$(hostname):$(ls /sys/class/net):$(sh /.restricted-runner.sh); touch /x; tty; echo $((40 + 2)).");
        await terminal.SeesAsync("\r\n42.");
        await terminal.TypeAsync("exit 7");

        Assert.Equal(0, await terminal.EndAsync());
        Assert.Contains("/project:in.txt sub::1234:two words:hermetic:lo:the input", terminal.Screen, StringComparison.Ordinal);
        Assert.Contains("/x: Read-only file system", terminal.Screen, StringComparison.Ordinal);
        Assert.Contains("/dev/pts/0", terminal.Screen, StringComparison.Ordinal);

        // The terminal logger draws thirty times a second what it has to say, but not meanwhile.
        var meanwhile = terminal.Screen[terminal.Screen.IndexOf("The container of", StringComparison.Ordinal)..terminal.Screen.IndexOf("exit 7", StringComparison.Ordinal)];
        Assert.DoesNotContain("DockerExecShell", meanwhile, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[?25l", meanwhile, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Without_a_terminal_a_command_to_copy_is_told_whose_files_stay()
    {
        var project = Project($"""{Hermetic} User="1234:1234" Command="cat in.txt; exit 3" """);

        var build = await project.BuildAsync("-t:DockerExecShell");

        var warning = Assert.Single(build.Succeeded().Warnings);
        Assert.Equal(("RRB3030", project.LineOf("<DockerExecStep")), (warning.Code, warning.Line));
        Assert.StartsWith("Step 'The step': This build has no terminal for a shell. Copy this command into one:\n", warning.Text, StringComparison.Ordinal);
        await using var terminal = PseudoTerminal.Start("/", warning.Text.Split('\n')[1]);
        await terminal.TypeAsync("echo $(id -u):$A:$(sh /.restricted-runner.sh); exit 5");
        Assert.Equal(5, await terminal.EndAsync());
        Assert.Contains("1234:two words:the input", terminal.Screen, StringComparison.Ordinal);
        Assert.Equal(0, (await project.BuildAsync("-t:CleanDockerExec")).Succeeded().Runs);
        Assert.False(Directory.Exists(project["obj/docker-exec"]));
    }

    [EngineFact]
    public async Task A_step_that_is_not_hermetic_sees_the_project_in_it()
    {
        var project = Project("""Arguments="ls;/absent" Mounts="in.txt:/other name:ro" """);

        var build = await project.BuildAsync("-t:DockerExecShell", "-p:Step=the STEP");

        await using var terminal = PseudoTerminal.Start("/", Assert.Single(build.Succeeded().Warnings).Text.Split('\n')[1]);
        await terminal.TypeAsync("echo $(cat '/other name'):$(ls -d *.proj obj); exit");
        Assert.Equal(0, await terminal.EndAsync());
        Assert.Contains("the input:obj step.proj", terminal.Screen, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task What_a_failed_step_saw_and_wrote_is_kept_on_demand()
    {
        var project = Project($"""{Hermetic} Command="echo half &gt; sub/out.txt; exit $(Fails)" """);

        var failed = await project.BuildAsync("-p:Keep=true", "-p:Fails=1");
        var shell = await project.BuildAsync("-t:DockerExecShell", "-p:Fails=1");
        var kept = Assert.Single(Directory.GetDirectories(project["obj/docker-exec"], "*.kept"));
        var written = await File.ReadAllTextAsync(Path.Combine(kept, "tree/sub/out.txt"), TestContext.Current.CancellationToken);
        (await project.BuildAsync("-p:Keep=true", "-p:Fails=0")).SucceededWithoutWarnings();

        Assert.Contains($"What step 'The step' saw and wrote is kept in {kept}/tree until its next run, or until the project is cleaned.", failed.Output);
        Assert.Contains($"src={kept}/tree,dst=/project", Assert.Single(shell.Succeeded().Warnings).Text, StringComparison.Ordinal);
        Assert.Equal("half\n", written);
        Assert.False(Directory.Exists(kept));
        Assert.Equal("half\n", await File.ReadAllTextAsync(project["sub/out.txt"], TestContext.Current.CancellationToken));
    }

    [EngineFact]
    public async Task What_is_kept_goes_with_Clean()
    {
        var project = Project($"""{Hermetic} Command="echo half &gt; sub/out.txt; exit 1" """);
        await project.BuildAsync("-p:Keep=true");
        Assert.NotEmpty(Directory.GetDirectories(project["obj/docker-exec"], "*.kept"));

        (await project.BuildAsync("-t:CleanDockerExec")).SucceededWithoutWarnings();

        Assert.False(Directory.Exists(project["obj/docker-exec"]));
    }

    [EngineFact]
    public async Task An_image_without_the_shell_is_told_with_the_files_for_another_one()
    {
        var project = Project("""Shell="ksh" Command="a; b" """);

        var error = (await project.BuildAsync("-t:DockerExecShell")).Failure("RRB3031");

        Assert.Equal(project.LineOf("<DockerExecStep"), error.Line);
        Assert.StartsWith("Step 'The step': Image 'busybox:latest' has no 'ksh', so there is no shell in it. Another image can look at the same files; put its name in the place of IMAGE:\ndocker run ", error.Text, StringComparison.Ordinal);
        Assert.EndsWith(" --entrypoint '' IMAGE ksh", error.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "DockerExecShell has to know which step: add -p:Step=NAME. The steps: The step, Other.")]
    [InlineData("The stop", "There is no step 'The stop'. The steps: The step, Other. Is 'The step' meant?")]
    public async Task RRB1040_for_a_step_that_there_is_not(string step, string text)
    {
        var project = Project("""Command="true" """, """<DockerExecStep Include="Other" Image="busybox" Command="true" />""");

        var build = await project.BuildAsync("-t:DockerExecShell", $"-p:Step={step}");

        Assert.Equal([new Problem("RRB1040", project.File, 0, text)], build.Errors);
    }

    [EngineTheory]
    [InlineData("RRB3002", """PrepareCommand="exit 2" Command="true" """)]
    [InlineData("RRB3006", """Command="sleep 60" Timeout="1" StopTimeout="0" """)]
    [InlineData("RRB3008", """Command="echo 'a.c(1,1): error X1: odd'" """)]
    [InlineData("RRB3016", """Command="true" Outputs="absent.txt" """)]
    public async Task Each_error_of_a_step_that_ran_ends_with_the_command(string code, string step)
    {
        var build = await Project(step).BuildAsync();

        Assert.EndsWith(" To look around in such a container:\ndotnet build -t:DockerExecShell '-p:Step=The step'", build.Failure(code).Text, StringComparison.Ordinal);
    }

    private static TestProject Project(string step, string more = "")
    {
        var project = new TestProject(
            $"""
            <Project>
              <ItemGroup>
                <DockerExecStep Include="The step" Image="busybox:latest" {step} />
                {more}
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        project.Write("in.txt", "the input\n");
        return project;
    }
}
