using System.Diagnostics;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class CallersFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("test-").FullName;

    public CallersFilesTests() => UnixMode.Set(_folder, (UnixFileMode)0x1ff);

    // Root's own tool, which needs no permission.
    public void Dispose()
    {
        if (Here.Host.IsWindows)
        {
            Directory.Delete(_folder, recursive: true);
        }
        else
        {
            Shell("""chmod -R u+rwX "$1"; rm -rf "$1" """);
        }
    }

    [Theory]
    [InlineData("a-w")]
    [InlineData("a-rwx")]
    [InlineData("a-x")]
    [InlineData("a-r")]
    public void What_belongs_to_the_user_goes_whatever_its_permissions(string mode) => UserWithoutRoot.Run(() =>
    {
        Write("root/tree/a/b/file", "root/tree/a/other");
        Directory.CreateDirectory(Full("root/tree/empty"));
        File.CreateSymbolicLink(Full("root/tree/a/link"), "nowhere");
        Shell($"find \"$1/root/tree\" -depth -type d -exec chmod {mode} {{}} +");

        new CallersFiles(Full("root")).RemoveTree(Full("root/tree"));

        Assert.Empty(Directory.GetFileSystemEntries(Full("root")));
    });

    [Fact]
    public void One_file_goes_out_of_folders_that_may_not_even_be_entered() => UserWithoutRoot.Run(() =>
    {
        Write("root/a/b/file");
        Shell("""chmod 000 "$1/root/a/b" "$1/root/a" """);

        new CallersFiles(Full("root")).Remove(Full("root/a/b/file"));

        Assert.Empty(Directory.GetFileSystemEntries(Full("root/a/b")));
    });

    [Fact]
    public void The_root_and_what_it_is_in_keep_their_permissions() => UserWithoutRoot.Run(() =>
    {
        Write("above/root/file", "above/file");
        Shell("""chmod 555 "$1/above/root" "$1/above" """);
        var own = new CallersFiles(Full("above/root"));

        Assert.Throws<UnauthorizedAccessException>(() => own.Remove(Full("above/root/file")));
        Assert.Throws<UnauthorizedAccessException>(() => own.Remove(Full("above/file")));
        Assert.Throws<UnauthorizedAccessException>(() => own.CreateFolder(Full("above/root/new")));

        Assert.Equal((UnixFileMode)0x16d, File.GetUnixFileMode(Full("above/root")));
        Assert.Equal((UnixFileMode)0x16d, File.GetUnixFileMode(Full("above")));
    });

    [Fact]
    public void What_a_link_leads_to_stays_as_it_is() => UserWithoutRoot.Run(() =>
    {
        Write("elsewhere/file", "root/tree/file");
        Directory.CreateSymbolicLink(Full("root/tree/link"), Full("elsewhere"));
        Shell("""chmod 555 "$1/elsewhere" "$1/root/tree" """);

        new CallersFiles(Full("root")).RemoveTree(Full("root/tree"));

        Assert.False(Directory.Exists(Full("root/tree")));
        Assert.True(File.Exists(Full("elsewhere/file")));
        Assert.Equal((UnixFileMode)0x16d, File.GetUnixFileMode(Full("elsewhere")));
    });

    [Fact]
    public void What_is_in_a_folder_of_somebody_elses_stays_and_the_error_says_whose_it_is()
    {
        Needs.Permissions();
        Assert.SkipUnless(Here.Host.UserId == 0, "only root can give somebody else a folder");
        Write("root/tree/file");

        UserWithoutRoot.Run(() =>
        {
            var error = Assert.Throws<UnauthorizedAccessException>(() => new CallersFiles(Full("root")).RemoveTree(Full("root/tree")));
            Assert.Equal($"Access to the path '{Full("root/tree")}' is denied. It is in a folder that belongs to user 0.", error.Message);
        });

        Assert.True(File.Exists(Full("root/tree/file")));
    }

    [Fact]
    public void Folders_and_files_are_made_where_it_is_not_permitted() => UserWithoutRoot.Run(() =>
    {
        Write("root/a/file", "root/new");
        Shell("""chmod 555 "$1/root/a" """);
        var own = new CallersFiles(Full("root"));

        own.CreateFolder(Full("root/a/b/c"));
        Shell("""chmod 555 "$1/root/a" """);
        own.In(Full("root/a"), () => File.Move(Full("root/new"), Full("root/a/file"), overwrite: true));

        Assert.True(Directory.Exists(Full("root/a/b/c")));
        Assert.False(File.Exists(Full("root/new")));
    });

    [Fact]
    public void Names_that_are_no_UTF8_go_too()
    {
        Needs.NamesOfBytes();
        Shell("""mkdir -p "$1/tree/a" "$1/tree/$(printf 'd\351')/e"; touch "$1/tree/a/$(printf 'caf\351.txt')" "$1/tree/$(printf 'd\351/e/caf\351.txt')" "$1/tree/a/$(printf '\357\277\275')"; ln -s a "$1/tree/$(printf '\351')" """);

        new CallersFiles(_folder).RemoveTree(Full("tree"));

        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void What_is_not_there_is_removed_already_and_a_folder_goes_only_when_it_is_empty()
    {
        Write("tree/file");
        var own = new CallersFiles(_folder);

        own.Remove(Full("none"));
        own.Remove(Full("tree/file/below"));
        own.RemoveTree(Full("none/below"));
        Assert.Throws<IOException>(() => own.Remove(Full("tree")));
        own.Remove(Full("tree/file"));
        own.Remove(Full("tree"));

        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void What_may_only_be_read_goes()
    {
        Write("tree/a/file", "tree/b");
        foreach (var path in new[] { "tree/a/file", "tree/a", "tree/b" })
        {
            File.SetAttributes(Full(path), File.GetAttributes(Full(path)) | FileAttributes.ReadOnly);
        }

        new CallersFiles(_folder).RemoveTree(Full("tree"));

        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    private void Shell(string script)
    {
        using var shell = Process.Start("sh", ["-c", script, "sh", _folder]);
        shell.WaitForExit();
    }

    private string Full(string path) => Path.Combine(_folder, path);

    private void Write(params string[] paths)
    {
        foreach (var path in paths.Select(Full))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "text");
        }
    }
}
