using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>What the error of a failed step says of its cause. Without the fact, the same words say nothing.</summary>
public class FailureRulesTests
{
    private const uint Caller = 1000;

    // The project is /home/me/app, and the container has it as /src.
    private static readonly StepOptions Options = new() { Command = "make all", ClientDirectory = "/home/me/app", Mounts = [new("/home/me/app", "/src"), new("/home/me/lib", "/src/lib", ReadOnly: true)], WorkDir = "/src", User = "current" };

    // As a hermetic step has it: a copy of a part of the project.
    private static readonly StepOptions Hermetic = new() { ClientDirectory = "/home/me/app", Mounts = [new("/obj/stage", "/project")], WorkDir = "/project", AllowNetworking = false, ReadOnly = true, Tmpfs = ["/tmp"], User = "current" };

    [Theory]
    [InlineData("./tool.sh a b", 127, "/.restricted-runner.sh: line 1: ./tool.sh: not found", "#!/bin/sh\r")]
    [InlineData("make", 2, "make: ./tool.sh: No such file or directory", "#!/bin/sh\r")]
    [InlineData("make", 2, "other.sh: 2: /src/tool.sh: not found", "#!/usr/bin/perl\r")]
    [InlineData("sh tool.sh", 2, "tool.sh: set: line 1: illegal option -", "set -e\r")]
    [InlineData("sh tool.sh", 2, "tool.sh: 1: set: Illegal option -", "set -e\r")]
    [InlineData("bash '/src/tool.sh'", 1, "/src/tool.sh: line 2: $'\\r': command not found", "#!/bin/bash\r")]
    [InlineData("./tool.sh", 127, "/usr/bin/env: 'bash\\r': No such file or directory", "#!/usr/bin/env bash\r")]
    public void A_script_with_Windows_line_ends(string command, int exitCode, string line, string firstLine)
    {
        Assert.Equal("'/home/me/app/tool.sh' has Windows line ends (CRLF), which Linux takes for a part of each line: save it with LF.", Explain(Options with { Command = command }, line, exitCode, Host(program: new(firstLine, IsExecutable: true))));
        Assert.Empty(Explain(Options with { Command = command }, line, exitCode, Host(program: new(firstLine.TrimEnd('\r').Replace("/bin/sh", "", StringComparison.Ordinal).Replace("/usr/bin/perl", "", StringComparison.Ordinal), IsExecutable: true))));
        Assert.Empty(Explain(Options with { Command = command, Mounts = [] }, line, exitCode, Host(program: new(firstLine, IsExecutable: true))));
    }

    [Theory]
    [InlineData("sh tool.sh", "3 tests failed", "set -e\r")]
    [InlineData("perl tool.sh", "tool.sh: it broke", "#!/usr/bin/perl\r")]
    [InlineData("cat ./tool.sh", "cat: ./tool.sh: No such file or directory", "text\r")]
    public void Windows_line_ends_that_nobody_minds(string command, string line, string firstLine) =>
        Assert.Empty(Explain(Options with { Command = command }, line, 1, Host(program: new(firstLine, IsExecutable: true))));

    [Theory]
    [InlineData("#!/bin/bash", "/bin/bash")]
    [InlineData("#! /usr/bin/env bash", "/usr/bin/env")]
    [InlineData("#!/opt/run -e x", "/opt/run")]
    [InlineData("#!", null)]
    [InlineData("echo", null)]
    [InlineData("#!/src/run", null)]
    public void A_script_without_its_interpreter(string firstLine, string? interpreter)
    {
        const string Line = "/.restricted-runner.sh: line 1: ./tool.sh: not found";
        var host = Host(program: new(firstLine, IsExecutable: true));

        Assert.Equal(interpreter is null ? "" : $"'/home/me/app/tool.sh' needs '{interpreter}', which is not in the image.", Explain(Options, Line, 127, host));
        Assert.Empty(Explain(Options, "/.restricted-runner.sh: line 1: ./tool.sh: not found", 127, Host()));
        Assert.Empty(Explain(Options, "./tool.sh: it broke", 127, host));
        Assert.Empty(interpreter is null ? "" : Explain(Options with { Command = "./build.sh; true", Shell = $"/bin/{Path.GetFileName(interpreter)} -e" }, Line, 127, host));
        Assert.Empty(Explain(Options with { Command = "cd sub && ./tool.sh" }, Line, 127, host));
        Assert.Empty(Explain(Options with { DockerRunOpts = "-w /other" }, Line, 127, host));
    }

