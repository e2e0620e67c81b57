namespace RestrictedRunner.Tests;

public class RunArgumentsTests
{
    private static readonly StepOptions Smallest = new() { Image = "alpine", Arguments = ["true"] };

    private static RunFiles NoFiles
    {
        get
        {
            using var files = new RunFiles(Here.Host, RunFiles.NewFolder(Here.Host), null, null, hasPrepare: false, hasPipes: false);
            return files;
        }
    }

    private static CurrentUser Caller => new("1000:1001", UserMapping.SameIds);

    private static IReadOnlyList<string> For(StepOptions options, RunSetting? setting = null) =>
        RunArguments.For(
            options,
            CommandPlan.For(options),
            ContainerEnvironment.For(options, Host.Linux),
            setting ?? new RunSetting(new Container("rr-1", Here.Owner), NoFiles, options.User == "current" ? Caller : null, Interactive: false));

    // What lies between our own flags and the image.
    private static string[] OptionsOf(StepOptions options)
    {
        var arguments = For(options).ToList();
        var start = arguments.IndexOf("--init") + 1;
        return [.. arguments[start..arguments.LastIndexOf(options.Image)]];
    }

    [Fact]
    public void The_smallest_step_has_our_own_flags_only() =>
        Assert.Equal(
            [
                "run", "--rm", "--name", "rr-1",
                "--label", $"restricted-runner.host={Environment.MachineName}",
                "--label", $"restricted-runner.pid={Environment.ProcessId}",
                "--label", $"restricted-runner.owner={Here.Owner.Text}",
                "--pull", "never", "--log-driver", "none", "--stop-timeout", "0", "--init",
                "alpine", "true",
            ],
            For(Smallest));

    [Fact]
    public void An_init_can_be_done_without() => Assert.DoesNotContain("--init", For(Smallest with { Init = false }));

    [Fact]
    public void Each_option_has_its_flag_and_the_free_form_ones_come_last() =>
        Assert.Equal(
            [
                "--network", "host",
                "--memory", "512m", "--memory-reservation", "256m", "--memory-swap", "1g", "--memory-swappiness", "10",
                "--cpus", "1.5", "--pids-limit", "100", "--shm-size", "64m",
                "--cap-add", "NET_ADMIN", "--cap-add", "SYS_TIME", "--cap-drop", "ALL",
                "--security-opt", "no-new-privileges", "--ulimit", "nofile=10:20",
                "--dns", "1.1.1.1", "--dns-search", "example.com", "--add-host", "db:10.0.0.1",
                "--hostname", "build", "--platform", "linux/amd64",
                "--read-only", "--tmpfs", "/tmp:exec", "--group-add", "docker", "--label", "a=b",
                "--user", "1000:1001", "--env", "HOME=/tmp", "--workdir", "/app",
                "--mount", "type=bind,src=/,dst=/host,readonly",
                "--env", "A", "--env", "B",
                "--entrypoint", "/entry",
                "--gpus", "a b",
            ],
            OptionsOf(Smallest with
            {
                Network = "host",
                Memory = "512m",
                MemoryReservation = "256m",
                MemorySwap = "1g",
                MemorySwappiness = 10,
                Cpus = "1.5",
                PidsLimit = 100,
                ShmSize = "64m",
                CapAdd = ["NET_ADMIN", "SYS_TIME"],
                CapDrop = ["ALL"],
                SecurityOpt = ["no-new-privileges"],
                Ulimits = ["nofile=10:20"],
                Dns = ["1.1.1.1"],
                DnsSearch = ["example.com"],
                AddHost = ["db:10.0.0.1"],
                Hostname = "build",
                Platform = "linux/amd64",
                ReadOnly = true,
                Tmpfs = ["/tmp:exec"],
                GroupAdd = ["docker"],
                Labels = ["a=b"],
                User = "current",
                WorkDir = "/app",
                Mounts = [new Mount("/", "/host", ReadOnly: true)],
                EnvironmentVariables = [new("B", "2"), new("A", "1")],
                Entrypoint = "/entry",
                DockerRunOpts = "--gpus 'a b'",
            }));

    [Fact]
    public void No_networking_is_network_none() =>
        Assert.Equal(["--network", "none"], OptionsOf(Smallest with { AllowNetworking = false }));

    [Fact]
    public void Entry_point_none_is_an_empty_one() =>
        Assert.Equal(["--entrypoint", ""], OptionsOf(Smallest with { Entrypoint = "none" }));

    [Fact]
    public void A_user_is_left_to_the_engine_where_it_maps_users_itself() =>
        Assert.DoesNotContain("--user", For(Smallest with { User = "current" }, new RunSetting(new Container("rr-1", Here.Owner), NoFiles, Caller with { Mapping = UserMapping.AllAreCaller }, Interactive: false)));

