using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class DeniedPathTests
{
    private const uint Caller = 1000;

    private static readonly StepOptions Options = new() { Mounts = [new("/home/me/app", "/src"), new("/home/me/lib", "/src/lib", ReadOnly: true)], WorkDir = "/src", User = "current" };

    [Theory]
    [InlineData("/.restricted-runner.sh: line 1: can't create obj/r.txt: Permission denied", "/home/me/app/obj/r.txt")]
    [InlineData("/.restricted-runner.sh: 1: cannot create /src/obj/r.txt: Permission denied", "/home/me/app/obj/r.txt")]
    [InlineData("rm: can't remove 'obj/r.txt': Permission denied", "/home/me/app/obj/r.txt")]
    [InlineData("touch: obj: Permission denied", "/home/me/app/obj")]
    [InlineData("PermissionError: [Errno 13] Permission denied: 'obj/r.txt'", "/home/me/app/obj/r.txt")]
    [InlineData("Error: EACCES: permission denied, open '/src/obj/r.txt'", "/home/me/app/obj/r.txt")]
    [InlineData("java.io.FileNotFoundException: obj/r.txt (Permission denied)", "/home/me/app/obj/r.txt")]
    [InlineData("touch: cannot touch ‘obj/r.txt’: Permission denied", "/home/me/app/obj/r.txt")]
    [InlineData("gcc: fatal error: can't write '/src/obj/./new.o': Permission denied", "/home/me/app/obj")]
    [InlineData("mkdir: can't create directory 'obj/a b': Permission denied", "/home/me/app/obj")]
    public void What_belongs_to_another_user_is_told(string line, string file)
    {
        var text = $"'{file}' belongs to user 0, and the step runs as user 1000: change its owner, or remove it, if need be by a step that runs as that user (rm -r).";

        Assert.Equal(text, Hint(Options, $"a\n{line}\nb"));
        Assert.Equal(text, Hint(Options with { User = "1000:1000" }, line));
        Assert.Empty(Hint(Options with { User = "0" }, line));
        Assert.Empty(Hint(Options with { User = "" }, line));
        Assert.Empty(Hint(Options with { User = "builder" }, line));
        Assert.Empty(DeniedPath.Hint(Options, line, _ => Caller, Caller));
    }

    [Theory]
    [InlineData("can't create /src/lib/x.txt: Read-only file system", "/src/lib/x.txt")]
    [InlineData("mkdir: can't create directory 'lib/a b/': Read-only file system", "lib/a b/")]
    [InlineData("cp: can't create 'lib/deep/x': Read-only file system", "lib/deep/x")]
    public void A_mount_that_is_read_only_is_told(string line, string name) =>
        Assert.Equal($"'{name}' is in a mount that is read-only, '/home/me/lib:/src/lib:ro': mount it without ':ro', or the folder that is written to by itself.", Hint(Options, line));

    [Fact]
    public void A_container_that_is_read_only_is_told()
    {
        const string Line = "sh: can't create /opt/x: Read-only file system";

        Assert.Equal("The container's own file system is read-only (ReadOnly=\"true\"): let the command write to a folder of Mounts or Tmpfs.", Hint(Options with { ReadOnly = true }, Line));
        Assert.Empty(Hint(Options, Line));
    }

    [Theory]
    [InlineData("/.restricted-runner.sh: line 1: can't create ../x: Permission denied", "/x")]
    [InlineData("can't create ../x.txt: Permission denied", "/x.txt")]
    [InlineData("can't create /home/me/x.txt: Permission denied", "/home/me/x.txt")]
    public void A_file_beside_the_mounts_is_told(string line, string path) =>
        Assert.Equal(
            $"'{path}' is beside what is mounted, in a folder of the container that is root's: mount the folder that it is to be in.",
            DeniedPath.Hint(Options with { Mounts = [.. Options.Mounts, new("/home/me/app", "/home/me/app")] }, line, _ => 0, Caller));

    [Theory]
    [InlineData("mkdir: cannot create directory '/opt/thing': Permission denied", "/opt/thing")]
    [InlineData("cp: cannot create regular file '/usr/lib/x': Permission denied", "/usr/lib/x")]
    [InlineData("/.restricted-runner.sh: 1: cannot create /usr/local/x: Permission denied", "/usr/local/x")]
    [InlineData("touch: /opt/y: Permission denied", "/opt/y")]
    public void A_file_of_the_image_is_told(string line, string path)
    {
        Assert.Equal($"'{path}' is in the image's own file system, where user 1000 may not write: let the command write to a folder of Mounts or Tmpfs, or to /tmp.", Hint(Options, line));
        Assert.Empty(Hint(Options with { User = "" }, line));
    }

    [Fact]
    public void A_step_that_started_in_the_image_is_told()
    {
        const string Line = "/.restricted-runner.sh: 1: cannot create out.txt: Permission denied";

        Assert.Equal("The step has no Mounts: its container sees no folder of the host, and in the image's own user 1000 may not write.", Hint(new() { User = "current" }, Line));
        Assert.Equal("The step has no WorkingDirectory, so it started in the image's, where user 1000 may not write: set WorkingDirectory=\"$(MSBuildProjectDirectory)\".", Hint(Options with { WorkDir = "" }, Line));
    }

    [Theory]
    [InlineData("cat: can't open '/etc/shadow': Permission denied")]
    [InlineData("/.restricted-runner.sh: line 1: /root/x: Permission denied")]
    [InlineData("can't create obj/r.txt: nonexistent directory")]
    [InlineData("a.c:1: error: permission is denied")]
    [InlineData("")]
    public void Anything_else_is_not(string line) => Assert.Empty(Hint(Options, line));

    // Of the project, only what is in obj is root's.
    private static string Hint(StepOptions options, string lastLines) => DeniedPath.Hint(options, lastLines, OwnerOf, Caller);

    private static uint? OwnerOf(string path) => path switch
    {
        "/home/me/app/obj" or "/home/me/app/obj/r.txt" => 0,
        "/home/me/app" or "/home/me" or "/home/me/lib" => Caller,
        _ => null,
    };
}
