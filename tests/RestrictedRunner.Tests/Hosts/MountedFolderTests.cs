using RestrictedRunner.Build.Hosts;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests.Hosts;

/// <summary>A folder that a container sees while the files of one step are replaced by those of the next.</summary>
public sealed class MountedFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Tree => _folder["stage/tree"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_as_created_when_what_was_put_there_is_gone()
    {
        var folder = MountedFolder.Create(Tree);
        File.WriteAllText(Path.Combine(Tree, "a"), "");
        Assert.False(folder.IsAsCreated);

        File.Delete(Path.Combine(Tree, "a"));

        Assert.True(folder.IsAsCreated);
    }

    [Fact]
    public void With_another_mode_it_is_another()
    {
        Needs.Permissions();
        var folder = MountedFolder.Create(Tree);

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Tree, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);
        }

        Assert.False(folder.IsAsCreated);
    }

    // Among them are access control lists, whose rights the files of the next step would have.
    [Fact]
    public void With_an_attribute_it_is_another()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Shared containers are Linux's.");
        var folder = MountedFolder.Create(Tree);

        Assert.True(Client.Succeeds("perl", "-e", """$n = "user.restricted-runner"; $v = "x"; exit(syscall(188, $ARGV[0], $n, $v, 1, 0) == 0 ? 0 : 1)""", Tree));

        Assert.False(folder.IsAsCreated);
    }

    [Fact]
    public void One_that_is_gone_is_not_as_created()
    {
        var folder = MountedFolder.Create(Tree);
        Directory.Delete(Tree);

        Assert.False(folder.IsAsCreated);
    }
}
