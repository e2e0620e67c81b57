using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class FailedLineTests
{
    [Theory]
    [InlineData("/.restricted-runner.sh: line 3: foo: not found", 3, "foo: not found")]
    [InlineData("/.restricted-runner.sh: line 12: foo: command not found", 12, "foo: command not found")]
    [InlineData("/.restricted-runner.sh: cd: line 2: can't cd to nope: No such file or directory", 2, "can't cd to nope: No such file or directory")]
    [InlineData("/.restricted-runner.sh: export: line 13: 1: bad variable name", 13, "1: bad variable name")]
    [InlineData("/.restricted-runner.sh: 3: foo: not found", 3, "foo: not found")]
    [InlineData("/.restricted-runner.sh:3: command not found: foo", 3, "command not found: foo")]
    [InlineData("/.restricted-runner.sh[3]: foo: not found", 3, "foo: not found")]
    public void A_complaint_of_the_shell_names_its_line(string line, int number, string text) =>
        Assert.Equal(new ShellComplaint(number, text), ShellComplaint.Read(line));

    [Theory]
    [InlineData("sh: line 3: foo: not found")]
    [InlineData("/.restricted-runner.sh: foo")]
    [InlineData("/.restricted-runner.sh: line 99999999999: foo")]
    [InlineData("/.restricted-runner.sh: cd: line 0: can't cd to nope")]
    [InlineData("/.restricted-runner.sh: it broke: line 3: foo")]
    [InlineData(" /.restricted-runner.sh: line 3: foo")]
    public void Anything_else_is_no_complaint(string line) => Assert.Null(ShellComplaint.Read(line));

    [Theory]
    [InlineData(127, "foo: not found", "later", true)]
    [InlineData(127, "/opt/x: No such file or directory", "", true)]
    [InlineData(126, "./x: Permission denied", "later", true)]
    [InlineData(2, "syntax error: unexpected \")\"", "", true)]
    [InlineData(1, "can't create /x: Read-only file system", " ", true)]
    [InlineData(1, "can't create /x: Read-only file system", "later", false)]
    [InlineData(1, "foo: not found", "", false)]
    [InlineData(127, "syntax error", "", false)]
    [InlineData(3, "x: bad number", "", false)]
    public void A_complaint_counts_if_it_explains_the_exit_code(int exitCode, string text, string next, bool expected)
    {
        var last = new LastComplaint();
        last.Pass("/.restricted-runner.sh: line 1: earlier: not found");
        last.Pass($"/.restricted-runner.sh: line 2: {text}");
        last.Pass(next);

        Assert.Equal(expected ? new ShellComplaint(2, text) : null, last.For(exitCode));
    }

    [Theory]
    [InlineData("foo: not found", "foo")]
    [InlineData("foo: command not found", "foo")]
    [InlineData("command not found: foo", "foo")]
    [InlineData("x86_64-w64-gcc: not found", "x86_64-w64-gcc")]
    [InlineData("/opt/foo: not found", "/opt/foo")]
    [InlineData("./foo: No such file or directory", "./foo")]
    [InlineData("./foo: Permission denied", "./foo")]
    [InlineData("./foo: cannot execute: required file not found", "./foo")]
    [InlineData("cd: foo: not found", null)]
    [InlineData("foo: bad number", null)]
    public void A_program_that_the_shell_could_not_run_has_a_name(string complaint, string? program) =>
        Assert.Equal(program, new FailedLine("Command", 1, complaint).Program);

    [Theory]
    [InlineData("[[: not found", "[[")]
    [InlineData("source: not found", "source")]
    [InlineData("set: Illegal option -o pipefail", "pipefail")]
    [InlineData("foo: not found", null)]
    [InlineData("[[: bad number", null)]
    public void A_word_of_bash_is_no_program(string complaint, string? word) =>
        Assert.Equal(word, new FailedLine("Command", 1, complaint).WordOfBash);

    [Theory]
    [InlineData("", 1, "Command", 1)]
    [InlineData("a", 1, "PrepareCommand", 1)]
    [InlineData("a", 2, "", 0)]
    [InlineData("a", 3, "Command", 1)]
    [InlineData("a\r\nb", 2, "PrepareCommand", 2)]
    [InlineData("a\r\nb", 5, "Command", 2)]
    public void A_line_of_the_script_is_one_of_the_command_or_of_what_comes_before(string prepare, int line, string parameter, int expected)
    {
        var found = FailedLine.For(new(line, "x"), new StepOptions { PrepareCommand = prepare, Command = "c\nd" });

        Assert.Equal(expected == 0 ? null : new FailedLine(parameter, expected, "x"), found);
    }

    [Fact]
    public void The_commands_first_line_is_where_the_script_has_it()
    {
        foreach (var prepare in new[] { "", "a", "a\nb", "a\r\nb\r\n" })
        {
            var options = new StepOptions { Image = "i", PrepareCommand = prepare, Command = "first line" };
            Assert.Equal("first line", CommandPlan.For(options).Script!.Split('\n')[CommandPlan.LinesBeforeCommand(options)]);
        }
    }
}
