namespace RestrictedRunner.EngineTests;

public class StreamingTests
{
    [Theory]
    [EachEngine("echo")]
    [EachEngine("echo >&2")]
    public async Task A_line_arrives_while_the_command_runs(string engine, string echo)
    {
        using var gate = new Gate();
        var watched = new Watched();
        var run = (Step.On(engine, $"{echo} first; {Gate.Wait}; {echo} second") with { Mounts = [gate.Mount] }).RunAsync(watched.Observer);

        await watched.SeesAsync("first", run);
        Assert.False(run.IsCompleted);
        Assert.Equal("first", Assert.Single(watched.Lines).Text);
        gate.Open();

        Assert.Equal(0, (await run).ExitCode);
        Assert.Equal(["first", "second"], watched.Lines.Select(line => line.Text));
    }

    [Theory]
    [EachEngine]
    public async Task Lines_of_each_stream_come_in_order_and_say_where_they_are_from(string engine)
    {
        var watched = new Watched();
        var result = await Step.On(engine, "echo a; echo b >&2; echo c; echo d >&2; printf 'no end'").RunAsync(watched.Observer);

        Assert.Equal(["a", "c", "no end"], watched.Lines.Where(line => line.Stream == OutputStream.StandardOutput).Select(line => line.Text));
        Assert.Equal(["b", "d"], watched.Lines.Where(line => line.Stream == OutputStream.StandardError).Select(line => line.Text));
        Assert.Equal(("a\nc\nno end", "b\nd\n"), (result.StandardOutput, result.StandardError));
    }

    [Theory]
    [EachEngine]
    public async Task Lines_end_in_each_way_that_programs_end_them(string engine)
    {
        var watched = new Watched();
        var result = await Step.On(engine, @"printf 'unix\nwindows\r\nprogress\rprogress\n\n\nlast'").RunAsync(watched.Observer);

        Assert.Equal(["unix", "windows", "progress", "progress", "", "", "last"], watched.Lines.Select(line => line.Text));
        Assert.Equal("unix\nwindows\r\nprogress\rprogress\n\n\nlast", result.StandardOutput);
    }

    [Theory]
    [EachEngine]
    public async Task Bytes_that_are_no_text_are_replaced_and_stop_nothing(string engine)
    {
        var watched = new Watched();
        await Step.On(engine, @"printf 'a\377b\0c\303\n\303\251\n'").RunAsync(watched.Observer);

        Assert.Equal(["a\ufffdb\0c\ufffd", "é"], watched.Lines.Select(line => line.Text));
    }

    [Theory]
    [EachEngine]
    public async Task A_line_of_ten_megabytes_is_one_line(string engine)
    {
        var watched = new Watched();
        await Step.On(engine, "head -c 10000000 /dev/zero | tr '\\0' x; echo; echo after").RunAsync(watched.Observer);

        Assert.Equal([new string('x', 10_000_000), "after"], watched.Lines.Select(line => line.Text));
    }

    [Theory]
    [EachEngine]
    public async Task Two_hundred_thousand_lines_arrive_in_order(string engine)
    {
        var watched = new Watched();
        await Step.On(engine, "seq 200000").RunAsync(watched.Observer);

        Assert.Equal(Enumerable.Range(1, 200_000).Select(number => $"{number}"), watched.Lines.Select(line => line.Text));
    }

    [Theory]
    [EachEngine]
    public async Task Lines_of_both_streams_come_one_at_a_time(string engine)
    {
        var inside = 0;
        var together = 0;
        var lines = 0;
        var observer = new RunObserver
        {
            Output = _ =>
            {
                together = Math.Max(together, Interlocked.Increment(ref inside));
                lines++;
                Interlocked.Decrement(ref inside);
            },
        };
        await Step.On(engine, "seq 20000 & seq 20000 >&2; wait").RunAsync(observer);

        Assert.Equal((40_000, 1), (lines, together));
    }
}
