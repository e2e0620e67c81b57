using System.Runtime.InteropServices;

namespace RestrictedRunner.Tests.Hosts;

public class HostTests
{
    private static readonly Host Mac = Host.MacOS with { UserFolder = "/Users/me", SystemTemporaryFolder = "/var/folders/T" };
    private static readonly Host Win = Host.Windows with { UserFolder = @"C:\Users\me", UserDataFolder = @"C:\Users\me\AppData\Local", SystemTemporaryFolder = @"C:\Users\me\AppData\Local\Temp\" };

    private static readonly Dictionary<string, Host> Hosts = new() { ["linux"] = Host.Linux, ["macos"] = Mac, ["windows"] = Win };

    // The numbers are those of the headers errno.h of Linux and macOS, and winerror.h.
    [Theory]
    [InlineData("linux", 11, true, false)]
    [InlineData("linux", 35, false, false)]
    [InlineData("linux", 28, false, true)]
    [InlineData("linux", 122, false, true)]
    [InlineData("macos", 35, true, false)]
    [InlineData("macos", 11, false, false)]
    [InlineData("macos", 28, false, true)]
    [InlineData("macos", 69, false, true)]
    [InlineData("windows", 32, true, false)]
    [InlineData("windows", 33, true, false)]
    [InlineData("windows", 11, false, false)]
    [InlineData("windows", 112, false, true)]
    [InlineData("windows", 28, false, false)]
    public void What_an_error_of_files_means_is_told_by_the_numbers_of_the_host(string host, int number, bool isShared, bool isDiskFull)
    {
        var error = new IOException("", host == "windows" ? unchecked((int)0x80070000) | number : number);

        Assert.Equal((isShared, isDiskFull), (Hosts[host].IsShared(error), Hosts[host].IsDiskFull(error)));
    }

    [Theory]
    [InlineData("linux", "/home/me/.cache")]
    [InlineData("macos", "/home/me/Library/Caches")]
    [InlineData("windows", @"C:\Users\me\AppData\Local")]
    public void Caches_are_where_the_users_other_programs_have_theirs(string host, string folder) =>
        Assert.Equal(folder, (Hosts[host] with { Variable = name => name == "HOME" ? "/home/me" : null }).CacheFolder);

    // Engines in a virtual machine on macOS see nothing else.
    [Fact]
    public void The_files_of_a_run_are_in_the_users_folder_on_macOS()
    {
        Assert.True(HostPaths.MacOS.IsAtOrBelow(Mac.RunFolder, Mac.UserFolder));
        Assert.Equal(Win.SystemTemporaryFolder, Win.RunFolder);
        Assert.Equal("/tmp", (Host.Linux with { SystemTemporaryFolder = "/tmp" }).RunFolder);
    }

    [Theory]
    [InlineData("linux", "/a:b:/c", "/a /c")]
    [InlineData("macos", "/a:b:/c", "/a /c")]
    [InlineData("windows", @"C:\a;b;D:\c;\d", @"C:\a D:\c")]
    public void The_search_path_is_of_absolute_folders(string host, string path, string folders) =>
        Assert.Equal(folders, string.Join(' ', (Hosts[host] with { Variable = name => name == "PATH" ? path : null }).SearchPath));

    [Theory]
    [InlineData("linux", "docker", "", "")]
    [InlineData("linux", "docker", "/opt/docker", "/opt/docker")]
    [InlineData("macos", "docker", "/usr/local/bin/docker /Users/me/.docker/bin/docker", "/usr/local/bin/docker")]
    [InlineData("macos", "docker", "/Users/me/.orbstack/bin/docker", "/Users/me/.orbstack/bin/docker")]
    [InlineData("macos", "auto", "/Users/me/.docker/bin/docker /opt/podman/bin/podman", "/Users/me/.docker/bin/docker")]
    [InlineData("macos", "auto", "/opt/podman/bin/podman", "/opt/podman/bin/podman")]
    [InlineData("windows", "docker", @"C:\tools\docker.exe", @"C:\tools\docker.exe")]
    [InlineData("windows", "docker.exe", @"C:\tools\docker.exe", @"C:\tools\docker.exe")]
    [InlineData("windows", "Docker.EXE", @"C:\tools\Docker.EXE", @"C:\tools\Docker.EXE")]
    [InlineData("windows", "docker", @"C:\tools\docker", "")]
    [InlineData("windows", "auto", @"C:\Files\RedHat\Podman\podman.exe", @"C:\Files\RedHat\Podman\podman.exe")]
    [InlineData("windows", @"D:\bin\docker.exe", @"D:\bin\docker.exe", @"D:\bin\docker.exe")]
    [InlineData("windows", @".\docker.exe", @".\docker.exe", @".\docker.exe")]
    public void A_client_is_found_where_the_hosts_installers_put_it(string host, string engine, string there, string found)
    {
        var machine = Hosts[host] with { Variable = name => name switch { "PATH" => host == "windows" ? @"C:\tools" : "/opt", "ProgramFiles" => @"C:\Files", _ => null } };

        // Blanks are in none of these paths.
        Assert.Equal(found, Try(() => EngineLocator.Find(engine, machine, path => there.Split(' ').Contains(path))));
    }

    [Fact]
    public void A_variable_that_Windows_takes_for_another_goes_through_a_file()
    {
        var options = new StepOptions { Image = "i", Command = "c", EnvironmentVariables = [new("FOO", "1"), new("Foo", "2"), new("BAR", "3")] };

        var (windows, linux) = (ContainerEnvironment.For(options, Win), ContainerEnvironment.For(options, Host.Linux));

        Assert.Equal(("BAR", "FOO=1\nFoo=2\n"), (string.Join(' ', windows.ForClient.Keys), windows.FileText));
        Assert.Equal(("BAR FOO Foo", null), (string.Join(' ', linux.ForClient.Keys), linux.FileText));
        Assert.Equal(["FOO"], StepOptionRules.Check(options with { EnvironmentVariables = [new("FOO", "a\nb"), new("Foo", "2")] }, Win).Select(problem => problem.Value));
    }

    [Theory]
    [InlineData(-1073741510, true)]
    [InlineData(-1, true)]
    [InlineData(137, true)]
    [InlineData(128, false)]
    [InlineData(0, false)]
    public void A_client_of_Windows_that_is_ended_has_a_negative_code(int exitCode, bool mayBeOfSignal)
    {
        Assert.Equal(mayBeOfSignal, ClientExitCode.MayBeOfSignal(exitCode));
        Assert.Equal(!mayBeOfSignal, ClientExitCode.IsOfItsOwnEnd(exitCode));
    }

    [Theory]
    [InlineData(nameof(HostKind.Linux), true, nameof(UserMapping.KeepsIds), null)]
    [InlineData(nameof(HostKind.Linux), false, nameof(UserMapping.SameIds), null)]
    [InlineData(nameof(HostKind.MacOS), true, nameof(UserMapping.MachineKeepsIds), "{{.Host.Security.Rootless}}")]
    [InlineData(nameof(HostKind.MacOS), false, nameof(UserMapping.SameIds), null)]
    public void Whose_files_are_depends_on_where_the_engine_runs(string host, bool isPodman, string mapping, string? question)
    {
        var facts = new EngineFacts(501, isPodman, isPodman ? EngineEndpoint.None : "unix:///Users/me/.docker/run/docker.sock", SocketOwner: null);

        Assert.Equal(mapping, CurrentUser.LikelyMapping(Enum.Parse<HostKind>(host), facts).ToString());
        Assert.Equal(question, CurrentUser.Question(Enum.Parse<HostKind>(host), Enum.Parse<UserMapping>(mapping)));
    }

    [Fact]
    public void A_podman_machine_is_told_the_callers_numbers() =>
        Assert.Equal(["--userns", "keep-id:uid=501,gid=20", "--user", "501:20", "--env", "HOME=/tmp"], new CurrentUser("501:20", UserMapping.MachineKeepsIds).Arguments(new StepOptions()));

    [Fact]
    public void Programs_are_kept_from_the_terminal_as_the_host_can()
    {
        Assert.Equal(["/usr/bin/setsid"], OwnSession.Words(Host.Linux with { Setsid = "/usr/bin/setsid" }));
        Assert.Empty(OwnSession.Words(Host.Linux));
        Assert.Contains("set -m", OwnSession.Words(Mac)[2], StringComparison.Ordinal);
        Assert.Empty(OwnSession.Words(Win));
        Assert.Empty(Lifeline.Words(Win));
        Assert.Equal("/bin/sh", Lifeline.Words(Mac)[0]);
    }

    [Fact]
    public void The_reaper_of_Windows_gets_its_values_as_variables()
    {
        var start = ReaperCommand.Of(new(Win with { Variable = name => name == "SystemRoot" ? @"D:\Windows" : null }, @"C:\Program Files\a & b\docker.exe", ""), new("rr-1", Here.Owner), @"C:\T\rr-1");

        Assert.Equal((@"D:\Windows\System32\cmd.exe", true, true), (start.FileName, start.CreateNoWindow, start.RedirectStandardInput));
        Assert.DoesNotContain("docker.exe", start.Arguments, StringComparison.Ordinal);
        Assert.Equal((@"C:\Program Files\a & b\docker.exe", "rr-1", @"C:\T\rr-1"), (start.Environment["RESTRICTED_RUNNER_CLIENT"], start.Environment["RESTRICTED_RUNNER_CONTAINER"], start.Environment["RESTRICTED_RUNNER_FOLDER"]));
    }

    [Fact]
    public void The_reapers_of_Unix_find_clients_as_their_host_can()
    {
        using var folder = new TestSupport.TempFolder();
        var client = folder.Write("docker", "");
        Assert.Contains("/proc/[0-9]*/cmdline", Script(Host.Linux), StringComparison.Ordinal);
        Assert.DoesNotContain("/proc", Script(Mac), StringComparison.Ordinal);
        Assert.Contains("ps -axww", Script(Mac), StringComparison.Ordinal);

        string Script(Host host) => ReaperCommand.Of(new(host, client, ""), new("rr-1", Here.Owner), "/t").ArgumentList.Single(word => word.Contains("looks=4", StringComparison.Ordinal));
    }

    [Fact]
    public void An_owner_that_cannot_be_told_is_never_taken_for_one_that_has_ended()
    {
        var unknown = new Owner("", 1, "");

        Assert.False(unknown.CanJudge);
        Assert.False(Owner.Parse("windows.0123ABCD.1.1")!.HasEnded(unknown));
        Assert.False(unknown.HasEnded(Here.Owner));
        Assert.True(Here.Owner.CanJudge);
        Assert.False(Here.Owner.HasEnded(Here.Owner));
        Assert.True((Here.Owner with { Started = "1" }).HasEnded(Here.Owner));
    }

    [Theory]
    [InlineData("00000000.4026531836_4026531834.7.42")]
    [InlineData("0123ABCD.macos.7.1764460800_123")]
    [InlineData("windows.0123ABCD.7.134090112000000000")]
    public void An_owner_of_each_host_is_a_label_and_back(string text)
    {
        Assert.Equal(text, Owner.Parse(text)?.Text);

        // In the name of a folder a hyphen ends it.
        Assert.DoesNotContain('-', text);
    }

    // struct stat and struct kinfo_proc as the headers of macOS 14 have them for 64 bits.
    [Fact]
    public void The_structures_of_macOS_are_read_where_their_fields_are()
    {
        var stat = new byte[144];
        Write(stat, 0, 16777232);
        Write(stat, 4, (ushort)0x81ed);
        Write(stat, 8, 4711UL);
        Write(stat, 16, 501U);
        Write(stat, 48, 1_700_000_000L);
        Write(stat, 56, 5L);
        Write(stat, 64, 1_700_000_001L);
        Write(stat, 72, 7L);
        Write(stat, 96, 12L);
        var process = new byte[648];
        Write(process, 0, 1_764_460_800L);
        Write(process, 8, 123);

        Assert.Equal(new FileStatus(501, 0x81ed, 16777232, 4711, 12, 1_700_000_000_000_000_005, 1_700_000_001_000_000_007), MacOS.StatusOf(stat));
        Assert.Equal("1764460800_123", MacOS.StartOf(process));
    }

    [Fact]
    public void A_file_is_known_by_its_number_and_by_a_time_that_nobody_can_set()
    {
        using var folder = new TestSupport.TempFolder();
        var file = folder.Write("a", "x");
        File.Copy(file, folder["b"]);
        File.SetLastWriteTimeUtc(file, new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var (a, b) = (FileStatus.Of(file)!, FileStatus.Of(folder["b"])!);

        Assert.True(a is { IsRegularFile: true, Size: 1 });
        Assert.NotEqual(a.Inode, b.Inode);
        Assert.Equal(a.Device, b.Device);
        Assert.Equal(2001, DateTimeOffset.UnixEpoch.AddTicks(a.WrittenNanoseconds / 100).Year);
        Assert.InRange(a.Changed, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        Assert.True(FileStatus.Of(folder.Path)!.IsFolder);
        Assert.Null(FileStatus.Of(folder["none"]));
    }

    [Fact]
    public void Whether_case_counts_is_asked_of_the_folder()
    {
        using var folder = new TestSupport.TempFolder();
        var file = folder.Write("App.csproj", "");

        Assert.Equal(File.Exists(folder["aPP.CSPROJ"]), FileCase.IsIgnored(file));
        Assert.Equal(File.Exists(folder["aPP.CSPROJ"]), Host.MacOS.At(file).Paths.IgnoresCase);
        Assert.Null(FileCase.IsIgnored(folder["none"]));
        Assert.Null(FileCase.IsIgnored(folder.Write("123", "")));
        Assert.True(Host.MacOS.At(folder["none"]).Paths.IgnoresCase);
    }

    [Fact]
    public void Two_files_whose_names_differ_in_case_are_two()
    {
        using var folder = new TestSupport.TempFolder();
        var file = folder.Write("App.csproj", "");
        Assert.SkipWhen(File.Exists(folder["aPP.CSPROJ"]), "Here they are one.");
        folder.Write("aPP.CSPROJ", "");

        Assert.False(FileCase.IsIgnored(file));
    }

    private static string Try(Func<string> find)
    {
        try
        {
            return find();
        }
        catch (RunnerException e) when (e.Failure == RunnerFailure.ClientNotFound)
        {
            return "";
        }
    }

    private static void Write<T>(byte[] bytes, int at, T value) where T : struct => MemoryMarshal.Write(bytes.AsSpan(at), value);
}