    [Theory]
    [InlineData(126, "/.restricted-runner.sh: line 1: ./tool.sh: Permission denied", "text", true)]
    [InlineData(2, "make: /src/tool.sh: Permission denied", "#!/bin/sh", true)]
    [InlineData(2, "cat: can't open './tool.sh': Permission denied", "text", false)]
    [InlineData(126, "touch: ./tool.sh: Permission denied", "#!/bin/sh", false)]
    public void A_program_that_nobody_may_execute(int exitCode, string line, string firstLine, bool isTold)
    {
        Assert.Equal(
            isTold ? "'/home/me/app/tool.sh' has no execute bit: set it (chmod +x, in git: git update-index --chmod=+x), or run it with its shell." : "",
            Explain(Options, line, exitCode, Host(program: new(firstLine, IsExecutable: false))));
        Assert.Empty(Explain(Options, line, exitCode, Host(program: new(firstLine, IsExecutable: true))));
    }

    [Fact]
    public void A_script_that_may_be_denied_for_its_owner_is_not_said_to_lack_its_bit() =>
        Assert.StartsWith("'/home/me/app/tool.sh' belongs to user 0,", Explain(Options, "make: /src/tool.sh: Permission denied", 2, Host(program: new("#!/bin/sh", IsExecutable: false), owner: 0)), StringComparison.Ordinal);

    [Theory]
    [InlineData("sh", "shopt: not found", "'shopt' is a word of bash: set Shell=\"bash\", with an image that has it.")]
    [InlineData("sh", "set: Illegal option -o pipefail", "'pipefail' is a word of bash: set Shell=\"bash\", with an image that has it.")]
    [InlineData("bash -e", "shopt: not found", "")]
    [InlineData("sh", "Bad substitution", "")]
    [InlineData("sh", "copy: not found", "")]
    public void A_word_of_bash(string shell, string complaint, string expected) =>
        Assert.Equal(expected, FailureRules.Explain(new(Options with { Shell = shell }, 2, []) { At = new("Command", 1, complaint), Host = Host() }));

    [Theory]
    [InlineData("sed -i s/a/b/ one.txt", "sed: can't move 'one.txt9NiffX' to 'one.txt': Device or resource busy", "/src/one.txt")]
    [InlineData("sh edit.sh", "rm: cannot remove '/src/lib': Device or resource busy", "/src/lib")]
    [InlineData("sed -i s/a/b/ /etc/app.conf", "sed: cannot rename /etc/sedIMYSuI: Device or resource busy", "/etc/app.conf")]
    [InlineData("sed -i s/a/b/ one.txt", "sed: cannot rename ./sedGGrdZA: Device or resource busy", "/src/one.txt")]
    [InlineData("mv g.txt one.txt", "mv: can't rename 'g.txt': Device or resource busy", "/src/one.txt")]
    [InlineData("sed -i s/a/b/ other.txt", "sed: cannot rename ./sedGGrdZA: Device or resource busy", "")]
    [InlineData("rm -r lib other", "rm: cannot remove '/src/other': Device or resource busy", "")]
    [InlineData("sed -i s/a/b/ one.txt", "sed: one.txt: Permission denied", "")]
    public void A_file_that_is_a_mount_of_its_own(string command, string line, string mount)
    {
        var options = Options with { Command = command, Mounts = [.. Options.Mounts, new("/home/me/one.txt", "/src/one.txt"), new("/home/me/app.conf", "/etc/app.conf")] };
        var host = Host() with { Program = path => path is "/home/me/one.txt" or "/home/me/app.conf" ? new("", IsExecutable: false) : null };

        Assert.Equal(mount.Length == 0 ? "" : $"'{mount}' is a mount of its own, which nothing can replace or remove: mount the folder that it is in.", Explain(options, line, 1, host));
        Assert.Empty(Explain(options with { Mounts = [Options.Mounts[0]] }, line, 1, host));
    }

