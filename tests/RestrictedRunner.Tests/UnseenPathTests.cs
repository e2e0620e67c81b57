using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class UnseenPathTests
{
    private const string NoMounts = "The step has no Mounts: its container sees no folder of the host.";

    private static readonly string[] OnHost = ["/x", "/x/names.txt", "/x/sub", "/seen/names.txt", "/usr/bin/python3", "/etc", "/etc/our.pem", "/dev/kvm", "/proc/1/maps", "/a-b/c.d", "/x y/a b.txt"];

    [Theory]
    [InlineData("sort /x/names.txt", "sort: /x/names.txt: No such file or directory", "/x/names.txt")]
    [InlineData("cat '/x/names.txt'; echo", "cat: can't open '/x/names.txt': No such file or directory", "/x/names.txt")]
    [InlineData("cd /x/sub && make", "/.restricted-runner.sh: cd: line 1: can't cd to /x/sub: No such file or directory", "/x/sub")]
    [InlineData("echo 1 > /x/sub/out.txt", "/.restricted-runner.sh: line 1: can't create /x/sub/out.txt: nonexistent directory", "/x/sub")]
    [InlineData("gcc -I/a-b/c.d a.c", "cc1: error: /a-b/c.d: No such file or directory", "/a-b/c.d")]
    [InlineData("tool --in=/x/names.txt", "tool: cannot open /x/names.txt", "/x/names.txt")]
    [InlineData("sh /x/names.txt", "one\nsh: 0: cannot open /x/names.txt: No such file\nlast", "/x/names.txt")]
    [InlineData("wc -l '/x y/a b.txt' \"/x/names.txt\"", "wc: /x y/a b.txt: No such file or directory", "/x y/a b.txt")]
    [InlineData("wc -l \"/x y/a b.txt\"", "wc: /x y/a b.txt: No such file or directory", "/x y/a b.txt")]
    [InlineData("/x/sub 1", "/.restricted-runner.sh: line 1: /x/sub: not found", "/x/sub")]
    public void A_path_of_the_host_that_was_not_found_is_named(string command, string output, string path) =>
        Assert.Equal($"'{path}' is a path of the host, which the container does not see; mount it, or use its path in the container.", Hint(command, output));

    [Theory]
    [InlineData("/usr/bin/python3 a.py", "/.restricted-runner.sh: line 1: /usr/bin/python3: not found", "/usr/bin/python3", "/usr")]
    [InlineData("curl --cacert /etc/our.pem", "curl: /etc/our.pem: No such file or directory", "/etc/our.pem", "/etc")]
    public void One_in_a_folder_that_every_image_has_is_told_not_to_be_in_this_image(string command, string output, string path, string folder) =>
        Assert.Equal($"'{path}' is on the host and not in the image, whose own '{folder}' the container sees; use an image that has it, or mount it.", Hint(command, output));

    [Theory]
    [InlineData("cat /seen/names.txt", "cat: can't open '/seen/names.txt': No such file or directory")]
    [InlineData("cat /x/names.txt", "cat: can't open '/x/other.txt': No such file or directory")]
    [InlineData("cat /x/none /x", "cat: can't open '/x/none': No such file or directory")]
    [InlineData("cat /x/names.txt", "/x/names.txt: 3 lines are wrong")]
    [InlineData("cat /x/names.txt", "cat: can't open '/x/names.txt': Permission denied")]
    [InlineData("/usr/bin/python3 foo", "/usr/bin/python3: can't open file 'foo': [Errno 2] No such file or directory")]
    [InlineData("/usr/bin/python3 foo", "/usr/bin/python3: 'foo': No such file or directory")]
    [InlineData("gcc -c /x/names.txt", "/x/names.txt:1:10: fatal error: none.h: No such file or directory")]
    [InlineData("cat /x/sub", "cat: cannot open /x/sub: Is a directory")]
    [InlineData("cat /dev/kvm /proc/1/maps /sys/none", "cat: can't open '/dev/kvm': No such file or directory\ncat: can't open '/proc/1/maps': No such file or directory")]
    [InlineData("cat ../x/names.txt $HOME/x/names.txt", "cat: can't open '../x/names.txt': No such file or directory")]
    [InlineData("cat /x/names.txt", "")]
    public void Anything_else_is_not(string command, string output) => Assert.Equal("", Hint(command, output));

    [Theory]
    [InlineData("make: *** No rule to make target 'all'.  Stop.", false)]
    [InlineData("/.restricted-runner.sh: line 1: foo: not found", false)]
    [InlineData("bash: foo: command not found", false)]
    [InlineData("/.restricted-runner.sh: line 1: ./build.sh: not found", true)]
    [InlineData("cat: can't open 'names.txt': No such file or directory", true)]
    [InlineData("a.c:1:10: fatal error: 'none.h' file not found", true)]
    [InlineData("sh: can't cd to src", true)]
    [InlineData("can't create out/x: nonexistent directory", true)]
    [InlineData("sed: can't stat a: gone", true)]
    public void A_step_without_mounts_is_told_so_where_something_was_not_there(string output, bool isTold)
    {
        Assert.Equal(isTold ? NoMounts : "", UnseenPath.Hint(new StepOptions { Command = "c" }, output, OnHost.Contains));
        Assert.Equal("", Hint("c", output));
    }

    [Theory]
    [InlineData("-v /a:/b", "")]
    [InlineData("--volume=/a:/b", "")]
    [InlineData("--mount type=bind,src=/a,dst=/b", "")]
    [InlineData("--memory 1g", NoMounts)]
    public void A_mount_in_DockerRunOpts_is_one(string dockerRunOpts, string expected) =>
        Assert.Equal(expected, UnseenPath.Hint(new StepOptions { Command = "c", DockerRunOpts = dockerRunOpts }, "x: No such file or directory", OnHost.Contains));

    [Fact]
    public void Arguments_and_the_prepare_command_are_looked_at_too()
    {
        const string Output = "cat: can't open '/x/names.txt': No such file or directory";

        Assert.StartsWith("'/x/names.txt' is", UnseenPath.Hint(new StepOptions { Arguments = ["cat", "/x/names.txt"] }, Output, OnHost.Contains), StringComparison.Ordinal);
        Assert.StartsWith("'/x/names.txt' is", UnseenPath.Hint(new StepOptions { PrepareCommand = "cat /x/names.txt", Command = "c" }, Output, OnHost.Contains), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/x/names.txt", true)]
    [InlineData("/seen/names.txt", false)]
    [InlineData("/x/none", false)]
    [InlineData("/usr/bin/python3", false)]
    [InlineData("/dev/kvm", false)]
    [InlineData("./x", false)]
    [InlineData("x", false)]
    public void A_program_that_is_only_on_the_host_is_named(string program, bool isNamed) =>
        Assert.Equal(isNamed, UnseenPath.HintForProgram(program, Options("c"), OnHost.Contains).Length > 0);

    [Theory]
    [InlineData("cat a.pl", "cat: can't open 'a.pl': No such file or directory", "a.pl")]
    [InlineData("perl -w gen/a.pl -o x", "Can't open perl script \"gen/a.pl\": No such file or directory", "gen/a.pl")]
    [InlineData("ls native", "ls: native: No such file or directory", "native")]
    [InlineData("make all", "make: *** No targets specified and no makefile found.  Stop.", "Makefile")]
    public void A_file_of_the_project_is_not_where_a_step_without_WorkingDirectory_starts(string command, string output, string name)
    {
        string[] there = ["/app/a.pl", "/app/gen/a.pl", "/app/native", "/app/Makefile"];
        var options = Options(command) with { ClientDirectory = "/app" };

        Assert.Equal(
            $"The step has no WorkingDirectory, so it started in the image's; '{name}' is in the project's folder: set WorkingDirectory=\"$(MSBuildProjectDirectory)\".",
            UnseenPath.Hint(options, output, there.Contains));
        Assert.Equal($"'{name}' is not in the working directory, but in the project's folder.", UnseenPath.Hint(options with { WorkDir = "/seen" }, output, there.Contains));
        Assert.Equal("", UnseenPath.Hint(options, output, _ => false));
        Assert.Equal(NoMounts, UnseenPath.Hint(options with { Mounts = [] }, output, there.Contains));
    }

    [Theory]
    [InlineData("cat ../tools/v", "cat: can't open '../tools/v': No such file or directory", "../tools/v")]
    [InlineData("sh ../tools/gen.sh a", "sh: can't open '../tools/gen.sh': No such file or directory", "../tools/gen.sh")]
    public void A_relative_path_that_leaves_the_mounts_is_one_of_the_host(string command, string output, string name)
    {
        var onHost = Path.GetFullPath(name, "/home/me/app");
        var inContainer = Path.GetFullPath(name, "/seen");
        var options = Options(command) with { ClientDirectory = "/home/me/app", WorkDir = "/seen" };
        var itself = options with { Mounts = [new("/home/me/app", "/home/me/app", false)], WorkDir = "/home/me/app" };

        Assert.Equal(
            $"'{name}' is '{onHost}' on the host, and '{inContainer}' in the container, where no mount shows it: add Mounts=\"{onHost}:{inContainer}\".",
            UnseenPath.Hint(options, output, path => path == onHost));
        Assert.Equal(
            $"'{onHost}' is a path of the host, which the container does not see; mount it, or use its path in the container.",
            UnseenPath.Hint(itself, output, path => path == onHost));
    }

    [Theory]
    [InlineData("cp names.txt ../other/copy.txt", "cp: can't create '../other/copy.txt': No such file or directory", "../other")]
    [InlineData("cd ../other && ls", "/.restricted-runner.sh: cd: line 1: can't cd to ../other: No such file or directory", "../other")]
    [InlineData("make -C ../other", "make: *** ../other: No such file or directory.  Stop.", "../other")]
    [InlineData("make -f ../other/common.mk all", "make: ../other/common.mk: No such file or directory", "../other/common.mk")]
    public void So_is_one_that_is_to_be_made_or_entered_there(string command, string output, string name)
    {
        string[] there = ["/home/me/other", "/home/me/other/common.mk"];
        var options = Options(command) with { ClientDirectory = "/home/me/app", WorkDir = "/seen" };

        Assert.StartsWith($"'{name}' is '{Path.GetFullPath(name, "/home/me/app")}' on the host, and ", UnseenPath.Hint(options, output, there.Contains), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cat /seen/../x/names.txt", "cat: can't open '/seen/../x/names.txt': No such file or directory", "/x/names.txt")]
    [InlineData("cp a /seen/../x/sub/b", "cp: can't create '/seen/../x/sub/b': No such file or directory", "/x/sub")]
    public void One_that_leaves_a_mount_is_named_as_it_is(string command, string output, string path) =>
        Assert.Equal($"'{path}' is a path of the host, which the container does not see; mount it, or use its path in the container.", Hint(command, output));

    [Theory]
    [InlineData("cd /seen && cat a.pl", "cat: can't open 'a.pl': No such file or directory")]
    [InlineData("gcc -c /seen/b.c a.pl", "a.pl:1:10: fatal error: none.h: No such file or directory")]
    [InlineData("make lib", "make: *** lib: No such file or directory.  Stop.")]
    [InlineData("make -C /seen/sub", "make: *** No targets specified and no makefile found.  Stop.")]
    public void Where_it_is_not_sure_to_be_that_file_nothing_is_said(string command, string output)
    {
        string[] there = ["/app/a.pl", "/app/make", "/app/Makefile"];

        Assert.Equal("", UnseenPath.Hint(Options(command) with { ClientDirectory = "/app" }, output, there.Contains));
    }

    [Fact]
    public void A_working_directory_that_no_mount_shows_is_told_where_the_project_has_the_file()
    {
        var options = Options("cat a.pl") with { ClientDirectory = "/home/me/app", WorkDir = "/sen" };

        Assert.Equal(
            "'a.pl' is in the project's folder, which is '/seen' in the container, and the step started in '/sen', which no mount shows.",
            UnseenPath.Hint(options, "cat: can't open 'a.pl': No such file or directory", path => path == "/home/me/app/a.pl"));
    }

    [Fact]
    public void Of_a_working_directory_of_the_image_the_host_knows_nothing() =>
        Assert.Equal("", UnseenPath.Hint(Options("cat a.pl") with { ClientDirectory = "/app", WorkDir = "/image" }, "cat: can't open 'a.pl': No such file or directory", _ => true));

    [Fact]
    public void A_program_of_the_project_is_not_there_either()
    {
        var options = Options("gen/tool a") with { ClientDirectory = "/app" };

        Assert.StartsWith("The step has no WorkingDirectory,", UnseenPath.HintForProgram("gen/tool", options, path => path == "/app/gen/tool"), StringComparison.Ordinal);
        Assert.Equal(NoMounts, UnseenPath.HintForProgram("gen/tool", options with { Mounts = [] }, _ => true));
        Assert.Equal("", UnseenPath.HintForProgram("tool", options with { Mounts = [] }, _ => true));
    }

    private static string Hint(string command, string output) => UnseenPath.Hint(Options(command), output, OnHost.Contains);

    private static StepOptions Options(string command) => new() { Command = command, Mounts = [new("/home/me/app", "/seen")] };
}
