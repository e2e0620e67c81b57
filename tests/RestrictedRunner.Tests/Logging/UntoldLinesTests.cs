using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>The lines that the error of a failed step repeats.</summary>
public class UntoldLinesTests
{
    [Theory]
    [InlineData("gcc-12.2-errors")]
    [InlineData("gcc-12.2-errors-coloured")]
    [InlineData("gcc-12.2-linker")]
    [InlineData("gcc-12.2-linker-debug")]
    [InlineData("gcc-12.2-no-column")]
    [InlineData("gcc-12.2-werror")]
    [InlineData("clang-14.0-errors")]
    [InlineData("clang-14.0-errors-coloured")]
    [InlineData("make-4.3-subfolder")]
    [InlineData("make-4.3-other-folder")]
    [InlineData("python-3.11-library")]
    [InlineData("rustc-1.95-errors")]
    [InlineData("cargo-1.95-errors")]
    [InlineData("tsc-5.9-errors")]
    [InlineData("javac-17-errors")]
    public void Nothing_is_told_again_of_what_tools_say_around_their_errors(string name) => Assert.Equal("", Untold(Recording.Lines(name)));

    [Fact]
    public void What_comes_after_an_error_that_was_handled_is_told() =>
        Assert.Equal("cp: no such thing\nmake: *** [Makefile:3: copy] Error 1", Untold(["probe", "a.c:3:1: error: handled", "    3 | x", "cp: no such thing", "make: *** [Makefile:3: copy] Error 1"]));

    [Fact]
    public void Without_an_error_all_is_told_as_it_is() =>
        Assert.Equal("  indented\nmake: *** [Makefile:3: copy] Error 1", Untold(["  indented", "", "make: *** [Makefile:3: copy] Error 1"]));

    [Fact]
    public void A_warning_is_told_once_and_what_came_before_it_stays() =>
        Assert.Equal("one\ntwo", Untold(["one", "a.c:3:1: warning: odd", "    3 | x", "two"]));

    [Fact]
    public void That_there_is_no_rule_is_more_than_that_one_failed() =>
        Assert.Equal("make: *** No rule to make target 'x'.  Stop.", Untold(["a.c:3:1: error: handled", "make: *** No rule to make target 'x'.  Stop."]));

    [Fact]
    public void A_last_line_that_is_held_for_its_place_is_told_once() => Assert.Equal("", Untold(["note", "error[E0308]: mismatched types"]));

    private static string Untold(IEnumerable<string> lines)
    {
        using var task = new DockerExec { BuildEngine = new HeardEvents(out _) };
        var log = new TaskLoggingHelper(task);
        var tools = new ToolOutput(log, new StepParameters(Here.Host, new() { Image = "i", Command = "c" }, LogFilePlace.At("/log")), new(log, Here.Host));
        var untold = new UntoldLines();
        foreach (var line in lines)
        {
            tools.Read(new OutputLine(OutputStream.StandardError, line));
            untold.Add(line, tools.ErrorsOf(OutputStream.StandardError), tools.WarningsOf(OutputStream.StandardError));
        }

        tools.Finish();
        return string.Join('\n', untold.End(tools.ErrorsOf(OutputStream.StandardError)));
    }
}