    [Theory]
    [InlineData("can't create /src/lib/x.txt: Read-only file system", "/src/lib/x.txt")]
    [InlineData("mkdir: can't create directory 'lib/a b/': Read-only file system", "/src/lib/a b")]
    public void A_mount_that_is_read_only(string line, string path)
    {
        Assert.Equal($"'{path}' is in a read-only mount, '/home/me/lib:/src/lib:ro': mount it without ':ro', or give the folder that is written to a mount of its own.", Explain(Options, line));
        Assert.Empty(Explain(Options with { Mounts = [Options.Mounts[0]] }, line));
    }

    [Fact]
    public void An_image_that_is_read_only()
    {
        const string Line = "touch: /opt/x: Read-only file system";

        Assert.Equal("'/opt/x' is in the image's file system, which is read-only for this step: let the command write to a mount, an output, or a folder of Tmpfs.", Explain(Options with { ReadOnly = true }, Line));
        Assert.Equal("'/opt/x' is in the image's file system, which is read-only for this step, because it is hermetic: let the command write to a mount, an output, or a folder of Tmpfs.", ExplainHermetic(Line));
        Assert.Empty(Explain(Options, Line));
        Assert.Empty(Explain(Options with { ReadOnly = true, DockerRunOpts = "-v cache:/opt:ro" }, Line));
    }

    [Theory]
    [InlineData("/.restricted-runner.sh: line 1: can't create obj/r.txt: Permission denied", "/home/me/app/obj/r.txt")]
    [InlineData("cat: can't open '/src/obj/r.txt': Permission denied", "/home/me/app/obj/r.txt")]
    [InlineData("PermissionError: [Errno 13] Permission denied: 'obj/r.txt'", "/home/me/app/obj/r.txt")]
    [InlineData("gcc: fatal error: can't write '/src/obj/./new.o': Permission denied", "/home/me/app/obj")]
    public void A_file_of_another_user(string line, string file)
    {
        var text = $"'{file}' belongs to user 0, and the step runs as user 1000: change its owner, or remove it, if need be by a step that runs as that user (rm -r).";

        Assert.Equal(text, Explain(Options, line, 1, Host(owner: 0)));
        Assert.Equal(text, Explain(Options with { User = "1000:1000" }, line, 1, Host(owner: 0)));
        Assert.Empty(Explain(Options, line, 1, Host(owner: Caller)));
        Assert.All(["", "0", "builder"], user => Assert.Empty(Explain(Options with { User = user }, line, 1, Host(owner: 0))));
        Assert.Empty(Explain(Options with { Mounts = [] }, line, 1, Host(owner: 0)));
    }

    [Fact]
    public void A_limit_of_processes()
    {
        const string Line = "sh: can't fork: Resource temporarily unavailable";

        Assert.Equal("The step's PidsLimit is 7 processes and threads at once: raise it, or let the command start fewer (make -j).", Explain(Options with { PidsLimit = 7 }, Line));
        Assert.All([0, -1], limit => Assert.Empty(Explain(Options with { PidsLimit = limit }, Line)));
        Assert.Empty(Explain(Options with { PidsLimit = 7 }, "read: Resource temporarily unavailable"));
    }

    [Fact]
    public void A_step_without_a_network()
    {
        const string Line = "wget: bad address 'example.com'";

        Assert.Equal("The step has no network, because it is hermetic: AllowNetworking=\"true\" gives it one.", ExplainHermetic(Line));
        Assert.Equal("The step has no network: AllowNetworking=\"true\" gives it one.", Explain(Options with { AllowNetworking = false }, Line));
        Assert.Empty(Explain(Options, Line));
        Assert.Empty(ExplainHermetic("curl: (7) Failed to connect to localhost port 8080: Connection refused"));
    }

