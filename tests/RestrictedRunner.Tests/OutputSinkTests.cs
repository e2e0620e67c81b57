namespace RestrictedRunner.Tests;

public class OutputSinkTests
{
    private readonly List<string> _lines = [];

    private OutputSink Sink(string? mark = null) => new(line => _lines.Add($"{(line.Stream == OutputStream.StandardError ? "2" : "1")} {line.Text}"), mark);

    [Fact]
    public void Lines_of_both_streams_are_passed_on()
    {
        using var sink = Sink();
        sink.StandardError("a");
        sink.StandardOutput("b");
        Assert.Equal(["2 a", "1 b"], _lines);
        Assert.Null(sink.TakeHeld());
    }

    [Fact]
    public void What_looks_like_the_engines_report_is_held_and_taken_as_one()
    {
        using var sink = Sink();
        sink.StandardError("docker: Error response from daemon: x");
        sink.StandardError("more of it");
        sink.StandardError("See 'docker run --help'.");
        Assert.Empty(_lines);
        Assert.Equal("docker: Error response from daemon: x\nmore of it", sink.TakeHeld());
    }

    [Fact]
    public void Standard_output_shows_that_the_command_has_started()
    {
        using var sink = Sink();
        sink.StandardError("Error: mine");
        sink.StandardOutput("x");
        sink.StandardError("Error: mine too");
        Assert.Equal(["2 Error: mine", "1 x", "2 Error: mine too"], _lines);
        Assert.Null(sink.TakeHeld());
    }

    [Fact]
    public void A_remark_of_the_engine_is_passed_on_and_shows_nothing()
    {
        using var sink = Sink();
        sink.StandardError("WARNING: no swap limit support");
        sink.StandardError("docker: x");
        Assert.Equal(["2 WARNING: no swap limit support"], _lines);
        Assert.Equal("docker: x", sink.TakeHeld());
    }

    [Fact]
    public async Task A_command_that_speaks_like_the_engine_is_heard_while_it_runs()
    {
        var heard = new TaskCompletionSource();
        using var sink = new OutputSink(_ => heard.TrySetResult(), null);
        sink.StandardError("docker: x");
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void The_mark_of_a_failed_prepare_command_is_no_output()
    {
        using var sink = Sink("mark 1");
        sink.StandardError("a");
        sink.StandardError("mark 1");
        Assert.True(sink.PrepareFailed);
        Assert.Equal(["2 a"], _lines);
    }
}
