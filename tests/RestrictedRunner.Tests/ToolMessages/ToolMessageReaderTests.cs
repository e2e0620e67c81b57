using CsCheck;
using Microsoft.Build.Framework;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class ToolMessageReaderTests
{
    [Theory]
    [InlineData("0 errors, 0 warnings")]
    [InlineData("0 Error(s), 1 Warning(s): done")]
    [InlineData("error.c compiled")]
    [InlineData("-- Looking for strerror - found")]
    [InlineData("npm warn deprecated inflight@1.0.6: This module is not supported")]
    [InlineData("npm error code 1")]
    [InlineData("localhost:8080: error: connection refused")]
    [InlineData("example.com:443: error: handshake failed")]
    [InlineData("10.20.30.40:53: error: no answer")]
    [InlineData("http://example.com/a:80: error: gone")]
    [InlineData("2026-01-01 10:42: error: late")]
    [InlineData("main.go:12: error: logged by log.Lshortfile")]
    [InlineData("    main_test.go:12: error: logged by a test")]
    [InlineData("src/a.c:3:5: note: declared here")]
    [InlineData("In file included from src/a.h:3:")]
    [InlineData("gcc -Werror -o error.o -c error.c")]
    [InlineData("/src/a.py:3: DeprecationWarning: old")]
    [InlineData("  12:30  error  a table of times")]
    public void A_harmless_line_is_no_message(string line) => Assert.Empty(Recording.ReadLines([line]));

    [Theory]
    [InlineData("src/a.c(3,5): error X1: it broke")]
    [InlineData("src/a.c(3,5,4,6) : fatal error X1 : it broke")]
    [InlineData("src/a.c:3:5: error: it broke")]
    [InlineData("gcc: warning: no input files")]
    [InlineData("error: no place")]
    [InlineData("warning : no place")]
    [InlineData("C:\\a.cs(3): error CS1: it broke")]
    [InlineData("1>a.cs(3-4): Command line warning CS1: careful")]
    [InlineData("ERROR: Could not find a version")]
    [InlineData("file:///src/a.js:1:2: error: x")]
    [InlineData("Checking for error: no")]
    public void What_Exec_recognises_is_recognised_in_the_same_way(string line)
    {
        var exec = new Microsoft.Build.Utilities.TaskLoggingHelper(new HeardEvents(out var heard), "EXEC");
        exec.LogMessageFromText(line, MessageImportance.Low);

        Assert.Single(heard);

        // Exec's name for "no file" is its own; its code for gcc's form is random.
        Assert.Equal(heard.Select(text => text.Replace("EXEC", "", StringComparison.Ordinal)), Read(line).Select(Described));
    }

    [Fact]
    public void What_a_failed_test_of_Go_said_ends_with_a_line_that_is_not_indented() =>
        Assert.Equal(
            ["? a_test.go(3,0): error: said"],
            Recording.ReadLines(["--- FAIL: TestA (0.00s)", "    a_test.go:3: said", "FAIL", "    a_test.go:4: of another"]));

    [Fact]
    public void A_line_of_thousands_of_characters_names_no_file() =>
        Assert.Empty(Recording.ReadLines([$"/{new string('x', 5000)}", "  1:2  error  text  rule"]));

    [Fact]
    public void A_line_is_held_only_until_the_next()
    {
        var lines = new List<string>();
        var reader = Reader((line, message) => lines.Add($"{line} {message?.Line}"));

        reader.Read("error: mismatched types");
        Assert.Empty(lines);
        reader.Read("  --> src/main.rs:4:18");
        Assert.Equal(["error: mismatched types 4", "  --> src/main.rs:4:18 "], lines);
    }

    [Fact]
    public void An_error_that_Exec_does_not_know_is_text_until_the_step_has_failed()
    {
        string[] lines = ["error[E0308]: it broke", "  --> src/main.rs:4:18", "a.c:3: error: it broke"];

        Assert.Empty(Read(lines));
        Assert.Equal(["? src/main.rs(4,18): error E0308: it broke", "? a.c(3,0): error: it broke"], Recording.ReadLines(lines));
    }

    [Fact]
    public void A_warning_that_Exec_does_not_know_is_one_at_once() =>
        Assert.Equal(["a.c(3,0): warning -Wx: careful [-Wx]"], Recording.ReadLines(["a.c:3: warning: careful [-Wx]"]));

    [Fact]
    public void An_error_of_a_users_format_is_one_at_once()
    {
        Assert.True(UserFormat.TryParse("^bad: (?<message>.+)", out var format, out _));

        Assert.Equal(["(0,0): error: it broke"], Recording.ReadLines(["bad: it broke"], format));
    }

    [Fact]
    public void A_held_line_comes_at_the_end_of_the_stream()
    {
        var lines = new List<string>();
        var reader = Reader((line, message) => lines.Add($"{line} {message?.Severity}"));

        reader.Read("warning: unused");
        reader.Finish();
        reader.Finish();

        Assert.Equal(["warning: unused Warning"], lines);
    }

    [Fact]
    public void Of_errors_that_count_only_after_a_failure_the_last_thousand_are_kept()
    {
        var found = Recording.ReadLines(Enumerable.Range(1, 1050).Select(i => $"./main.go:{i}:1: undefined: x"));

        Assert.Equal(Enumerable.Range(51, 1000).Select(i => $"? ./main.go({i},1): error: undefined: x"), found);
    }

    [Fact]
    public void A_long_line_is_delivered_and_read_as_MSBuild_reads_it()
    {
        var line = $"a.c(1,2): error X1: {new string('x', 10_000_000)}";

        Assert.Equal(new string('x', 10_000_000), Assert.Single(Read(line)).Text);
    }

    [Fact]
    public void Every_line_comes_out_once_and_in_order()
    {
        // Pieces of every format, so that lines that are nearly messages are common.
        string[] pieces =
        [
            "error", "warning", "fatal ", ":", ": ", "[E0308]", " --> ", "a.c", "/src/a.js", "main.go", "3", ":5", "  ", "    ",
            "Traceback (most recent call last):", "  File \"a.py\", line 2, in f", "ValueError", "--- FAIL: ", " - ", "TS1", "[-Wx]", "(",
            ")", "undefined reference to ", "\"", "\\", "\0", "\uD800", "é",
        ];
        var line = Gen.OneOf(Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]).Array[0, 8].Select(string.Concat), Gen.String);
        line.List[0, 30].Sample(lines =>
        {
            var delivered = new List<string>();
            var reader = Reader((text, _) => delivered.Add(text));
            lines.ForEach(reader.Read);
            Assert.InRange(delivered.Count, lines.Count - 1, lines.Count);
            reader.Finish();
            Assert.Equal(lines, delivered);
        });
    }

    private static List<ToolMessage> Read(params string[] lines)
    {
        var found = new List<ToolMessage>();
        var reader = Reader((_, message) => found.AddRange(message is null ? [] : [message]));
        Array.ForEach(lines, reader.Read);
        reader.Finish();
        return found;
    }

    private static ToolMessageReader Reader(Action<string, ToolMessage?> onLine) => new([], knownFormats: true, new MakeFolders(), new PossibleErrors(), onLine, _ => { });

    private static string Described(ToolMessage m) => HeardEvents.Described(m.Severity.ToString(), m.Subcategory, m.Code, m.File, m.Line, m.Column, m.EndLine, m.EndColumn, m.Text);
}
