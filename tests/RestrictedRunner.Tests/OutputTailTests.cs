namespace RestrictedRunner.Tests;

public class OutputTailTests
{
    [Fact]
    public void The_last_lines_are_kept_and_blank_ones_left_out()
    {
        var tail = new OutputTail(2);
        foreach (var line in new[] { "a", "", "b", " \t", "c" })
        {
            tail.Add(line);
        }

        Assert.Equal("b\nc", tail.ToString());
        Assert.Equal(["b", "c"], tail.Lines);
        Assert.Equal("c", tail.Last);
    }

    [Fact]
    public void A_huge_line_is_shortened()
    {
        var tail = new OutputTail(1);
        tail.Add(new string('x', 1_000_000));
        Assert.Equal(2001, tail.ToString().Length);
    }

    [Fact]
    public void A_long_line_is_cut_at_a_whole_character()
    {
        var tail = new OutputTail(3, longestLine: 4);
        foreach (var line in new[] { "abcd", "abcde", "abc😀" })
        {
            tail.Add(line);
        }

        Assert.Equal(["abcd", "abcd…", "abc…"], tail.Lines);
    }
}
