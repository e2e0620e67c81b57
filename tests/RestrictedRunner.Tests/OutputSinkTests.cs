namespace RestrictedRunner.Tests;

public class OutputSinkTests
{
    private readonly List<string> _lines = [];

    private OutputSink Sink() => new(
        new RunObserver
        {
            Output = line => _lines.Add($"{(line.Stream == OutputStream.StandardError ? "2" : "1")} {line.Text}"),
            EngineRemark = line => _lines.Add($"! {line}"),
        });

    [Fact]
    public void Lines_of_both_streams_are_passed_on()
    {
        using var sink = Sink();
        sink.StandardError("a");
        Assert.Equal("a", sink.TakeReport());
        sink.StandardOutput("b");
        Assert.Equal(["2 a", "1 b"], _lines);
        Assert.Null(sink.TakeReport());
    }

    [Fact]
    public void What_looks_like_the_engines_report_is_held_and_taken_as_one()
    {
        using var sink = Sink();
        sink.StandardError("docker: Error response from daemon: x");
        sink.StandardError("more of it");
        sink.StandardError("See 'docker run --help'.");
        Assert.Empty(_lines);
        Assert.Equal("docker: Error response from daemon: x\nmore of it", sink.TakeReport());
    }

    [Fact]
    public void Standard_output_shows_that_the_command_has_started()
    {
        using var sink = Sink();
        sink.StandardError("Error: mine");
        sink.StandardOutput("x");
        sink.StandardError("Error: mine too");
        Assert.Equal(["2 Error: mine", "1 x", "2 Error: mine too"], _lines);
        Assert.Null(sink.TakeReport());
    }

    [Fact]
    public void A_remark_of_the_engine_is_told_apart_and_shows_nothing()
    {
        using var sink = Sink();
        sink.StandardError("WARNING: No swap limit support");
        sink.StandardError("docker: x");
        Assert.Equal(["! WARNING: No swap limit support"], _lines);
        Assert.Equal("docker: x", sink.TakeReport());
    }

    [Fact]
    public async Task A_command_that_speaks_like_the_engine_is_heard_while_it_runs()
    {
        var heard = new TaskCompletionSource();
        using var sink = new OutputSink(new RunObserver { Output = _ => heard.TrySetResult() });
        sink.StandardError("docker: x");
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        // It may still be the engine, whose end is late.
        Assert.Equal("docker: x", sink.TakeReport());
    }

    [Fact]
    public async Task What_a_caller_throws_while_held_lines_are_delivered_comes_with_the_next_line()
    {
        var thrown = new TaskCompletionSource();
        using var sink = new OutputSink(
            new RunObserver
            {
                Output = _ =>
                {
                    thrown.TrySetResult();
                    throw new InvalidOperationException("mine");
                },
            });
        sink.StandardError("docker: x");
        await thrown.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal("mine", Assert.Throws<InvalidOperationException>(() => sink.StandardOutput("y")).Message);
    }

    [Fact]
    public void A_warning_of_the_command_is_no_remark()
    {
        using var sink = Sink();
        sink.StandardError("WARNING: mine");
        Assert.Equal(["2 WARNING: mine"], _lines);
    }

    [Fact]
    public void A_long_report_is_a_commands_output()
    {
        using var sink = Sink();
        for (var i = 0; i <= 100; i++)
        {
            sink.StandardError("Error: x");
        }

        Assert.Equal(101, _lines.Count);
    }

    [Fact]
    public void What_was_held_of_a_command_is_delivered_at_its_end()
    {
        using var sink = Sink();
        sink.StandardError("Error: x");
        Assert.Equal("Error: x", sink.TakeReport());
        sink.DeliverHeld();
        Assert.Equal(["2 Error: x"], _lines);
    }
}
