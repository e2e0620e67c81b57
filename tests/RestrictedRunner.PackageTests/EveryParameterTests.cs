namespace RestrictedRunner.PackageTests;

public class EveryParameterTests
{
    [Fact]
    public async Task Every_parameter_reaches_the_engine()
    {
        var project = TestProject.WithTarget(
            """
            <ItemGroup>
              <Mount Include="data" ContainerPath="/data" ReadOnly="true" />
            </ItemGroup>
            <DockerExec Engine="./client"
                        Context="default"
                        Image="busybox:latest"
                        Arguments="echo;two words"
                        EnvironmentVariables="A=1;PATH=/bin"
                        StandardInput="input"
                        Entrypoint="/bin/busybox"
                        WorkDir="/work"
                        User="1:2"
                        GroupAdd="3;4"
                        Mounts="@(Mount);.:/project"
                        Tmpfs="/tmp:size=1m;/run"
                        ReadOnly="true"
                        Network="host"
                        Dns="9.9.9.9;1.1.1.1"
                        DnsSearch="a.example;b.example"
                        AddHost="one:10.0.0.1;two:10.0.0.2"
                        Hostname="host"
                        Memory="64m"
                        MemoryReservation="32m"
                        MemorySwap="128m"
                        MemorySwappiness="10"
                        Cpus="1.5"
                        PidsLimit="20"
                        ShmSize="1m"
                        Ulimits="nofile=10:20;core=0"
                        CapAdd="CHOWN;KILL"
                        CapDrop="ALL"
                        SecurityOpt="no-new-privileges"
                        Init="true"
                        Labels="a=b;c"
                        Platform="linux/amd64"
                        CaBundle="ca.pem"
                        Proxy="http://proxy:3128"
                        NoProxy="localhost"
                        DockerRunOpts="--env 'B=two words'" />
            """);
        project.Write("ca.pem", "-----BEGIN CERTIFICATE-----");
        FakeClient.WriteRecorder(project);
        Directory.CreateDirectory(project["data"]);
        project.Write("input", "");

        (await project.BuildAsync()).SucceededWithoutWarnings();

        string[] expected =
        [
            "--context", "default", "run", "--rm", "--name", "X", "--cidfile", "X", "--label", "X", "--label", "X", "--label", "X", "--pull", "never", "--log-driver", "none", "--stop-timeout", "0", "--interactive", "--init",
            "--network", "host", "--memory", "64m", "--memory-reservation", "32m", "--memory-swap", "128m", "--memory-swappiness", "10",
            "--cpus", "1.5", "--pids-limit", "20", "--shm-size", "1m", "--cap-add", "CHOWN", "--cap-add", "KILL", "--cap-drop", "ALL",
            "--security-opt", "no-new-privileges", "--ulimit", "nofile=10:20", "--ulimit", "core=0", "--dns", "9.9.9.9", "--dns", "1.1.1.1",
            "--dns-search", "a.example", "--dns-search", "b.example", "--add-host", "one:10.0.0.1", "--add-host", "two:10.0.0.2",
            "--hostname", "host", "--platform", "linux/amd64", "--read-only", "--tmpfs", "/tmp:size=1m", "--tmpfs", "/run",
            "--group-add", "3", "--group-add", "4", "--label", "a=b", "--label", "c", "--user", "1:2", "--workdir", "/work",
            "--mount", $"type=bind,src={project["data"]},dst=/data,readonly", "--mount", $"type=bind,src={project.Folder},dst=/project", "--mount", $"type=bind,src={project["ca.pem"]},dst=/.restricted-runner.ca.pem,readonly",
            "--env", "A", "--env", "AWS_CA_BUNDLE", "--env", "CARGO_HTTP_CAINFO", "--env", "CURL_CA_BUNDLE", "--env", "GIT_SSL_CAINFO", "--env", "NODE_EXTRA_CA_CERTS", "--env", "PIP_CERT", "--env", "REQUESTS_CA_BUNDLE", "--env-file", "X", "--entrypoint", "/bin/busybox", "--env", "B=two words",
            "busybox:latest", "echo", "two words",
        ];
        Assert.Equal(expected, FakeClient.Calls(project).Select(Neutral));
    }

