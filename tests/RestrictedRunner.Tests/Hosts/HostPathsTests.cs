using System.Text.RegularExpressions;
using CsCheck;

namespace RestrictedRunner.Tests.Hosts;

public partial class HostPathsTests
{
    private static readonly Dictionary<string, HostPaths> Hosts = new() { ["linux"] = HostPaths.Linux, ["macos"] = HostPaths.MacOS, ["windows"] = HostPaths.Windows };

    private static readonly Gen<string> Name = OneOf("a", "B", "b", ".", "..", "c.d", "e.", "f g", "…", ".g", "");
    private static readonly Gen<string> Text =
        Gen.Select(OneOf("", "/", "//x/y/", "C:", "C:/", "d:/", @"\", @"\\server\share\", @"\\server\share", "c:"), Name.Array[0, 6], OneOf('/', '\\'), Gen.Bool)
            .Select((root, names, separator, isFolder) => root + string.Join(separator, names) + (isFolder ? separator : ""));

    private static readonly string Base = Here.Host.IsWindows ? @"C:\p\q" : "/p/q";

    // On each host that the tests run on, its own form is compared with what .NET does there.
    [Fact]
    public void A_full_path_is_that_of_the_system() =>
        Of(Here.Paths).Where(IsOfFiles).Sample(text => Assert.Equal(Path.GetFullPath(text, Base), Here.Paths.Full(text, Base)));

    [Fact]
    public void The_parts_of_a_path_are_those_of_the_system() => Of(Here.Paths).Where(IsOfFiles).Select(text => Path.GetFullPath(text, Base)).Sample(path =>
    {
        Assert.Equal(Path.IsPathFullyQualified(path), Here.Paths.IsFull(path));
        Assert.Equal(Path.TrimEndingDirectorySeparator(path), Here.Paths.Trimmed(path));
        var trimmed = Path.TrimEndingDirectorySeparator(path);
        Assert.Equal(Path.GetDirectoryName(trimmed), Here.Paths.Parent(trimmed));
        Assert.Equal(Path.GetFileName(trimmed), Here.Paths.Parent(trimmed) is null ? "" : Here.Paths.Name(trimmed));
        Assert.Equal(Path.Join(trimmed, "x"), Here.Paths.Join(trimmed, "x"));
    });

    [Fact]
    public void Whether_a_text_is_rooted_is_as_on_the_system() => Of(Here.Paths).Sample(text =>
    {
        Assert.Equal(Path.IsPathRooted(text), Here.Paths.IsRooted(text));
        Assert.Equal(Path.IsPathFullyQualified(text), Here.Paths.IsFull(text));
    });

    [Fact]
    public void A_relative_path_is_that_of_the_system() =>
        Gen.Select(Of(Here.Paths).Where(IsOfFiles), Of(Here.Paths).Where(IsOfFiles)).Select((from, to) => (From: Path.TrimEndingDirectorySeparator(Path.GetFullPath(from, Base)), To: Path.TrimEndingDirectorySeparator(Path.GetFullPath(to, Base))))
            .Where(paths => string.Equals(Path.GetPathRoot(paths.From), Path.GetPathRoot(paths.To), Here.Paths.Comparison))
            .Sample(paths => Assert.Equal(Path.GetRelativePath(paths.From, paths.To).Replace('\\', '/'), Here.Paths.Relative(paths.From, paths.To)));

    [Theory]
    [InlineData("linux")]
    [InlineData("macos")]
    [InlineData("windows")]
    public void A_way_leads_back_to_the_path_that_it_was_made_of(string name)
    {
        var host = Hosts[name];
        var folder = host.HasDrives ? @"C:\p\q" : "/p/q";
        Gen.Select(Of(host), Of(host)).Select((from, to) => (From: host.Trimmed(host.Full(from, folder)), To: host.Trimmed(host.Full(to, folder))))
            .Where(paths => !host.HasDrives || IsOfShareOrDrive(paths.To))
            .Sample(paths =>
        {
            var way = host.Relative(paths.From, paths.To);
            Assert.DoesNotContain('\\', way);
            Assert.Equal(paths.To, host.At(paths.From, way), host.Comparer);
        });
    }

    [Theory]
    [InlineData(@"gen\a.txt", @"C:\src\app\gen\a.txt", "gen/a.txt")]
    [InlineData("gen/a.txt", @"C:\src\app\gen\a.txt", "gen/a.txt")]
    [InlineData(@"..\lib\b.h", @"C:\src\lib\b.h", "../lib/b.h")]
    [InlineData(@"c:\SRC\app\a.txt", @"c:\SRC\app\a.txt", "a.txt")]
    [InlineData(@"\x\a.txt", @"C:\x\a.txt", "../../x/a.txt")]
    [InlineData("C:a.txt", @"C:\src\app\a.txt", "a.txt")]
    [InlineData("c:", @"C:\src\app", ".")]
    [InlineData("D:a.txt", @"D:\a.txt", "../../../D/a.txt")]
    [InlineData(@"D:\data\a.txt", @"D:\data\a.txt", "../../../D/data/a.txt")]
    [InlineData(@"\\server\share\a.txt", @"\\server\share\a.txt", "../../../UNC/server/share/a.txt")]
    [InlineData(@"\\server\share\\a.txt", @"\\server\share\a.txt", "../../../UNC/server/share/a.txt")]
    [InlineData(@"\\?\C:\src\app\long.txt", @"C:\src\app\long.txt", "long.txt")]
    [InlineData(@"\\?\UNC\server\share\a.txt", @"\\server\share\a.txt", "../../../UNC/server/share/a.txt")]
    public void A_path_of_Windows_is_the_same_file_in_every_form(string text, string full, string way)
    {
        Assert.Equal(full, HostPaths.Windows.Full(text, @"C:\src\app"));
        Assert.Equal(way, HostPaths.Windows.Relative(@"C:\src\app", full));
        Assert.Equal(full, HostPaths.Windows.At(@"C:\src\app", way), StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_long_path_is_a_path()
    {
        var name = string.Join('\\', Enumerable.Repeat(new string('n', 50), 10));

        Assert.Equal($@"C:\p\{name}", HostPaths.Windows.Full(name, @"C:\p"));
    }

    [Theory]
    [InlineData(@"C:\Src\App", @"c:\src", true)]
    [InlineData(@"C:\Src", @"c:/src/", true)]
    [InlineData(@"C:\Srcs", @"C:\Src", false)]
    [InlineData(@"D:\Src", @"C:\Src", false)]
    [InlineData(@"\\Server\Share\a", @"\\server\share", true)]
    public void Case_and_separators_do_not_count_on_Windows(string path, string parent, bool isBelow) => Assert.Equal(isBelow, HostPaths.Windows.IsAtOrBelow(path, parent));

    [Fact]
    public void Case_counts_on_Linux_and_not_on_macOS()
    {
        Assert.False(HostPaths.Linux.IsAtOrBelow("/Src/a", "/src"));
        Assert.True(HostPaths.MacOS.IsAtOrBelow("/Src/a", "/src"));
        Assert.True((HostPaths.Linux with { IgnoresCase = true }).IsAtOrBelow("/Src/a", "/src"));
    }

    [Theory]
    [InlineData("a.txt", true)]
    [InlineData("a b", true)]
    [InlineData("console", true)]
    [InlineData("com10", true)]
    [InlineData(".git", true)]
    [InlineData("a:b", false)]
    [InlineData(@"a\b", false)]
    [InlineData("a?", false)]
    [InlineData("a<b>", false)]
    [InlineData("a\tb", false)]
    [InlineData("a.", false)]
    [InlineData("a ", false)]
    [InlineData("con", false)]
    [InlineData("Aux.c", false)]
    [InlineData("nul .txt", false)]
    [InlineData("COM1", false)]
    [InlineData("lpt²", false)]
    public void A_name_may_be_one_that_Windows_cannot_have(string name, bool isName)
    {
        Assert.Equal(isName, HostPaths.Windows.IsName(name));
        Assert.True(HostPaths.Linux.IsName(name));
        Assert.True(HostPaths.MacOS.IsName(name));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\0")]
    public void What_is_no_name_is_none_anywhere(string text) => Assert.All(Hosts.Values, host => Assert.False(host.IsName(text)));

    [Theory]
    [InlineData("/a/./b/../c//", "/a/c")]
    [InlineData("/", "/")]
    [InlineData("/..", "/")]
    [InlineData("/a\\b/c", "/a\\b/c")]
    public void A_container_path_is_one_of_Linux_on_every_host(string path, string normal) => Assert.Equal(normal, ContainerPath.Normal(path));

    [Theory]
    [InlineData(@"C:\out\a", "/C/out/a")]
    [InlineData(@"\\server\share\a", "/UNC/server/share/a")]
    public void A_folder_of_Windows_has_a_place_in_a_container(string folder, string place) => Assert.Equal(place, HostPaths.Windows.InContainer(folder));

    [Fact]
    public void A_folder_of_Unix_has_its_own_place_in_a_container() => Assert.Equal("/out/a", HostPaths.MacOS.InContainer("/out/a"));

    // A server and a share have names, which those of devices (\\.\) are not. Wine leaves a second separator behind a share in
    // a full path; Windows does not, which a case of its own says here.
    private static bool IsOfFiles(string text) => !Here.Host.IsWindows || IsOfShareOrDrive(text);

    private static bool IsOfShareOrDrive(string text) => !TwoSeparators().IsMatch(text) || Share().IsMatch(text);

    [GeneratedRegex(@"\A[\\/]{2}")]
    private static partial Regex TwoSeparators();

    [GeneratedRegex(@"\A[\\/]{2}[^\\/.]+[\\/][^\\/.]+([\\/](?![\\/])|\z)")]
    private static partial Regex Share();

    // On Unix a backslash is a character like others, which a way of Windows' is compared with.
    private static Gen<string> Of(HostPaths host) => host.HasDrives ? Text : Text.Select(text => text.Replace('\\', '/'));

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
