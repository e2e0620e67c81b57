using System.Diagnostics;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class InputFilesTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("test-").FullName;
    private readonly string _folder;

    public InputFilesTests() => _folder = Directory.CreateDirectory(Path.Combine(_parent, "project")).FullName;

    public void Dispose() => new CallersFiles(Path.GetDirectoryName(_parent)!).RemoveTree(_parent);

    [Fact]
    public void Files_folders_and_patterns_give_files_once_and_sorted()
    {
        Write("b.txt", "src/b.c", "src/a.c", "src/deep/er/c.c", "src/c.h", "other/x.c", "\uff5e.txt", "\U0001f600.txt");

        Assert.Equal(["b.txt", "src/a.c", "src/b.c", "src/c.h", "src/deep/er/c.c"], Paths("src", "b.txt", "src/*.c"));
        Assert.Equal(["src/a.c", "src/b.c", "src/deep/er/c.c"], Paths("src/**/*.c"));
        Assert.Equal(["b.txt", "\uff5e.txt", "\U0001f600.txt"], Paths("*.txt"));
        Assert.Equal(8, Paths("**").Count);
        Assert.Equal(8, Paths(".").Count);
    }

    [Theory]
    [InlineData("with space.c")]
    [InlineData("brackets[1]{2}(3).c")]
    [InlineData(".hidden.c")]
    [InlineData("!bang.c")]
    [InlineData("back\\slash.c")]
    [InlineData("new\nline.c")]
    [InlineData("semi;colon%20.c")]
    [InlineData("\u00e4\u4e2d\U0001f600.c")]
    [InlineData("-dash.c")]
    [InlineData("..dots.c")]
    public void A_name_may_hold_anything(string name)
    {
        Needs.Name(name);
        Write(name, $"{name}.d/{name}");

        Assert.Equal([name], Paths($"./{name}"));
        Assert.Equal([name], Paths("*.c"));
        Assert.Equal([$"{name}.d/{name}"], Paths($"./{name}.d"));
        Assert.Equal([$"{name}.d/{name}"], Paths($"./{name}.d/*"));
    }

    [Fact]
    public void Upper_and_lower_case_differ()
    {
        Write("a.c", "A.C", "src/a.c", "SRC/a.c");

        Assert.Equal(["a.c"], Paths("*.c"));
        Assert.Equal(["SRC/a.c"], Paths("SRC/*"));
        Assert.Equal(["a.h"], Missing(Find("a.h")));
    }

    [Fact]
    public void Files_outside_of_the_folder_are_found_by_either_path()
    {
        Write("../shared/a.h");

        Assert.Equal(["../shared/a.h"], Paths("../shared"));
        Assert.Equal(["../shared/a.h"], Paths(Path.Combine(_parent, "shared"), $"{_parent}/shared/*.h"));
    }

    [Fact]
    public void What_begins_with_an_exclamation_mark_is_left_out()
    {
        Write("src/a.c", "src/a.o", "src/bin/a.c", "src/deep/bin/b.c", "src/!odd.c");

        Assert.Equal(["src/!odd.c", "src/a.c"], Paths("!**/*.o", "src", "!**/bin"));
        Assert.Equal(["src/!odd.c"], Paths("src/*", "!src/a.*"));
        Assert.Equal(["src/deep/bin/b.c"], Paths("src/deep/bin/b.c", "!src/bin/"));
        Assert.Empty(Paths("src/deep/bin/b.c", "!src/deep"));
    }

    [Fact]
    public void What_stands_for_no_file_is_told()
    {
        Write("src/a.c");
        Directory.CreateDirectory(Path.Combine(_folder, "empty/folder"));

        var found = Find("src/a.c", "src/b.c", "empty", "**/*.h", "none/*", "src/*.c", "!src/x");

        Assert.Equal(["src/b.c", "empty", "**/*.h", "none/*"], Missing(found));
        Assert.Equal(["src/a.c"], found.Files.Select(file => file.Path));
    }

    [Fact]
    public void What_is_all_left_out_again_stands_for_no_file()
    {
        Write("src/a.c");

        Assert.Equal(["src/*.c"], Missing(Find("src/*.c", "!src")));
    }

    [Fact]
    public void A_link_to_a_folder_that_is_elsewhere_is_followed()
    {
        Needs.Links();
        Write("src/a.c", "../elsewhere/b.c");
        Directory.CreateSymbolicLink(Full("src/link"), "../../elsewhere");

        Assert.Equal(["src/a.c", "src/link/b.c"], Paths("src"));
        Assert.Equal(["src/link/b.c"], Paths("src/*/b.c"));
        Assert.Equal(["src/link/b.c"], Paths("src/link"));
    }

    [Fact]
    public void What_has_no_content_is_no_file()
    {
        Write("a.c");
        File.CreateSymbolicLink(Full("device"), "/dev/zero");

        Assert.Equal(["a.c"], Paths("."));
        Assert.Empty(Find(".").Missing);
        Assert.Equal(["device", "/dev/null"], Missing(Find("device", "/dev/null")));
    }

    [Theory]
    [InlineData("*.c", "b\\xff.c")]
    [InlineData("./", "b\\xff.c", "deep/er/b\\xff.c", "d\\xff/e.c")]
    [InlineData("**/e.c", "d\\xff/e.c")]
    [InlineData("deep/er/b?.c", "deep/er/b\\xff.c")]
    [InlineData("deep/**/*.c;!**/b*.c")]
    [InlineData("deep/er/b\ufffd.c", "deep/er/b\\xff.c")]
    [InlineData("a.c")]
    public void A_name_that_is_no_UTF8_is_told(string declared, params string[] names)
    {
        Needs.NamesOfBytes();
        Write("a.c", "deep/er/a.c");
        Run("""cd "$1"; touch "$(printf 'b\377.c')" "$(printf 'deep/er/b\377.c')"; mkdir "$(printf 'd\377')"; touch "$(printf 'd\377/e.c')" """);

        var found = Find(declared.Split(';'));

        Assert.Equal(names.Select(RawNames.Of), found.RawNames.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(found.Files, file => file.Path.Contains('\ufffd', StringComparison.Ordinal));
    }

    [Fact]
    public void Names_that_look_the_same_to_NET_are_two_files()
    {
        Needs.NamesOfBytes();
        Run("""touch "$1/$(printf 'b\377.c')" "$1/$(printf 'b\357\277\275.c')" """);

        var found = Find("./");

        Assert.Equal(["b\ufffd.c"], found.Files.Select(file => file.Path));
        Assert.Equal(["b\udcff.c"], found.RawNames);
        Assert.Equal(["b\ufffd.c"], Paths("b\ufffd.c"));
    }

    [Fact]
    public void A_stamp_tells_size_times_and_whether_it_may_be_run()
    {
        Write("script", "text");
        UnixMode.Set(Full("script"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        UnixMode.Set(Full("text"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupExecute);
        File.SetLastWriteTimeUtc(Full("text"), DateTime.UnixEpoch.AddTicks(12_345_678));

        var (script, text) = (Find("script").Files[0].Stamp, Find("text").Files[0].Stamp);

        Assert.Equal((Here.Host.HasExecutableBit, false), (script.IsExecutable, text.IsExecutable));
        Assert.Equal(1_234_567_800, text.Written);
        Assert.InRange(text.Changed, FileStamp.Nanoseconds(DateTime.UtcNow.AddMinutes(-1)), FileStamp.Nanoseconds(DateTime.UtcNow));
        Assert.NotEqual(script.Inode, text.Inode);
        Assert.Equal(new FileInfo(Full("text")).Length, text.Size);
    }

    private static IEnumerable<string> Missing(InputFiles found) => found.Missing.Select(path => path.Text);

    private IReadOnlyList<string> Paths(params string[] declared) => [.. Find(declared).Files.Select(file => file.Path)];

    private InputFiles Find(params string[] declared) => InputFiles.Find(DeclaredInputs.Of(Here.Paths, _folder, declared));

    private void Run(string script)
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