    [Theory]
    [InlineData("cat: can't open 'data/env.txt': No such file or directory", "data/env.txt")]
    [InlineData("cat: can't open '/project/data/env.txt': No such file or directory", "data/env.txt")]
    [InlineData("sh: 1: ./tools/lint.sh: not found", "tools/lint.sh")]
    [InlineData("cat: ../shared/c.txt: No such file or directory", "../shared/c.txt")]
    [InlineData("make: *** No rule to make target 'data/env.txt', needed by 'main.o'.  Stop.", "data/env.txt")]
    [InlineData("make: *** No targets specified and no makefile found.  Stop.", "Makefile")]
    [InlineData("native/calc.c:1:10: fatal error: calc.h: No such file or directory", "native/calc.h")]
    [InlineData("native/calc.c:1:10: fatal error: ../data/env.txt: No such file or directory", "data/env.txt")]
    [InlineData("web/main.ts(3,22): error TS2307: Cannot find module './gone' or its corresponding type declarations.", "web/gone.ts")]
    public void A_file_that_a_hermetic_step_did_not_declare(string line, string name)
    {
        Assert.Equal($"The step is hermetic and sees only its Inputs: add '{name}' to them.", ExplainHermetic(line));
        Assert.Empty(ExplainHermetic(line, Host()));
        Assert.Equal(name.StartsWith("..", StringComparison.Ordinal), ExplainHermetic(line, Host(exists: path => IsOfProject(path) || path.StartsWith("/obj/stage/", StringComparison.Ordinal))).Length > 0);
    }

    [Fact]
    public void One_that_it_misses_in_a_folder_that_the_command_goes_to() =>
        Assert.Equal(
            "The step is hermetic and sees only its Inputs: add 'native/calc.h' to them.",
            ExplainHermetic("calc.c:1:10: fatal error: calc.h: No such file or directory", options: Hermetic with { Command = "cd native && gcc -c calc.c" }));

    [Theory]
    [InlineData("make: *** No rule to make target 'gen'.  Stop.")]
    [InlineData("main.c:1:10: fatal error: none.h: No such file or directory")]
    [InlineData("ModuleNotFoundError: No module named 'own'")]
    [InlineData("see data/env.txt for more")]
    [InlineData("chown: main.c: Operation not permitted")]
    public void Of_a_hermetic_step_nothing_else_is_guessed(string line) => Assert.Empty(ExplainHermetic(line));

    [Fact]
    public void Or_beside_the_project()
    {
        var options = Hermetic with { WorkDir = "/project/app" };

        Assert.Equal("The step is hermetic and sees only its Inputs: add '../shared/c.txt' to them.", Explain("/obj/stage/app/c.txt"));
        Assert.Empty(Explain("/obj/stage/shared/c.txt"));

        string Explain(string copy) => FailureRules.Explain(new(options, 1, ["cat: ../shared/c.txt: No such file or directory"]) { Originals = new(HostPaths.Linux, [new("/home/me", "/project")], []), Host = Host(exists: path => IsOfProject(path) || path == copy) });
    }

    [Fact]
    public void A_file_of_an_images_folder_is_no_input() =>
        Assert.Equal("'/usr/include/data' is on the host and not in the image, whose own '/usr' the container sees: use an image that has it.", ExplainHermetic("ls: /usr/include/data: No such file or directory"));

    [Fact]
    public void The_hosts_path_of_the_project_in_a_hermetic_step() =>
        Assert.Equal(
            "'/home/me/app/data/env.txt' is a path of the host, which a hermetic step does not see: declare the file in Inputs, and write its path from the project's folder.",
            ExplainHermetic("cat: /home/me/app/data/env.txt: No such file or directory"));

    [Theory]
    [InlineData("cat: can't open 'out.txt': No such file or directory", true)]
    [InlineData("cat: can't open '/src/out.txt': No such file or directory", true)]
    [InlineData("cat: can't open '/opt/out.txt': No such file or directory", false)]
    [InlineData("out.txt is wrong", false)]
    public void A_link_that_leads_out_of_the_mounts(string line, bool isTold)
    {
        Assert.Equal(isTold ? "'/home/me/app/out.txt' is a link to '/home/me/other.txt', which no mount shows." : "", Explain(Options, line, 1, Linked("/home/me/other.txt", "/home/me/other.txt")));
        Assert.Empty(Explain(Options, line, 1, Linked("/home/me/other.txt")));
        Assert.Empty(Explain(Options, line, 1, Linked("/home/me/app/in.txt", "/home/me/app/in.txt")));

        static HostFacts Linked(string target, params string[] there) => Host(exists: there.Contains) with { LinkTarget = path => path == "/home/me/app/out.txt" ? target : null };
    }

