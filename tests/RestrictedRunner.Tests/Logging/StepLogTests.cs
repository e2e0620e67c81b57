using Microsoft.Build.Utilities;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>The last lines of the two streams in the error of a failed step.</summary>
public sealed class StepLogTests : IDisposable
{
    private const string Error = "a.c:3:1: error: broken";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("log-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Each_stream_has_its_own_whatever_the_order_in_which_they_arrive()
    {
        const string Expected = "The last lines of standard output:\n1\n2\nThe last lines of standard error:\nreason";

        Assert.Equal(Expected, Untold("o 1", "o 2", "e reason"));
        Assert.Equal(Expected, Untold("o 1", "e reason", "o 2"));
        Assert.Equal(Expected, Untold("e reason", "o 1", "o 2"));
    }

    [Fact]
    public void A_line_is_cut_at_300_characters() =>
        Assert.Equal($"The last lines of standard error:\n{new string('x', 300)}\n{new string('y', 300)}…", Untold($"e {new string('x', 300)}", $"e {new string('y', 301)}"));

    [Fact]
    public void Lines_that_became_errors_are_not_repeated_nor_what_came_before_them()
    {
        Assert.Equal("", Untold("o gcc -c a.c", $"e {Error}"));
        Assert.Equal("", Untold("e before", $"e {Error}", "o make: Leaving directory '/src'"));
        Assert.Equal("The last lines of standard output:\nafter", Untold("o before", $"o {Error}", "o after"));
    }

    [Fact]
    public void An_error_on_standard_output_takes_nothing_from_standard_error() =>
        Assert.Equal("The last lines of standard error:\nreason", Untold("e reason", "o before", $"o {Error}"));

    [Fact]
    public void The_end_of_an_error_is_the_name_of_the_file()
    {
        Assert.EndsWith($"reason{Environment.NewLine}The whole output is in {Path.Combine(_folder.FullName, "a.log")}.", End("e reason").Told, StringComparison.Ordinal);
        Assert.Equal($" The whole output is in {Path.Combine(_folder.FullName, "a.log")}.", End($"e {Error}").Told);
        Assert.Equal(" It printed nothing.", End().Told);
    }

    [Fact]
    public void The_rules_see_what_became_errors_too_and_standard_error_first() =>
        Assert.Equal([Error, "reason", "1"], End("o 1", $"e {Error}", "e reason").LastLines);

    private string Untold(params string[] lines) => End(lines).Untold;

    private KeptOutput End(params string[] lines)
    {
        using var task = new DockerExec { BuildEngine = new HeardEvents(out _) };
        var log = new TaskLoggingHelper(task);
        using var stepLog = new StepLog(log, new StepParameters(Here.Host, new() { Image = "i", Command = "c" }, LogFilePlace.At(Path.Combine(_folder.FullName, "a.log"))), new(log, Here.Host), collect: false);
        var observer = stepLog.Observer(static _ => { });
        foreach (var line in lines)
        {
            observer.Output(new(line[0] == 'e' ? OutputStream.StandardError : OutputStream.StandardOutput, line[2..]));
        }

        return stepLog.EndFailed();
    }
}
