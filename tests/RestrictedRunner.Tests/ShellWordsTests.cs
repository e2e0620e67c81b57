using CsCheck;

namespace RestrictedRunner.Tests;

public class ShellWordsTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("  \t\n ", new string[0])]
    [InlineData("a b\tc\nd", new[] { "a", "b", "c", "d" })]
    [InlineData("'a b' c", new[] { "a b", "c" })]
    [InlineData("\"a b\" c", new[] { "a b", "c" })]
    [InlineData("a'b'\"c\"d", new[] { "abcd" })]
    [InlineData("''", new[] { "" })]
    [InlineData("\"\" x", new[] { "", "x" })]
    [InlineData("a\\ b", new[] { "a b" })]
    [InlineData("'a\\b'", new[] { "a\\b" })]
    [InlineData("\"a\\b\\\"\\\\\\$\\`\"", new[] { "a\\b\"\\$`" })]
    [InlineData("a\\\nb", new[] { "ab" })]
    [InlineData("\"a\\\nb\"", new[] { "ab" })]
    [InlineData("$HOME *.c #x", new[] { "$HOME", "*.c", "#x" })]
    public void Text_is_split_as_a_POSIX_shell_splits_it(string text, string[] expected)
    {
        Assert.True(ShellWords.TrySplit(text, out var words));
        Assert.Equal(expected, words);
    }

    [Theory]
    [InlineData("'a")]
    [InlineData("\"a")]
    [InlineData("\"a\\\"")]
    [InlineData("a\\")]
    public void An_open_quote_is_refused(string text) => Assert.False(ShellWords.TrySplit(text, out _));

    [Fact]
    public void Joined_words_split_into_the_same_words() =>
        Gen.String.Array[0, 6].Sample(
            words =>
            {
                Assert.True(ShellWords.TrySplit(ShellWords.Join(words), out var back));
                Assert.Equal(words, back);
            },
            iter: 10_000);
}