    [Theory]
    [InlineData("sort: /x/names.txt: No such file or directory", "/x/names.txt")]
    [InlineData("wc: /x y/a b.txt: No such file or directory", "/x y/a b.txt")]
    [InlineData("sh: 1: cannot create /x/out.txt: Directory nonexistent", "/x")]
    [InlineData("/.restricted-runner.sh: line 1: /x/tool: not found", "/x/tool")]
    [InlineData("cat: can't open '/src/../x/names.txt': No such file or directory", "/x/names.txt")]
    [InlineData("fatal: not a git repository: /home/me/main/.git/worktrees/wt", "/home/me/main/.git/worktrees/wt")]
    public void A_path_of_the_host_that_no_mount_shows(string line, string path)
    {
        Assert.Equal($"'{path}' is on the host, and no mount shows it to the container: add Mounts=\"{path}:{path}\".", Explain(Options, line, 1, Host(exists: other => other == path)));
        Assert.Equal($"'{path}' is a path of the host: in the container it is '/host{path}'.", Explain(Options with { Mounts = [new("/", "/host")] }, line, 1, Host(exists: other => other == path)));
        Assert.Empty(Explain(Options, line, 1, Host()));
        Assert.Empty(Explain(Options with { Mounts = [new("/elsewhere", "/x"), new("/elsewhere", "/x y"), new("/elsewhere", "/home/me/main")] }, line, 1, Host(exists: other => other == path)));
        Assert.Empty(Explain(Options with { Tmpfs = ["/x", "/x y", "/home/me/main"] }, line, 1, Host(exists: other => other == path)));
        Assert.Empty(Explain(Options with { DockerRunOpts = "--volume data:/x" }, line, 1, Host(exists: other => other == path)));
    }

    [Theory]
    [InlineData("/.restricted-runner.sh: line 1: /usr/bin/python3: not found", "'/usr/bin/python3' is on the host and not in the image, whose own '/usr' the container sees: use an image that has it.")]
    [InlineData("cat: can't open '/dev/kvm': No such file or directory", "")]
    [InlineData("cat: can't open '/proc/1/maps': No such file or directory", "")]
    [InlineData("cat: cannot open /x/sub: Is a directory", "")]
    [InlineData("cat: can't open '/x/names.txt': Permission denied", "")]
    [InlineData("gcc: /x/names.txt:1:10: fatal error", "")]
    [InlineData("/.restricted-runner.sh: line 1: foo: not found", "")]
    public void Other_folders_of_the_host(string line, string expected) => Assert.Equal(expected, Explain(Options with { User = "" }, line, 1, Host(exists: path => path.StartsWith('/') && !path.StartsWith("/home/", StringComparison.Ordinal))));

    [Theory]
    [InlineData("cat: can't open '../tools/v': No such file or directory", "/home/me/tools/v", "/tools/v")]
    [InlineData("cp: can't create '../other/copy.txt': No such file or directory", "/home/me/other", "/other")]
    [InlineData("sh: cd: line 1: can't cd to ../other: No such file or directory", "/home/me/other", "/other")]
    public void A_relative_path_that_leaves_the_mounts(string line, string onHost, string inContainer)
    {
        Assert.Equal($"'{onHost}' is on the host, and no mount shows it to the container: add Mounts=\"{onHost}:{inContainer}\".", Explain(Options with { Command = "cd ../other" }, line, 1, Host(exists: path => path == onHost), ignoreChange: !line.Contains("cd to", StringComparison.Ordinal)));
        Assert.Empty(Explain(Options, line, 1, Host()));
        Assert.Empty(Explain(Options with { Command = "cd sub && x" }, line, 1, Host(exists: path => path == onHost)));
    }

