using CsCheck;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class MessageFilesTests
{
    private static readonly Mount[] Mounts =
    [
        new("/home/me/app", "/src"),
        new("/home/me/app/obj", "/src/out/"),
        new("/home/me/a:b", "/colon"),
        new("/home/me/one.c", "/single/two.c"),
        new(@"C:\work\app", "/win"),
        new(@"\\server\share", "/net"),
    ];

    [Theory]
    [InlineData("/src/a.c", "/home/me/app/a.c")]
    [InlineData("/src", "/home/me/app")]
    [InlineData("/src/", "/home/me/app")]
    [InlineData("/src/out/a.c", "/home/me/app/obj/a.c")]
    [InlineData("/src/outer/a.c", "/home/me/app/outer/a.c")]
    [InlineData("/srcs/a.c", "/srcs/a.c")]
    [InlineData("/src/../src//./sub/../a.c", "/home/me/app/a.c")]
    [InlineData("/../../src/a.c", "/home/me/app/a.c")]
    [InlineData("/src/../etc/passwd", "/src/../etc/passwd")]
    [InlineData("/SRC/a.c", "/SRC/a.c")]
    [InlineData("/colon/a:c", "/home/me/a:b/a:c")]
    [InlineData("/single/two.c", "/home/me/one.c")]
    [InlineData("/single/other.c", "/single/other.c")]
    [InlineData("file:///src/a%20b.js", "/home/me/app/a b.js")]
    [InlineData("/usr/include/stdio.h", "/usr/include/stdio.h")]
    [InlineData("/src/in\0valid", "/src/in\0valid")]
    [InlineData("<built-in>", "<built-in>")]
    public void The_mount_with_the_longest_path_decides(string inContainer, string onHost) =>
        Assert.Equal(onHost, Files(Mounts, "", _ => false).OnHost(inContainer, EnteredFolders.None));

    [Theory]
    [InlineData("/win/sub/a.c", @"C:\work\app\sub\a.c")]
    [InlineData("/net/a.c", @"\\server\share\a.c")]
    public void A_file_of_Windows_has_a_path_of_Windows(string inContainer, string onHost) =>
        Assert.Equal(onHost, new MessageFiles(new(HostPaths.Windows, Mounts, []), "", _ => false).OnHost(inContainer, EnteredFolders.None));

    [Theory]
    [InlineData("/src", "a.c", "/home/me/app/a.c")]
    [InlineData("/src", "./sub/a.c", "/home/me/app/sub/a.c")]
    [InlineData("/src/sub", "../a.c", "/home/me/app/a.c")]
    [InlineData("/src/out", "a.c", "/home/me/app/obj/a.c")]
    [InlineData("/", "src/a.c", "/home/me/app/a.c")]
    [InlineData("/tmp", "a.c", "a.c")]
    public void A_relative_name_starts_at_the_working_directory(string workDir, string name, string onHost) =>
        Assert.Equal(onHost, Files(Mounts, workDir, _ => true).OnHost(name, EnteredFolders.None));

    [Fact]
    public void A_relative_name_may_be_no_file_and_counts_only_if_there_is_such_a_file()
    {
        string[] names = ["cc1", "grammar.y", "<stdin>", "(standard input)", "https://example.com/a.js", "webpack://app/./src/a.ts", @"C:\src\a.c", "libfoo/a.c", "file://", ""];

        foreach (var workDir in new[] { "/src", "" })
        {
            var paths = Files(Mounts, workDir, host => host == "/home/me/app/grammar.y");
            Assert.Equal(names.Select(name => name == "grammar.y" ? "/home/me/app/grammar.y" : name), names.Select(name => paths.OnHost(name, EnteredFolders.None)));
        }
    }

    [Theory]
    [InlineData("/src", "a.c", "/home/me/app/deep/a.c")]
    [InlineData("/src", "./a.c", "/home/me/app/deep/a.c")]
    [InlineData("/src", "outer.c", "/home/me/app/lib/outer.c")]
    [InlineData("/src", "../lib/outer.c", "/home/me/app/lib/outer.c")]
    [InlineData("/src", "root.c", "/home/me/app/root.c")]
    [InlineData("/src", "left.c", "/home/me/app/left/left.c")]
    [InlineData("/src", "none.c", "none.c")]
    [InlineData("/src", "/src/none.c", "/home/me/app/none.c")]
    [InlineData("", "a.c", "/home/me/app/deep/a.c")]
    [InlineData("", "root.c", "root.c")]
    [InlineData("", "left.c", "/home/me/app/left/left.c")]
    public void A_relative_name_starts_at_the_newest_folder_of_make_that_has_it(string workDir, string name, string onHost)
    {
        var entered = new EnteredFolders(["/src/deep", "/src/lib"], ["/src/left", "/elsewhere"]);
        string[] files =
        [
            "/home/me/app/deep/a.c", "/home/me/app/lib/a.c", "/home/me/app/a.c", "/home/me/app/left/a.c", "/home/me/app/lib/outer.c", "/home/me/app/root.c",
            "/home/me/app/left/root.c", "/home/me/app/left/left.c",
        ];

        Assert.Equal(onHost, Files(Mounts, workDir, files.Contains).OnHost(name, entered));
    }

    [Theory]
    [InlineData("only.c", "/home/me/app/only.c")]
    [InlineData("src/only.c", "/home/me/app/only.c")]
    [InlineData("both.c", "both.c")]
    [InlineData("none.c", "none.c")]
    public void Where_the_working_directory_is_not_known_a_relative_name_is_the_only_file_that_it_can_be(string name, string onHost)
    {
        string[] files = ["/home/me/app/only.c", "/home/me/app/both.c", "/home/me/app/obj/both.c"];

        Assert.Equal(onHost, Files(Mounts, "", files.Contains).OnHost(name, EnteredFolders.None));
    }

    [Fact]
    public void A_path_under_a_mount_is_the_mounts_host_path_and_the_rest()
    {
        var segment = Gen.String[Gen.Char.AlphaNumeric, 1, 5];
        Gen.Select(segment.List[1, 4], segment.List[1, 4]).Sample((folder, rest) =>
        {
            var mount = new Mount("/host", "/" + string.Join('/', folder));
            var paths = Files([mount, new("/other", "/not-there")], mount.ContainerPath, _ => true);
            var name = string.Join('/', rest);
            Assert.Equal($"/host/{name}", paths.OnHost($"{mount.ContainerPath}/{name}", EnteredFolders.None));
            Assert.Equal($"/host/{name}", paths.OnHost(name, EnteredFolders.None));
        });
    }

    [Fact]
    public void Any_text_is_mapped_under_a_mount_or_left_as_it_is() =>
        Gen.Select(Gen.String, Gen.OneOf(Gen.Const(""), Gen.Const("/"), Gen.Const("/src"))).Sample((name, workDir) =>
        {
            var onHost = Files([new("/host", "/src")], workDir, _ => true).OnHost(name, EnteredFolders.None);
            Assert.True(onHost == name || onHost == "/host" || onHost.StartsWith("/host/", StringComparison.Ordinal));
        });

    private static MessageFiles Files(IEnumerable<Mount> mounts, string workDir, Func<string, bool> exists) => new(new(HostPaths.Linux, mounts, []), workDir, exists);
}
