using Microsoft.Build.Framework;

namespace RestrictedRunner.PackageTests;

/// <summary>Steps that see only what they declare. The folder around the project has what they must not see.</summary>
public class HermeticStepsTests
{
    private const string Secret = "undeclared";

    // Each prints the secret, or "seen", when it comes through; a step that is refused prints nothing.
    [EngineTheory]
    [InlineData("cat secret.txt")]
    [InlineData("cat */secret.txt")]
    [InlineData("cat ../secret.txt")]
    [InlineData("cat ../*/secret.txt")]
    [InlineData("cat link.txt")]
    [InlineData("cat step.proj")]
    [InlineData("cat obj/docker-exec/* &amp;&amp; echo &amp;&amp; echo seen")]
    [InlineData("find / -name secret.txt -not -path '/proc/*' 2&gt;/dev/null | grep . &amp;&amp; echo seen")]
    [InlineData("grep -r undeclared /project /home /root /etc /mnt /var 2&gt;/dev/null")]
    [InlineData("echo x &gt; /seen &amp;&amp; echo seen")]
    [InlineData("echo x &gt; /etc/seen &amp;&amp; echo seen")]
    [InlineData("echo x &gt; /usr/seen &amp;&amp; echo seen")]
    [InlineData("wget -q -T 2 -O - http://172.17.0.1/ &amp;&amp; echo seen")]
    [InlineData("nslookup -timeout=2 example.com &gt;/dev/null 2&gt;&amp;1 &amp;&amp; echo seen")]
    [InlineData("ls /sys/class/net | grep -v lo &amp;&amp; echo seen")]
    [InlineData("grep CapEff /proc/self/status | grep -v 0000000000000000 &amp;&amp; echo seen")]
    [InlineData("grep CapBnd /proc/self/status | grep -v 0000000000000000 &amp;&amp; echo seen")]
    [InlineData("grep NoNewPrivs /proc/self/status | grep -v 1 &amp;&amp; echo seen")]
    [InlineData("mount -t tmpfs none /tmp &amp;&amp; echo seen")]
    [InlineData("chown 0 input.txt 2&gt;/dev/null &amp;&amp; [ %24(id -u) != 0 ] &amp;&amp; echo seen")]
    [InlineData("hostname | grep -v hermetic &amp;&amp; echo seen")]
    [InlineData("date +%Z | grep -v UTC &amp;&amp; echo seen")]
    [InlineData("env | grep -i proxy | grep -v '=$' &amp;&amp; echo seen")]
    [InlineData("env | grep -v -E '^(HOME|LANG|LC_ALL|TZ|SOURCE_DATE_EPOCH|HOSTNAME|PATH|PWD|SHLVL|_|[A-Za-z]*_(PROXY|proxy))=' &amp;&amp; echo seen")]
    [InlineData("ls -a /var/run/docker.sock &amp;&amp; echo seen")]
    [InlineData("n=0; while [ $n -lt 600 ]; do sleep 5 &amp; n=%24((n+1)); done 2&gt;/dev/null; [ %24(ls -d /proc/[0-9]* | wc -l) -gt 550 ] &amp;&amp; echo seen")]
    [InlineData("ls -A /tmp | grep . &amp;&amp; echo seen")]
    [InlineData("echo x &gt; ../seen.txt; echo x &gt; other.txt")]
    public async Task What_is_not_declared_is_not_there(string attempt)
    {
        var project = Project($"""Command="({attempt}); echo done &gt; out.txt" """);

        var build = await project.BuildAsync();

        build.SucceededWithoutWarnings();
        Assert.DoesNotContain(build.Output, line => line.Contains(Secret, StringComparison.Ordinal) || line.Trim() == "seen");
        Assert.Equal("done\n", await File.ReadAllTextAsync(project["out.txt"], TestContext.Current.CancellationToken));
        Assert.Equal(
            ["input.txt", "link.txt", "obj", "out.txt", "secret.txt", "step.proj", "sub"],
            Directory.GetFileSystemEntries(project.Folder).Select(path => Path.GetFileName(path)).Where(name => !name.EndsWith(".binlog", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.False(File.Exists(Path.Combine(project.Folder, "..", "seen.txt")));
        Assert.Empty(Directory.GetDirectories(project["obj/docker-exec"]));
    }

    // So that the attempts above are known to be able to succeed.
    [EngineTheory]
    [InlineData("cat secret.txt")]
    [InlineData("cat link.txt")]
    [InlineData("cat step.proj")]
    [InlineData("cat obj/docker-exec/* &amp;&amp; echo &amp;&amp; echo seen")]
    [InlineData("find / -name secret.txt -not -path '/proc/*' 2&gt;/dev/null | grep . &amp;&amp; echo seen")]
    [InlineData("grep -r undeclared /project /home /root /etc /mnt /var 2&gt;/dev/null")]
    [InlineData("ls /sys/class/net | grep -v lo &amp;&amp; echo seen")]
    [InlineData("grep CapBnd /proc/self/status | grep -v 0000000000000000 &amp;&amp; echo seen")]
    [InlineData("grep NoNewPrivs /proc/self/status | grep -v 1 &amp;&amp; echo seen")]
    [InlineData("hostname | grep -v hermetic &amp;&amp; echo seen")]
    public async Task A_step_that_is_not_hermetic_sees_it(string attempt)
    {
        var project = Project($"""Command="({attempt}); echo done &gt; out.txt" """, hermetic: false);

        var build = await project.BuildAsync("-p:DockerExecCache=off");

        Assert.Contains(build.Succeeded().Output, line => line.Contains(Secret, StringComparison.Ordinal) || line.Trim() == "seen");
    }

    [EngineFact]
    public async Task Declared_inputs_are_there_also_those_beside_the_project()
    {
        var project = Project("""Command="cat input.txt sub/*.txt '../shared-$(Unique)/b.txt' &gt; out.txt" """, inputs: "input.txt;sub/*.txt;../shared-$(Unique)/b.txt");
        var shared = Directory.CreateDirectory(Path.Combine(project.Folder, "..", $"shared-{Path.GetFileName(project.Folder)}"));
        await File.WriteAllTextAsync(Path.Combine(shared.FullName, "b.txt"), "b\n", TestContext.Current.CancellationToken);

        (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.Equal("input\nsub\nb\n", await File.ReadAllTextAsync(project["out.txt"], TestContext.Current.CancellationToken));
        shared.Delete(recursive: true);
    }

    // For the project's other steps: "--privileged" shows a step all disks, and "host" the network.
    [EngineFact]
    public async Task Defaults_of_the_project_do_not_loosen_it()
    {
        var project = Project("""Command="{ ls /sys/class/net | grep -v lo; ls secret.txt /outside; cat /proc/self/status | grep -E 'CapBnd|NoNewPrivs'; echo x &gt; /seen; } &gt; out.txt 2&gt;/dev/null; true" """);

        var build = await project.BuildAsync(
            "-p:DockerExecNetwork=host", "-p:DockerExecAllowNetworking=true", "-p:DockerExecDockerRunOpts=--privileged", "-p:DockerExecMounts=/etc:/outside", "-p:DockerExecWorkingDirectory=.",
            "-p:DockerExecCapAdd=ALL", "-p:DockerExecReadOnly=false", "-p:DockerExecPidsLimit=-1", "-p:DockerExecSecurityOpt=no-new-privileges=false", "-p:DockerExecUser=root");

        build.SucceededWithoutWarnings();
        Assert.Equal("CapBnd:\t0000000000000000\nNoNewPrivs:\t1\n", await File.ReadAllTextAsync(project["out.txt"], TestContext.Current.CancellationToken));
        Assert.Contains(new(MessageImportance.Low, "Step 'Step' is hermetic and ignores DockerExecNetwork. To use it, set Network on the step itself."), build.StepMessages);
    }

    [EngineFact]
    public async Task A_loosened_step_has_what_it_asks_for()
    {
        var project = Project("""Network="host" ReadOnly="false" Hostname="own" Command="echo x &gt; /seen; ls /sys/class/net | wc -l &gt; out.txt; hostname" """);

        var build = await project.BuildAsync();

        Assert.Contains("own", build.SucceededWithoutWarnings().Output);
    }

    [EngineFact]
    public async Task Proxy_and_certificates_are_those_of_the_project_and_in_no_key()
    {
        var project = Project("""AllowNetworking="true" Command="(echo $HTTP_PROXY $no_proxy; cat $SSL_CERT_FILE) &gt; out.txt" """);
        project.Write("ca.pem", "-----BEGIN CERTIFICATE-----\n");
        project.Write("another.pem", "-----BEGIN CERTIFICATE-----\n-----END");

        (await project.BuildAsync("-p:DockerExecProxy=http://one:1", "-p:DockerExecNoProxy=localhost", "-p:DockerExecCaBundle=ca.pem")).SucceededWithoutWarnings();
        var withAnother = await project.BuildAsync("-p:DockerExecProxy=http://another:2", "-p:DockerExecCaBundle=another.pem");
        var withNone = await project.BuildAsync("-p:DockerExecCaBundle=absent.pem");

        Assert.Equal("http://one:1 localhost\n-----BEGIN CERTIFICATE-----\n", await File.ReadAllTextAsync(project["out.txt"], TestContext.Current.CancellationToken));
        Assert.Equal(0, withAnother.SucceededWithoutWarnings().Runs);
        Assert.Equal([project.ErrorAtStep("RRB1012", $"Step 'Step': CaBundle '{project["absent.pem"]}': there is no such file.")], withNone.Errors);
    }

    [Fact]
    public async Task RRB4001_for_a_parameter_that_would_show_it_more()
    {
        var project = Project("""Mounts=".:/all" DockerRunOpts="--volume /:/host" Command="true" """);

        var build = await project.BuildAsync();

        Assert.Equal(["RRB4001", "RRB4001"], build.Errors.Select(error => error.Code));
        Assert.All(build.Errors, error => Assert.Equal(project.LineOf("<DockerExecStep"), error.Line));
    }

    [EngineFact]
    public async Task An_error_in_an_input_is_at_the_projects_file()
    {
        var project = Project("""Command="echo 'input.txt:1:2: error: wrong'; exit 1" """);

        var build = await project.BuildAsync();

        Assert.Contains((project["input.txt"], 1), build.Errors.Select(error => (error.File, error.Line)));
    }

    [EngineFact]
    public async Task Two_checkouts_of_a_step_have_one_key()
    {
        const string command = """Command="pwd &gt; out.txt; date +%s -r input.txt &gt; /dev/null; env | sort &gt;&gt; out.txt" """;
        var first = Project(command);
        (await first.BuildAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings();
        var second = Project(command);
        (await second.BuildAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings();

        Assert.Equal(Key(first), Key(second));
        Assert.Equal(await File.ReadAllTextAsync(first["out.txt"], TestContext.Current.CancellationToken), await File.ReadAllTextAsync(second["out.txt"], TestContext.Current.CancellationToken));
    }

    private static string Key(TestProject project) => File.ReadLines(Assert.Single(Directory.GetFiles(project["obj/docker-exec"], "*.state"))).First();

    private static TestProject Project(string attributes, string inputs = "input.txt", bool hermetic = true)
    {
        var project = new TestProject(
            $"""
            <Project>
              <!-- {Secret} -->
              <PropertyGroup>
                <Unique>$([System.IO.Path]::GetFileName('$(MSBuildProjectDirectory)'))</Unique>
              </PropertyGroup>
              <ItemGroup>
                <DockerExecStep Include="Step" Image="busybox:latest" Hermetic="{hermetic}" Inputs="{inputs}" Outputs="out.txt" {attributes} />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        project.Write("input.txt", "input\n");
        project.Write("secret.txt", Secret);
        project.Write("sub/s.txt", "sub\n");
        File.CreateSymbolicLink(project["link.txt"], "secret.txt");
        return project;
    }
}