    [Theory]
    [InlineData("cat: can't open 'a.pl': No such file or directory", "a.pl")]
    [InlineData("Can't open perl script \"gen/a.pl\": No such file or directory", "gen/a.pl")]
    [InlineData("make: *** No targets specified and no makefile found.  Stop.", "Makefile")]
    [InlineData("sh: 1: gen/tool: not found", "gen/tool")]
    public void A_file_of_the_project_is_not_where_the_step_starts(string line, string name)
    {
        var host = Host(exists: path => path == $"/home/me/app/{name}");

        Assert.Equal($"'{name}' is in the project's folder, which is '/src' in the container, and the step started in the image's working directory: set WorkingDirectory=\"/home/me/app\".", Explain(Options with { WorkDir = "" }, line, 1, host));
        Assert.Equal($"'{name}' is in the project's folder, which is '/src' in the container, and the step started in '/srcc': set WorkingDirectory=\"/home/me/app\".", Explain(Options with { WorkDir = "/srcc" }, line, 1, host));
        Assert.Equal($"'{name}' is in the project's folder, which no mount shows to the container: add Mounts=\"/home/me/app:/home/me/app\" and WorkingDirectory=\"/home/me/app\".", Explain(Options with { WorkDir = "", Mounts = [] }, line, 1, host));
        Assert.Empty(Explain(Options with { WorkDir = "" }, line, 1, Host()));
        Assert.Empty(Explain(Options, line, 1, host));
        Assert.Empty(Explain(Options with { WorkDir = "", Command = "make -C sub" }, line, 1, host));
        Assert.Empty(Explain(Options with { WorkDir = "", DockerRunOpts = "--mount type=volume,dst=/data" }, line, 1, host));
    }

    [Theory]
    [InlineData(139, "That is the code of a program which signal 11 (SIGSEGV) has ended.")]
    [InlineData(143, "That is the code of a program which signal 15 (SIGTERM) has ended.")]
    [InlineData(128, "")]
    [InlineData(130, "")]
    [InlineData(11, "")]
    [InlineData(255, "")]
    public void A_signal(int exitCode, string expected) => Assert.Equal(expected, Explain(Options, "", exitCode));

    [Theory]
    [InlineData("protoc: sh: No such file or directory")]
    [InlineData("sh: gt: not found")]
    [InlineData("/.restricted-runner.sh: line 1: scriptssubgen.sh: not found")]
    [InlineData("sh: NAME: parameter not set")]
    public void Advice_that_is_right_only_sometimes_is_not_given(string line) =>
        Assert.Empty(Explain(Options with { Command = "echo '<a/>' &gt; b; scripts\\sub\\gen.sh; $NAME/x", Entrypoint = "protoc" }, line, 127));

    [Fact]
    public void The_first_rule_that_is_certain_speaks_alone() =>
        Assert.StartsWith("'/x' is on the host,", Explain(Options with { PidsLimit = 7 }, "cat: /x: No such file or directory", 139, Host(exists: path => path == "/x")), StringComparison.Ordinal);

    private static bool IsOfProject(string path) =>
        path is "/home/me/app/data/env.txt" or "/home/me/app/tools/lint.sh" or "/home/me/shared/c.txt" or "/home/me/app/Makefile" or "/home/me/app/native/calc.h" or "/home/me/app/web/gone.ts" or "/obj/stage/main.c" or "/usr/include/data";

    private static string ExplainHermetic(string line, HostFacts? host = null, StepOptions? options = null) =>
        FailureRules.Explain(new(options ?? Hermetic, 1, [line]) { Originals = new(HostPaths.Linux, [new("/home/me/app", "/project")], []), Host = host ?? Host(exists: IsOfProject) });

    private static string Explain(StepOptions options, string line, int exitCode = 1, HostFacts? host = null, bool ignoreChange = false) =>
        FailureRules.Explain(new(ignoreChange ? options with { Command = "" } : options, exitCode, ["first", line, "last"]) { Host = host ?? Host() });

    private static HostFacts Host(Func<string, bool>? exists = null, HostProgram? program = null, uint? owner = null) =>
        new(
            HostPaths.Linux,
            exists ?? (static _ => false),
            path => owner is not null && path is "/home/me/app/obj" or "/home/me/app/obj/r.txt" or "/home/me/app/tool.sh" ? owner : null,
            path => path == "/home/me/app/tool.sh" ? program : null,
            static _ => null,
            Caller);
}
