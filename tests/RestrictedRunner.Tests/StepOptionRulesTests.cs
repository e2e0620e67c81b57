using System.Text;
using System.Text.RegularExpressions;
using CsCheck;

namespace RestrictedRunner.Tests;

public class StepOptionRulesTests
{
    // Two folders that are there.
    private static readonly string Temporary = Path.TrimEndingDirectorySeparator(Path.GetTempPath());
    private static readonly string Programs = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);

    private static readonly StepOptions Good = new() { Image = "alpine", Command = "true" };

    private static OptionProblem Single(StepOptions options) => Assert.Single(StepOptionRules.Check(options));

    [Fact]
    public void A_plain_step_has_no_problem() => Assert.Empty(StepOptionRules.Check(Good));

    [Theory]
    [InlineData("alpine")]
    [InlineData("alpine:3.20")]
    [InlineData("library/alpine")]
    [InlineData("ghcr.io/acme/bison:3.8")]
    [InlineData("localhost:5000/a/b_c/d--e:T.a-g")]
    [InlineData("[::1]:5000/a")]
    [InlineData("a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("0123456789ab")]
    [InlineData("Registry.Example/a")]
    public void Image_references_are_accepted(string image) => Assert.Empty(StepOptionRules.Check(Good with { Image = image }));

    // https://github.com/distribution/reference/blob/main/regexp.go
    [Fact]
    public void The_host_of_an_image_has_the_form_that_the_reference_gives() =>
        Gen.String[Gen.Char["aB0-._"], 0, 8].Sample(host =>
            Assert.Equal(
                Regex.IsMatch(host, @"\A[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*\z"),
                StepOptionRules.Check(Good with { Image = $"{host}:5000/a" }).Count == 0), iter: 10_000);

    [Theory]
    [InlineData("-alpine")]
    [InlineData("--privileged")]
    [InlineData("alpine latest")]
    [InlineData("alpine;id")]
    [InlineData("alpine\n")]
    [InlineData("$(id)")]
    [InlineData("alpine:")]
    [InlineData(":3.20")]
    [InlineData("a//b")]
    [InlineData("alpine@sha256:12")]
    public void Other_texts_are_no_image(string image) =>
        Assert.Equal(OptionProblemKind.ImageInvalid, Single(Good with { Image = image }).Kind);

    [Fact]
    public void An_image_in_upper_case_is_told_so() =>
        Assert.Equal("the name of an image is written in lower case", Single(Good with { Image = "Alpine" }).Reason);

    [Fact]
    public void A_missing_image_and_a_missing_command_are_told_together() =>
        Assert.Equal(
            [OptionProblemKind.ImageMissing, OptionProblemKind.CommandMissing],
            StepOptionRules.Check(new StepOptions()).Select(problem => problem.Kind));

    public static TheoryData<StepOptions, string> WrongValues => new()
    {
        { Good with { Memory = "lots" }, "Memory" },
        { Good with { Memory = "-1" }, "Memory" },
        { Good with { Memory = "--privileged" }, "Memory" },
        { Good with { Memory = "512m " }, "Memory" },
        { Good with { MemoryReservation = "1x" }, "MemoryReservation" },
        { Good with { MemorySwap = "-2" }, "MemorySwap" },
        { Good with { MemorySwappiness = 101 }, "MemorySwappiness" },
        { Good with { MemorySwappiness = -2 }, "MemorySwappiness" },
        { Good with { CapAdd = ["NET ADMIN"] }, "CapAdd" },
        { Good with { CapDrop = ["-x"] }, "CapDrop" },
        { Good with { Dns = ["dns.example.com"] }, "Dns" },
        { Good with { DnsSearch = ["-a"] }, "DnsSearch" },
        { Good with { Platform = "linux amd64" }, "Platform" },
        { Good with { User = "-root" }, "User" },
        { Good with { User = "a b" }, "User" },
        { Good with { WorkDir = "app" }, "WorkDir" },
        { Good with { Network = "--host" }, "Network" },
        { Good with { Entrypoint = "-x" }, "Entrypoint" },
        { Good with { Cpus = "0" }, "Cpus" },
        { Good with { Cpus = "two" }, "Cpus" },
        { Good with { PidsLimit = -2 }, "PidsLimit" },
        { Good with { Tmpfs = ["tmp"] }, "Tmpfs" },
        { Good with { SecurityOpt = ["--x"] }, "SecurityOpt" },
        { Good with { Ulimits = ["nofile"] }, "Ulimits" },
        { Good with { ShmSize = "x" }, "ShmSize" },
        { Good with { Hostname = "a_b" }, "Hostname" },
        { Good with { AddHost = ["db"] }, "AddHost" },
        { Good with { GroupAdd = ["-g"] }, "GroupAdd" },
        { Good with { Labels = ["restricted-runner.pid=1"] }, "Labels" },
        { Good with { Labels = ["-a=b"] }, "Labels" },
        { Good with { Engine = "-docker" }, "Engine" },
        { Good with { Shell = "'" }, "Shell" },
        { Good with { Shell = "none", Command = "'a" }, "Command" },
        { Good with { Shell = "none", Command = "''" }, "Command" },
        { Good with { Command = "", Arguments = [""] }, "Arguments" },
    };

    [Theory]
    [MemberData(nameof(WrongValues))]
    public void A_wrong_value_is_told_with_its_parameter(StepOptions options, string parameter)
    {
        var problem = Single(options);
        Assert.Equal((OptionProblemKind.ValueInvalid, parameter), (problem.Kind, problem.Parameter));
    }

    public static TheoryData<StepOptions> Conflicts =>
    [
        Good with { Arguments = ["true"] },
        Good with { AllowNetworking = false, Network = "host" },
        Good with { Command = "", Arguments = ["a"], PrepareCommand = "b" },
        Good with { Shell = "none", PrepareCommand = "b" },
        Good with { Shell = "pwsh", PrepareCommand = "b" },
        Good with { Mounts = [new(Temporary, "/a"), new(Programs, "/a/")] },
    ];

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void Options_that_exclude_each_other_are_told(StepOptions options) =>
        Assert.Equal(OptionProblemKind.Conflict, Single(options).Kind);

    [Fact]
    public void A_mount_needs_absolute_paths_and_a_source()
    {
        var none = Path.Combine(Temporary, "no such");
        var problems = StepOptionRules.Check(Good with { Mounts = [new("a", "/a"), new(Temporary, "b"), new(Temporary, "/"), new(none, "/c")] });
        Assert.Equal(
            [
                (OptionProblemKind.MountInvalid, "a"),
                (OptionProblemKind.MountInvalid, "b"),
                (OptionProblemKind.MountInvalid, "/"),
                (OptionProblemKind.MountSourceMissing, none),
            ],
            problems.Select(problem => (problem.Kind, problem.Value)));
    }

    [Theory]
    [InlineData(@"C:\no such", OptionProblemKind.MountSourceMissing)]
    [InlineData(@"\\no such server\share", OptionProblemKind.MountSourceMissing)]
    [InlineData(@"C:no-such", OptionProblemKind.MountInvalid)]
    [InlineData(@"\no such", OptionProblemKind.MountInvalid)]
    [InlineData("/no such", OptionProblemKind.MountInvalid)]
    public void On_Windows_an_absolute_path_has_a_drive_or_a_server(string source, OptionProblemKind kind) =>
        Assert.Equal(kind, Assert.Single(StepOptionRules.Check(Good with { Mounts = [new(source, "/c")] }, Host.Windows)).Kind);

    [Fact]
    public void Mounts_that_a_comma_parts_are_told_to_be_one() =>
        Assert.Equal(
            "the host path does not exist; if these are several mounts, separate them by ';'",
            Assert.Single(StepOptionRules.Check(Good with { Mounts = [new("/a:/src,b", "/c")] }, Host.Linux)).Reason);

    [Theory]
    [InlineData(".", true)]
    [InlineData("file", true)]
    [InlineData("folder", true)]
    [InlineData("link-to-folder", true)]
    [InlineData("nothing", false)]
    [InlineData("link", false)]
    public void A_mounts_source_may_be_a_link_that_leads_somewhere(string target, bool isThere)
    {
        Needs.Links();
        var folder = Directory.CreateTempSubdirectory("test-").FullName;
        File.WriteAllText(Path.Combine(folder, "file"), "");
        Directory.CreateDirectory(Path.Combine(folder, "folder"));
        File.CreateSymbolicLink(Path.Combine(folder, "link-to-folder"), "folder");
        File.CreateSymbolicLink(Path.Combine(folder, "link"), target);
        try
        {
            var problems = StepOptionRules.Check(Good with { Mounts = [new(Path.Combine(folder, "link"), "/c")] });

            Assert.Equal(isThere ? [] : [OptionProblemKind.MountSourceMissing], problems.Select(problem => problem.Kind));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("A=B")]
    public void A_variable_needs_a_name(string name) =>
        Assert.Equal(OptionProblemKind.EnvironmentInvalid, Single(Good with { EnvironmentVariables = [new(name, "x")] }).Kind);

    [Theory]
    [InlineData("PATH")]
    [InlineData("DOCKER_HOST")]
    [InlineData("LD_PRELOAD")]
    public void A_variable_of_the_client_cannot_hold_a_newline(string name) =>
        Assert.Equal(OptionProblemKind.EnvironmentInvalid, Single(Good with { EnvironmentVariables = [new(name, "x\ny")] }).Kind);

    // Not as attributes, whose strings are UTF-8 and lose what is tested here.
    public static TheoryData<char[]> NoText => new(['a', '\0', 'b'], ['a', '\ud800', 'b'], ['\udc00'], ['a', '\ud800']);

    [Theory]
    [MemberData(nameof(NoText))]
    public void Text_that_no_command_line_carries_is_told(char[] text) =>
        Assert.Equal(OptionProblemKind.TextInvalid, Single(Good with { Command = "x " + new string(text) }).Kind);

    [Fact]
    public void A_variable_of_the_client_must_fit_a_line_of_a_file() =>
        Assert.Equal(OptionProblemKind.EnvironmentInvalid, Single(Good with { EnvironmentVariables = [new("PATH", new string('x', 65_536))] }).Kind);

    [Fact]
    public void A_path_cannot_hold_a_carriage_return_and_a_line_feed() =>
        Assert.Contains(StepOptionRules.Check(Good with { Mounts = [new("/tmp", "/a\r\nb")] }), problem => problem.Kind == OptionProblemKind.MountInvalid);

    [Fact]
    public void An_empty_shell_or_engine_is_the_default()
    {
        var options = Good with { Shell = "", Engine = "" };
        Assert.Equal(("sh", "auto"), (options.Shell, options.Engine));
    }

    [Fact]
    public void Surrogate_pairs_are_text() => Assert.Empty(StepOptionRules.Check(Good with { Command = "echo 😀😀" }));

    [Fact]
    public void Standard_input_must_be_there() =>
        Assert.Equal(OptionProblemKind.InputMissing, Single(Good with { StandardInput = "/no/such/file" }).Kind);

    [Fact]
    public void A_named_pipe_is_no_standard_input_but_the_null_device_is()
    {
        Needs.Pipes();
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var pipe = Path.Combine(folder.FullName, "pipe");
            Assert.True(NamedPipe.TryMake(pipe));
            Assert.Equal((OptionProblemKind.InputMissing, "it is a named pipe; give a file"), Single(Good with { StandardInput = pipe }) is var problem ? (problem.Kind, problem.Reason) : default);
            Assert.Empty(StepOptionRules.Check(Good with { StandardInput = "/dev/null" }));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-32")]
    public void Standard_error_is_in_an_encoding_that_contains_ASCII(string encoding)
    {
        Assert.Equal((OptionProblemKind.ValueInvalid, "StdErrEncoding"), Single(Good with { StdErrEncoding = Encoding.GetEncoding(encoding) }) is var problem ? (problem.Kind, problem.Parameter) : default);
        Assert.Empty(StepOptionRules.Check(Good with { StdOutEncoding = Encoding.GetEncoding(encoding), StdErrEncoding = Encoding.Latin1 }));
    }
}
