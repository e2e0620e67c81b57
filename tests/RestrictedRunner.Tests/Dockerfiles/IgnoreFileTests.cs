namespace RestrictedRunner.Tests;

/// <summary>What docker's own client leaves out is compared in <c>DockerignoreTests</c> of the engine tests.</summary>
public class IgnoreFileTests
{
    [Theory]
    [InlineData("*.log", "a.log", true)]
    [InlineData("*.log", "sub/a.log", false)]
    [InlineData("**/*.log", "sub/deep/a.log", true)]
    [InlineData("**/*.log", "a.log", true)]
    [InlineData("sub", "sub/a/b", true)]
    [InlineData("/sub/./x/..", "sub/a", true)]
    [InlineData("sub/**", "sub", false)]
    [InlineData("sub/**", "sub/a", true)]
    [InlineData("s?b", "sub", true)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[^a-c]x", "bx", false)]
    [InlineData("# sub", "# sub", false)]
    [InlineData("  sub  ", "sub", true)]
    [InlineData("*\n!sub", "sub", false)]
    [InlineData("*\n!sub\nsub/a", "sub/a", true)]
    [InlineData("*\n!sub\nsub/a", "sub/b", false)]
    [InlineData("!sub\n*", "sub", true)]
    [InlineData("a.c", "abc", false)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "x", false)]
    [InlineData("**", "sub/x", true)]
    [InlineData("**/x", "sub/x", true)]
    [InlineData("**/x", "sub/yx", false)]
    [InlineData("**x", "sub/yx", true)]
    [InlineData(".", "a", false)]
    [InlineData("..", "a", false)]
    public void A_line_takes_what_it_matches_and_all_below_that(string text, string path, bool isIgnored)
    {
        var ignore = new IgnoreFile("", IgnoreFile.Parse(text, hasBackslashPaths: false));
        IgnoreMatch? match = null;
        var names = path.Split('/');
        for (var i = 1; i <= names.Length; i++)
        {
            match = ignore.Match(string.Join('/', names[..i]), match);
        }

        Assert.Equal(isIgnored, match!.IsIgnored);
    }

    [Theory]
    [InlineData("a\n[", 2)]
    [InlineData("[a-", 1)]
    [InlineData("[]a]", 1)]
    [InlineData("\n\n!", 3)]
    [InlineData("a\\", 1)]
    [InlineData("[a-]", 1)]
    public void What_is_no_pattern_has_its_line(string text, int line) =>
        Assert.Equal(line, Assert.Throws<IgnorePatternException>(() => IgnoreFile.Parse(text, hasBackslashPaths: false)).Line);

    [Theory]
    [InlineData("!sub/keep", "sub", true)]
    [InlineData("!sub/keep", "other", false)]
    [InlineData("!**/keep", "sub", true)]
    [InlineData("!sub", "sub", false)]
    [InlineData("sub/keep", "sub", false)]
    [InlineData("!a*/keep", "sub", true)]
    public void A_folder_that_is_left_out_is_looked_into_where_something_may_be_kept(string text, string folder, bool mayHave) =>
        Assert.Equal(mayHave, new IgnoreFile("", IgnoreFile.Parse(text, hasBackslashPaths: false)).MayHaveExceptions(folder));

    [Fact]
    public void On_Windows_a_backslash_separates_folders() =>
        Assert.True(new IgnoreFile("", IgnoreFile.Parse("\uFEFFsub\\a\r\n", hasBackslashPaths: true)).Match("sub/a", null).IsIgnored);
}
