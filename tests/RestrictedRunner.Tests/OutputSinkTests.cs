namespace RestrictedRunner.Tests;

public class OutputSinkTests
{
    private readonly List<string> _lines = [];

    private bool _isCreated = true;

    private OutputSink Sink(bool hasPipes = false) => new(
        new RunObserver
        {
            Output = line => _lines.Add($"{(line.Stream == OutputStream.StandardError ? "2" : "1")} {line.Text}"),
            EngineRemark = line => _lines.Add($"! {line}"),
        },
        () => _isCreated,
        hasPipes);

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
        Assert.Equal("docker: x", sink.TakeReport());
        Assert.Equal(["! WARNING: No swap limit support"], _lines);
    }

    [Fact]
    public void Before_there_is_a_container_all_is_the_clients()
    {
        _isCreated = false;
        using var sink = Sink();
        sink.StandardError("time=\"x\" level=warning msg=\"y\"");
        sink.StandardError("whatever");
        Assert.Equal("whatever", sink.TakeReport());
        Assert.Equal(["! time=\"x\" level=warning msg=\"y\""], _lines);
    }

    [Fact]
    public void It_was_a_remark_where_the_command_has_started_all_the_same()
    {
        _isCreated = false;
        using var sink = Sink();
        sink.StandardError("whatever");
        _isCreated = true;
        sink.StandardError("a");
        sink.StandardOutput("b");
        Assert.Equal(["2 a", "! whatever", "1 b"], _lines);
    }

    [Fact]
    public void What_looks_like_a_remark_and_comes_later_is_the_commands()
    {
        using var sink = Sink();
        sink.StandardError("time=\"x\" level=error msg=\"y\"");
        Assert.Equal(["2 time=\"x\" level=error msg=\"y\""], _lines);
        Assert.Equal("time=\"x\" level=error msg=\"y\"", sink.TakeReport());
    }

    [Fact]
    public void With_pipes_connected_it_is_the_clients_and_what_the_pipes_bring_is_the_commands()
    {
        using var sink = Sink(hasPipes: true);
        sink.StandardError("time=\"1\"");
        Assert.Empty(_lines);
        sink.Connected();
        sink.CommandError("time=\"2\"");
        sink.StandardError("time=\"3\"");
        Assert.Equal(["! time=\"1\"", "2 time=\"2\"", "! time=\"3\""], _lines);
        Assert.Null(sink.TakeReport());
    }

    [Fact]
    public void Of_a_client_that_does_not_end_its_first_lines_are_kept()
    {
        _isCreated = false;
        using var sink = Sink();
        for (var i = 0; i < 150; i++)
        {
            sink.StandardError($"{i}");
        }

        sink.Connected();
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"! {i}"), _lines);
    }

    [Fact]
    public async Task A_command_that_speaks_like_the_engine_is_heard_while_it_runs()
    {
        var heard = new TaskCompletionSource();
        using var sink = new OutputSink(new RunObserver { Output = _ => heard.TrySetResult() }, () => true, hasPipes: false);
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
            },
            () => true,
            hasPipes: false);
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
