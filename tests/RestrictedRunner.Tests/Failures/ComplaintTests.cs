using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>Lines that busybox, Debian's tools, compilers and languages print.</summary>
public class ComplaintTests
{
    [Theory]
    [InlineData("cat: can't open 'data/env.txt': No such file or directory", "data/env.txt")]
    [InlineData("cat: '/x y/a b': No such file or directory", "/x y/a b")]
    [InlineData("wc: /x y/a b.txt: No such file or directory", "/x y/a b.txt")]
    [InlineData("ls: cannot access 'nope': No such file or directory", "nope")]
    [InlineData("touch: cannot touch ‘nope’: No such file or directory", "nope")]
    [InlineData("sort: /x/names.txt: No such file or directory", "/x/names.txt")]
    [InlineData("sh: 0: cannot open nope.sh: No such file", "nope.sh")]
    [InlineData("bash: nope.sh: No such file or directory", "nope.sh")]
    [InlineData("tar: no.tar: Cannot open: No such file or directory", "no.tar")]
    [InlineData("awk: cannot open no.awk (No such file or directory)", "no.awk")]
    [InlineData("Can't open perl script \"nope.pl\": No such file or directory", "nope.pl")]
    [InlineData("/usr/bin/python3: can't open file '/src/foo.py': [Errno 2] No such file or directory", "/src/foo.py")]
    [InlineData("FileNotFoundError: [Errno 2] No such file or directory: 'in/a b.txt'", "in/a b.txt")]
    [InlineData("Error: ENOENT: no such file or directory, open '/src/a.json'", "/src/a.json")]
    [InlineData("  what():  filesystem error: cannot open file: No such file or directory [/src/a.bin]", "/src/a.bin")]
    [InlineData("error: couldn't read `src/main.rs`: No such file or directory (os error 2)", "src/main.rs")]
    [InlineData("open /x/go.mod: no such file or directory", "/x/go.mod")]
    [InlineData("b.proto: File not found.", "b.proto")]
    [InlineData("Could not find file '/x/a.txt'.", "/x/a.txt")]
    [InlineData("Could not find a part of the path '/x/y/a.txt'.", "/x/y/a.txt")]
    [InlineData("make: *** nope: No such file or directory.  Stop.", "nope")]
    [InlineData("make: no.mk: No such file or directory", null)]
    [InlineData("make: *** No rule to make target 'data/x.o', needed by 'all'.  Stop.", "data/x.o")]
    [InlineData("make: *** No targets specified and no makefile found.  Stop.", "Makefile")]
    [InlineData("fatal: not a git repository: /home/me/main/.git/worktrees/wt", "/home/me/main/.git/worktrees/wt")]
    [InlineData("fatal: not a git repository: '/home/me/main/.git'", "/home/me/main/.git")]
    [InlineData("fatal: not a git repository (or any of the parent directories): .git", null)]
    [InlineData("sh: 1: cd: can't cd to nope", "nope")]
    [InlineData("/.restricted-runner.sh: cd: line 1: can't cd to /x/sub: No such file or directory", "/x/sub")]
    [InlineData("/.restricted-runner.sh: line 1: ./tool.sh: not found", "./tool.sh")]
    [InlineData("sh: 1: /nope/x: not found", "/nope/x")]
    [InlineData("bash: ./nope: No such file or directory", "./nope")]
    [InlineData("/.restricted-runner.sh: line 1: ./tool.sh: cannot execute: required file not found", "./tool.sh")]
    [InlineData("bash: ./tool.sh: /bin/foo^M: bad interpreter: No such file or directory", "./tool.sh")]
    [InlineData("make: ./tools/crlf.sh: No such file or directory", "./tools/crlf.sh")]
    [InlineData("sh: can't create gen/a.cs: nonexistent directory", "gen")]
    [InlineData("sh: 1: cannot create no/x/y: Directory nonexistent", "no/x")]
    [InlineData("mkdir: cannot create directory 'a/b/c': No such file or directory", "a/b")]
    [InlineData("cp: can't create '/src/out/a.txt': No such file or directory", "/src/out")]
    [InlineData("cp: can't create 'a.txt': No such file or directory", "a.txt")]
    [InlineData("rm: can't remove 'created/a.txt': No such file or directory", "created/a.txt")]
    [InlineData("sh: 1: wget: not found", null)]
    [InlineData("bash: foo: command not found", null)]
    [InlineData("/.restricted-runner.sh:3: command not found: foo", null)]
    [InlineData("env: 'nope': No such file or directory", null)]
    [InlineData("/usr/bin/env: 'python3': No such file or directory", null)]
    [InlineData("xargs: nope: No such file or directory", null)]
    [InlineData("make: gcc: No such file or directory", null)]
    [InlineData("3 files were not found", null)]
    [InlineData("a\0b: No such file or directory", null)]
    [InlineData("", null)]
    public void Something_is_missing(string line, string? subject) => AssertSubject(ComplaintKind.Missing, subject, line);

