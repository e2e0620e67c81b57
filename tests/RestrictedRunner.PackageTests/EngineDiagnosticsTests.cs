using System.Collections.Concurrent;
using System.Net;

namespace RestrictedRunner.PackageTests;

public class EngineDiagnosticsTests
{
    [Fact]
    public async Task RRB2001_when_the_client_is_not_where_Engine_says()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="true" Engine="/nonexistent" />""");

        var build = await project.BuildAsync();

        Assert.Equal(
            project.ErrorAtStep("RRB2001", "there is no executable file '/nonexistent'. Install Docker or Podman, or give the client's path in Engine."),
            build.FailedWithOneError());
    }

    [Fact]
    public async Task RRB2001_when_no_client_is_on_the_PATH()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="true" />""");
        // A target, because dotnet itself has to be found.
        project = new TestProject((await File.ReadAllTextAsync(project.File, TestContext.Current.CancellationToken))
            .Replace("<Target Name=\"Build\">", """<Target Name="Build"><SetPath />""", StringComparison.Ordinal)
            .Replace("</Project>", SetPath + "</Project>", StringComparison.Ordinal));

        var build = await project.BuildAsync();

        Assert.Equal(
            project.ErrorAtStep("RRB2001", "docker executable not found in PATH, and podman neither. Install Docker or Podman, or give the client's path in Engine."),
            build.FailedWithOneError());
    }

    [EngineFact]
    public async Task RRB2002_when_no_daemon_answers()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="true" Engine="./client" />""");
        FakeClient.Write(project, """DOCKER_HOST=unix:///nonexistent/docker.sock exec docker "$@" """);

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Equal(project.ErrorAtStep("RRB2002", "docker daemon is not running, or cannot be reached. Start Docker, or correct the client's settings (DOCKER_HOST, DOCKER_CONTEXT, 'docker context'), and build again."), FirstLine(error));
        Assert.Contains("\ndocker: Cannot connect to the Docker daemon at unix:///nonexistent/docker.sock.", error.Text, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task RRB2002_also_when_the_client_first_says_something_else()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="true" Engine="./client" IgnoreExitCode="true" />""");
        FakeClient.Write(
            project,
            """
            echo 'note: a wrapper of this site' >&2
            DOCKER_HOST=unix:///nonexistent/docker.sock exec docker "$@"
            """);

        Assert.Equal("RRB2002", (await project.BuildAsync()).FailedWithOneError().Code);
    }

    [Fact]
    public async Task RRB2003_when_the_user_may_not_talk_to_the_daemon()
    {
        // Tests may run as root, who may talk to it always. The words are those of docker 20.10.
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="true" Engine="./client" />""");
        FakeClient.Write(
            project,
            """
            echo 'docker: Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect: permission denied.' >&2
            echo "See 'docker run --help'." >&2
            exit 126
            """);

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Equal(
            project.ErrorAtStep("RRB2003", "The engine runs, but this user may not use it. Add the user to the group docker and log in again, or use rootless Docker or Podman."),
            FirstLine(error));
        Assert.EndsWith("connect: permission denied.", error.Text, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task RRB2004_when_the_image_is_absent_and_may_not_be_pulled()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="localhost:1/absent:1" Command="true" Pull="never" />""");

        var build = await project.BuildAsync();

        Assert.Equal(
            project.ErrorAtStep("RRB2004", "The engine does not have image 'localhost:1/absent:1', and Pull=\"never\" did not bring it. Pull or build it first, or set Pull=\"missing\"."),
            FirstLine(build.FailedWithOneError()));
    }

    [EngineFact]
    public async Task RRB2005_when_the_registry_does_not_have_the_image()
    {
        using var registry = new FakeRegistry(HttpStatusCode.NotFound, """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}""");
        var project = TestProject.WithTarget($"""<DockerExec Image="{registry.Host}/absent:1" Command="true" />""");

        var build = await project.BuildAsync();

        Assert.Equal(
            project.ErrorAtStep("RRB2005", $"The registry has no image '{registry.Host}/absent:1'. Check name, tag and platform; a private image needs 'docker login'."),
            FirstLine(build.FailedWithOneError()));
        Assert.InRange(registry.Questions, 1, 2);
    }

    [EngineFact]
    public async Task RRB2006_when_the_registry_wants_to_know_who_asks()
    {
        using var registry = new FakeRegistry(HttpStatusCode.Forbidden, """{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}""");
        var project = TestProject.WithTarget($"""<DockerExec Image="{registry.Host}/private:1" Command="true" />""");

        var build = await project.BuildAsync();

        Assert.Equal(
            project.ErrorAtStep("RRB2006", $"The registry refused to give image '{registry.Host}/private:1' to this user. Run 'docker login' for that registry with an account that may read it."),
            FirstLine(build.FailedWithOneError()));
    }

    [EngineFact]
    public async Task RRB2007_when_the_registry_does_not_answer_three_times()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="localhost:1/x:1" Command="true" />""");

        var build = await project.BuildAsync();

        Assert.Equal(
            project.ErrorAtStep("RRB2007", "The registry of image 'localhost:1/x:1' could not be reached in three tries. Check the image's name, the network, a proxy, and the registry's name and port."),
            FirstLine(build.FailedWithOneError()));
        Assert.Equal(
            ["trying again in 1 s", "trying again in 3 s"],
            build.Output.Where(line => line.StartsWith("localhost:1/x:1: ", StringComparison.Ordinal)).Select(line => line[line.IndexOf("trying", StringComparison.Ordinal)..]));
    }

    [EngineFact]
    public async Task RRB2008_when_the_registry_gives_nonsense()
    {
        using var registry = new FakeRegistry(HttpStatusCode.OK, "nonsense");
        var project = TestProject.WithTarget($"""<DockerExec Image="{registry.Host}/broken:1" Command="true" />""");

        var build = await project.BuildAsync();

        Assert.Equal(
            project.ErrorAtStep("RRB2008", $"Image '{registry.Host}/broken:1' could not be pulled. 'docker pull {registry.Host}/broken:1' shows the same."),
            FirstLine(build.FailedWithOneError()));
    }

    [EngineFact]
    public async Task RRB2010_when_the_temporary_folder_is_full()
    {
        // In a mount namespace of its own, for which one has to be root.
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="$([System.IO.File]::ReadAllText('script'))" EchoOff="true" />""");
        project.Write("script", $"# {new string('x', 2_000_000)}\ntrue\n");
        var log = project["full.binlog"];
        var lines = new ConcurrentQueue<string>();
        var dotnet = DotNet.Command(project.Folder, lines.Enqueue)
            .WithTargetFile("unshare")
            .WithArguments(["--mount", "sh", "-c", "mount -t tmpfs -o size=1m none \"$TMPDIR\" && exec \"$@\"", "sh", "dotnet", .. project.CommandLine(log, [])]);

        var result = await dotnet.ExecuteAsync(TestContext.Current.CancellationToken);

        var error = new Build(DotNet.Report(dotnet, result.ExitCode, lines), log).FailedWithOneError();
        Assert.Equal(
            project.ErrorAtStep("RRB2010", "A disk is full, so the step in image 'busybox:latest' could not run. Make room where the engine keeps images and containers ('docker system df' shows what it holds), or in the temporary folder."),
            FirstLine(error));
        Assert.Contains($"\nThe step's script cannot be written to the temporary folder: No space left on device : '{TestRun.Temp}/rr-", error.Text, StringComparison.Ordinal);
    }

    private const string SetPath =
        """
        <UsingTask TaskName="SetPath" TaskFactory="RoslynCodeTaskFactory" AssemblyFile="$(MSBuildToolsPath)/Microsoft.Build.Tasks.Core.dll">
          <Task><Code Type="Fragment" Language="cs">System.Environment.SetEnvironmentVariable("PATH", "/nonexistent");</Code></Task>
        </UsingTask>
        """;

    // The engine's own words follow, and are another version's tomorrow.
    private static Problem FirstLine(Problem error) => error with { Text = error.Text[..(error.Text + "\n").IndexOf('\n', StringComparison.Ordinal)] };
}
