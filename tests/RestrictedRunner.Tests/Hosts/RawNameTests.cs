using System.Diagnostics;
using System.Text;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class RawNameTests
{
    [Theory]
    [InlineData("636166e92e747874", "caf\\xe9.txt")]
    [InlineData("63616665", "cafe")]
    [InlineData("c3a9e4b8adf09f9880", "\u00e9\u4e2d\U0001f600")]
    [InlineData("efbfbd", "\ufffd")]
    [InlineData("e282", "\\xe2\\x82")]
    [InlineData("f09f98", "\\xf0\\x9f\\x98")]
    [InlineData("eda080", "\\xed\\xa0\\x80")]
    [InlineData("ff41f09f9880e9", "\\xffA\U0001f600\\xe9")]
    public void Every_byte_of_a_name_is_kept(string bytes, string shown)
    {
        var name = Convert.FromHexString(bytes);
        var text = RawNames.Of(shown);

        Assert.Equal(text, RawName.Decode(name));
        Assert.Equal([.. name, 0], RawName.Encode(text));
        Assert.Equal(shown, RawName.Shown(text));
        Assert.Equal(Encoding.UTF8.GetString(name), RawName.InNet(text));
        Assert.Equal(shown.Contains('\\', StringComparison.Ordinal), RawName.IsRaw(text));
    }

    [Fact]
    public void A_folder_tells_its_names_as_they_are()
    {
        Needs.NamesOfBytes();
        var folder = Directory.CreateTempSubdirectory("test-").FullName;
        using var shell = Process.Start("sh", ["-c", """cd "$1"; touch a "$(printf 'b\351')" "$(printf 'b\357\277\275')"; mkdir d "$(printf 'd\351')"; ln -s d l; ln -s d "$(printf 'l\351')"; touch "$(printf 'd\351/f\351')" "$(printf 'd/f\351')" """, "sh", folder]);
        shell.WaitForExit();

        var content = FolderContent.Of(folder).OrderBy(entry => entry.Name, StringComparer.Ordinal);
        var below = FolderContent.Of($"{folder}/d\udce9");
        var names = OutputOnDisk.RawNames(Path.GetTempPath(), Path.GetFileName(folder)).Order(StringComparer.Ordinal).ToList();
        new CallersFiles(Path.GetDirectoryName(folder)!).RemoveTree(folder);

        FolderEntry[] expected =
        [
            new("a", false, false), new("b\udce9", false, false), new("b\ufffd", false, false),
            new("d", true, false), new("d\udce9", true, false), new("l", true, true), new("l\udce9", true, true),
        ];
        Assert.Equal(expected, content);
        Assert.Equal([new FolderEntry("f\udce9", false, false)], below);
        Assert.Equal([$"{folder}/b\udce9", $"{folder}/d/f\udce9", $"{folder}/d\udce9", $"{folder}/l\udce9"], names);
        Assert.Empty(FolderContent.Of(folder));
    }
}