    [Fact]
    public async Task A_task_takes_the_projects_defaults_only_if_it_says_so()
    {
        var project = new TestProject(
            """
            <Project>
              <PropertyGroup>
                <DockerExecEngine>./client</DockerExecEngine>
                <DockerExecImage>from-project</DockerExecImage>
                <DockerExecMounts>.:/src:ro;.:/out</DockerExecMounts>
                <DockerExecAllowNetworking>false</DockerExecAllowNetworking>
                <DockerExecMemory>64m</DockerExecMemory>
                <DockerExecHermetic>true</DockerExecHermetic>
              </PropertyGroup>
              <ItemGroup>
                <DockerExecDefault Include="CapDrop" Value="ALL" />
              </ItemGroup>
              <Target Name="Build">
                <DockerExec Command="first" Defaults="@(DockerExecDefault)" />
                <DockerExec Command="second" AllowNetworking="true" Memory="1g" Defaults="@(DockerExecDefault)" />
                <DockerExec Command="third" Engine="./client" Image="own" />
              </Target>
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        FakeClient.WriteRecorder(project);

        (await project.BuildAsync()).SucceededWithoutWarnings();

        var words = FakeClient.Calls(project);
        var starts = Enumerable.Range(0, words.Count).Where(i => words[i] == "--rm").Append(words.Count + 1).ToList();
        var calls = starts.Zip(starts.Skip(1), (start, next) => words.Take(next - 1).Skip(start).SkipWhile(word => word != "--init").Skip(1).ToArray());
        string[] mounts = ["--mount", $"type=bind,src={project.Folder},dst=/src,readonly", "--mount", $"type=bind,src={project.Folder},dst=/out"];
        string[][] expected =
        [
            ["--network", "none", "--memory", "64m", "--cap-drop", "ALL", .. mounts, "from-project", "first"],
            ["--memory", "1g", "--cap-drop", "ALL", .. mounts, "from-project", "second"],
            ["own", "third"],
        ];
        Assert.Equal(expected, calls);
    }

    [Theory]
    [InlineData(".", "/project")]
    [InlineData("sub/", "/project/sub")]
    [InlineData("sub/../sub/deep", "/project/sub/deep")]
    public async Task WorkingDirectory_is_translated_through_the_mounts(string folder, string expected)
    {
        var project = TestProject.WithTarget($"""<DockerExec Engine="./client" Image="i" Arguments="a" Mounts=".:/project" WorkingDirectory="{folder}" />""");
        FakeClient.WriteRecorder(project);
        Directory.CreateDirectory(project["sub/deep"]);

        (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.Equal(expected, FakeClient.Calls(project).SkipWhile(word => word != "--workdir").ElementAt(1));
    }

    [EngineFact]
    public async Task StandardInput_is_what_the_command_reads()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="tr a-z A-Z" StandardInput="input.txt" />""");
        project.Write("input.txt", "from a file\n");

        var build = await project.BuildAsync();

        Assert.Equal(["FROM A FILE"], build.SucceededWithoutWarnings().Output);
    }

    [EngineFact]
    public async Task Without_StandardInput_the_command_reads_nothing()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="wc -c" />""");

        var build = await project.BuildAsync();

        Assert.Equal(["0"], build.SucceededWithoutWarnings().Output);
    }

    // Ours, and another one in each run.
    private static string Neutral(string word) =>
        word.StartsWith("rr-", StringComparison.Ordinal)
        || word.StartsWith("restricted-runner.", StringComparison.Ordinal)
        || word.StartsWith(TestRun.Temp, StringComparison.Ordinal) ? "X" : word;
}
