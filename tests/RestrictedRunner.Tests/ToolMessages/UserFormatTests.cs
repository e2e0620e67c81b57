using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class UserFormatTests
{
    [Fact]
    public void Named_groups_are_the_parts_of_the_message() =>
        Assert.Equal(
            ["a.sh(3,5): warning SC2086: quote this"],
            Recording.ReadLines(
                ["In a.sh line 3:5 [W] SC2086 quote this"],
                Format(@"^In (?<file>\S+) line (?<line>\d+):(?<column>\d+) \[(?<severity>\w)\] (?<code>SC\d+) (?<message>.*)$")));

    [Theory]
    [InlineData("!! broken", "(0,0): error: broken")]
    [InlineData("!! src/a.c(1,2): error X1: broken", "(0,0): error: src/a.c(1,2): error X1: broken")]
    public void Severity_is_error_unless_told_and_the_users_formats_come_first(string line, string expected) =>
        Assert.Equal([expected], Recording.ReadLines([line], Format("^!! (?<message>.*)")));

    [Theory]
    [InlineData("a.py:1: note: see b.py")]
    [InlineData("a.py:1: INFO: see b.py")]
    public void A_remark_is_no_message(string line) =>
        Assert.Empty(Recording.ReadLines([line], Format(@"^(?<file>.+?):(?<line>\d+): (?<severity>\w+): (?<message>.*)")));

    [Theory]
    [InlineData("(", "it is no regular expression: ")]
    [InlineData("^(?<file>.*)$", "it has no group (?<message>…)")]
    [InlineData("", "it has no group (?<message>…)")]
    public void A_bad_expression_is_refused_with_a_reason(string pattern, string expected)
    {
        Assert.False(UserFormat.TryParse(pattern, out _, out var reason));
        Assert.StartsWith(expected, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expression_that_takes_too_long_is_told_once_and_not_used_again()
    {
        var slow = new List<string>();
        var lines = new List<string>();
        var reader = new ToolMessageReader(
            [Format("^(a+)+$(?<message>)"), Format("(?<message>b)$")],
            knownFormats: true,
            new MakeFolders(),
            new PossibleErrors(),
            (line, message) => lines.Add($"{line[^1]} {message?.Text}"),
            format => slow.Add(format.Pattern));
        var line = new string('a', 100) + "b";

        reader.Read(line);
        reader.Read(line);

        Assert.Equal(["^(a+)+$(?<message>)"], slow);
        Assert.Equal(["b b", "b b"], lines);
    }

    private static UserFormat Format(string pattern) => UserFormat.TryParse(pattern, out var format, out _) ? format : throw new ArgumentException(pattern);
}