    [Theory]
    [InlineData("/a b", "type=bind,src=/a b,dst=/m")]
    [InlineData("/a:b", "type=bind,src=/a:b,dst=/m")]
    [InlineData("/a,b", "type=bind,\"src=/a,b\",dst=/m")]
    [InlineData("/a\"b", "type=bind,\"src=/a\"\"b\",dst=/m")]
    [InlineData("/a\nb", "type=bind,\"src=/a\nb\",dst=/m")]
    public void A_mount_is_a_record_of_comma_separated_values(string hostPath, string expected) =>
        Assert.Equal(["--mount", expected], OptionsOf(Smallest with { Mounts = [new Mount(hostPath, "/m")] }));

    [Fact]
    public void The_script_is_mounted_read_only_and_named_after_the_shell()
    {
        var options = Smallest with { Arguments = [], Command = "a && b", Shell = "bash -e" };
        using var files = new RunFiles(Here.Host, RunFiles.NewFolder(Here.Host), "a && b", "PATH=/x\n", hasPrepare: true, hasPipes: false);
        var arguments = For(options, new RunSetting(new Container("rr-1", Here.Owner), files, CurrentUser: null, Interactive: true));
        Assert.Contains($"type=bind,src={files.ScriptPath},dst=/.restricted-runner.sh,readonly", arguments);
        Assert.Contains($"type=bind,src={files.PreparedPath},dst=/.restricted-runner.prepared", arguments);
        Assert.Equal(["--env-file", files.EnvironmentPath!, "alpine", "bash", "-e", "/.restricted-runner.sh"], arguments.TakeLast(6));
        Assert.Contains("--interactive", arguments);
    }

    [Fact]
    public void What_a_user_starts_at_a_terminal_has_no_owner() =>
        Assert.Equal(
            ["run", "--rm", "--pull", "never", "--log-driver", "none", "--stop-timeout", "0", "--interactive", "--tty", "--init", "alpine", "true"],
            For(Smallest, new RunSetting(Container: null, NoFiles, CurrentUser: null, Interactive: true) { HasTerminal = true }));

    [Fact]
    public void The_client_writes_down_the_containers_id()
    {
        var arguments = For(Smallest, new RunSetting(new Container("rr-1", Here.Owner, "/t/container"), NoFiles, CurrentUser: null, Interactive: false));
        Assert.Equal(["--name", "rr-1", "--cidfile", "/t/container", "--label"], arguments.Skip(2).Take(5));
    }

    [Fact]
    public void The_script_connects_its_output_by_pipes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pipes lead into containers only on Linux.");
        using var files = new RunFiles(Here.Host, RunFiles.NewFolder(Here.Host), "a && b", environment: null, hasPrepare: false, hasPipes: true);
        var arguments = For(Smallest with { Arguments = [], Command = "a && b" }, new RunSetting(new Container("rr-1", Here.Owner), files, CurrentUser: null, Interactive: false));
        Assert.Contains($"type=bind,src={files.OutputFolder},dst=/.restricted-runner.output,readonly", arguments);
        Assert.Equal(["alpine", "sh", "/.restricted-runner.output/connect.sh", "sh", "/.restricted-runner.sh"], arguments.TakeLast(5));
    }

    [Fact]
    public void Environment_values_are_not_among_the_arguments() =>
        Assert.DoesNotContain(
            For(Smallest with { EnvironmentVariables = [new("TOKEN", "secret-value"), new("PATH", "secret-value")] }),
            argument => argument.Contains("secret-value", StringComparison.Ordinal));

    [Theory]
    [InlineData("sh", "a && b", "sh -c 'a && b' /.restricted-runner.sh")]
    [InlineData("bash -e", "a && b", "bash -e -c 'a && b' /.restricted-runner.sh")]
    [InlineData("sh", "-x && b", "sh -c ' -x && b' /.restricted-runner.sh")]
    [InlineData("python3", "print(1)", "python3 /.restricted-runner/script.sh")]
    public void Files_that_are_copied_come_from_other_containers_and_the_script_in_an_argument(string shell, string command, string words)
    {
        var options = Smallest with { Arguments = [], Command = command, Shell = shell, Mounts = [new("/a", "/b")] };
        using var files = new RunFiles(Here.Host, RunFiles.NewFolder(Here.Host), command, environment: null, hasPrepare: false, hasPipes: false);
        var arguments = For(options, new RunSetting(new Container("rr-1", Here.Owner), files, CurrentUser: null, Interactive: false) { Copied = new CopiedFiles(["rr-2", "kept:ro"]) });

        Assert.DoesNotContain("--mount", arguments);
        Assert.Equal(["--volumes-from", "rr-2", "--volumes-from", "kept:ro", "alpine", .. ShellWords.Split(words)], arguments.SkipWhile(word => word != "--volumes-from"));
    }
}
