using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class OutputPathTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("a/b c/é", true)]
    [InlineData("a/..b/...a", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("/a", false)]
    [InlineData("a//b", false)]
    [InlineData("a/", false)]
    [InlineData("..", false)]
    [InlineData("a/../b", false)]
    [InlineData("a/./b", false)]
    [InlineData("a\0b", false)]
    public void An_output_is_below_the_folder(string path, bool isBelow) => Assert.Equal(isBelow, OutputPath.IsBelow(path));

    [Theory]
    [InlineData("a/...")]
    [InlineData("a\\b")]
    [InlineData("a/*")]
    [InlineData("a /b")]
    public void A_name_that_Windows_cannot_have_is_one_elsewhere(string path) => Assert.Equal(!Here.Host.IsWindows, OutputPath.IsBelow(path));

    [Theory]
    [InlineData("a", "b", true)]
    [InlineData("a", "./b//c/", true)]
    [InlineData("a/b", "../c", true)]
    [InlineData("a/b/c", "../../d", true)]
    [InlineData("a/b", "..", true)]
    [InlineData("a", "", false)]
    [InlineData("a", "/etc/passwd", false)]
    [InlineData("a", "..", false)]
    [InlineData("a", "../a", false)]
    [InlineData("a/b", "../../c", false)]
    [InlineData("a/b", "c/../d", false)]
    [InlineData("a/b", "./../c", false)]
    public void A_link_leads_to_a_place_below_the_folder(string path, string target, bool staysBelow) =>
        Assert.Equal(staysBelow, OutputPath.StaysBelow(path, target));

    [Theory]
    [InlineData("a/b")]
    [InlineData("../a")]
    [InlineData("../../a/b")]
    public void A_path_beside_the_folder_has_a_form_without_dots(string path)
    {
        var form = OutputPath.Of(path);

        Assert.True(OutputPath.IsBelow(form));
        Assert.Equal(path, OutputPath.Ordinary(form));
        var folder = Path.GetFullPath("/p/q/r");
        Assert.Equal(Path.GetFullPath(path, folder), OutputPath.Absolute(folder, form));
        Assert.False(OutputPath.StaysBelow(form, "../../b"));
        Assert.Equal(path.Split('/').Count(name => name != "..") > 1, OutputPath.StaysBelow(form, "../b"));
    }

    [Fact]
    public void What_is_in_an_output_is_no_output_of_its_own() =>
        Assert.Equal(["a", "a-b", "a.b", "b/c"], OutputPath.Outermost(["b/c", "a/", "a/b", "a-b", "a/a/a", "a.b", "a", "b/c/d"]));

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/etc")]
    [InlineData("a/../..")]
    public void A_path_that_leads_out_is_refused(string path) =>
        Assert.Throws<ArgumentException>(() => OutputPath.Outermost(["a", path]));
}