    [Theory]
    [InlineData("native/n.c:1:10: fatal error: calc.h: No such file or directory", "calc.h", "native/n.c")]
    [InlineData("a.c:1:10: fatal error: 'none.h' file not found", "none.h", "a.c")]
    [InlineData("src/other.ts(3,22): error TS2307: Cannot find module './gone' or its corresponding type declarations.", "./gone", "src/other.ts")]
    [InlineData("cat: can't open 'a.h': No such file or directory", "a.h", "")]
    public void The_file_that_misses_it_is_read_too(string line, string subject, string file) => Assert.Equal(new(ComplaintKind.Missing, subject, file), Complaint.Read(line));

    [Theory]
    [InlineData("sh: 1: ./g.txt: Permission denied", "./g.txt")]
    [InlineData("sh: can't execute '/src/tools/crlf.sh': Permission denied", "/src/tools/crlf.sh")]
    [InlineData("cat: can't open '/etc/shadow': Permission denied", "/etc/shadow")]
    [InlineData("java.io.FileNotFoundException: obj/r.txt (Permission denied)", "obj/r.txt")]
    [InlineData("PermissionError: [Errno 13] Permission denied: 'obj/r.txt'", "obj/r.txt")]
    [InlineData("Error: EACCES: permission denied, open '/src/obj/r.txt'", "/src/obj/r.txt")]
    [InlineData("Access to the path '/src/obj/r.txt' is denied.", "/src/obj/r.txt")]
    [InlineData("a.c:1: error: permission is denied", null)]
    public void Something_may_not_be_read(string line, string? subject) => AssertSubject(ComplaintKind.Denied, subject, line);

    [Theory]
    [InlineData("/.restricted-runner.sh: line 1: can't create obj/r.txt: Permission denied", "obj/r.txt")]
    [InlineData("rm: can't remove 'obj/r.txt': Permission denied", "obj/r.txt")]
    [InlineData("touch: obj: Permission denied", "obj")]
    [InlineData("mkdir: can't create directory 'obj/a b': Permission denied", "obj/a b")]
    [InlineData("gcc: fatal error: can't write '/src/obj/new.o': Permission denied", "/src/obj/new.o")]
    public void Something_may_not_be_written(string line, string subject) => AssertSubject(ComplaintKind.WriteDenied, subject, line);

    [Theory]
    [InlineData("touch: /in/file: Read-only file system", "/in/file")]
    [InlineData("mkdir: can't create directory 'lib/a b/': Read-only file system", "lib/a b/")]
    public void A_file_system_is_read_only(string line, string subject) => AssertSubject(ComplaintKind.ReadOnly, subject, line);

    [Theory]
    [InlineData("sed: can't move '/src/f.txtrwStKF' to '/src/f.txt': Device or resource busy", "/src/f.txt")]
    [InlineData("sed: cannot rename /src/sedIMYSuI: Device or resource busy", "/src/sedIMYSuI")]
    [InlineData("mv: can't rename 'g.txt': Device or resource busy", "g.txt")]
    [InlineData("rm: can't remove 'out': Resource busy", "out")]
    public void Something_is_busy(string line, string subject) => AssertSubject(ComplaintKind.Busy, subject, line);

    [Theory]
    [InlineData("sh: can't fork: Resource temporarily unavailable")]
    [InlineData("sh: 0: Cannot fork")]
    [InlineData("bash: fork: retry: Resource temporarily unavailable")]
    [InlineData("[FATAL tini (1)] fork failed: Resource temporarily unavailable")]
    [InlineData("java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory or process/resource limits reached")]
    [InlineData("RuntimeError: can't start new thread")]
    [InlineData("runtime: failed to create new OS thread (have 5 already; errno=11)")]
    public void No_process_can_be_started(string line) => AssertSubject(ComplaintKind.NoProcess, "", line);

    [Theory]
    [InlineData("wget: bad address 'example.invalid'")]
    [InlineData("curl: (6) Could not resolve host: example.com")]
    [InlineData("go: example.com/x: Get \"https://example.com\": dial tcp: lookup example.com: no such host")]
    [InlineData("fatal: unable to access 'http://example.com/a/': Could not resolve host: example.com")]
    [InlineData("npm error code EAI_AGAIN")]
    public void No_machine_can_be_reached(string line) => AssertSubject(ComplaintKind.NoNetwork, "", line);

    [Theory]
    [InlineData("make: write error: stdout: Resource temporarily unavailable")]
    [InlineData("sh: fork: not found")]
    [InlineData("collect2: error: ld returned 1 exit status")]
    [InlineData("main.c:1:2: error: broken")]
    [InlineData("all tests passed")]
    public void Anything_else_is_no_complaint(string line) => Assert.Null(Complaint.Read(line));

    private static void AssertSubject(ComplaintKind kind, string? subject, string line)
    {
        var complaint = Complaint.Read(line);
        Assert.Equal(subject, complaint?.Subject);
        Assert.True(complaint is null || complaint.Kind == kind, $"{complaint?.Kind}");
    }
}
