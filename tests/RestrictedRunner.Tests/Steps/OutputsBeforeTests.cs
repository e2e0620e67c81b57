using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class OutputsBeforeTests : IDisposable
{
    private readonly TemporaryCache _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void What_a_run_changed_is_told_from_what_it_found()
    {
        _files.Write("gen/found.c", "1");
        _files.Write("gen/rewritten.c", "1");
        _files.Write("named", "1");
        _files.Write("folder/found", "1");
        var before = new OutputsBefore(new(["gen/*.c", "named", "folder/"]), _files.Project);
        File.Delete(_files.At("gen/rewritten.c"));
        _files.Write("gen/rewritten.c", "1");
        _files.Write("gen/made.c", "1");
        _files.Write("folder/sub/made", "1");

        Assert.Equal(["folder/sub", "folder/sub/made", "gen/made.c"], Paths(before.Changed()));
        Assert.Equal(["folder/found", "gen/found.c", "gen/rewritten.c"], Paths(before.WereThere()));
        Assert.Equal(["folder/found", "gen/found.c"], Paths(before.Untouched()));
        Assert.Equal(["folder", "folder/sub", "folder/sub/made", "gen/made.c", "gen/rewritten.c", "named"], Paths(before.Own()));
    }

    private static IEnumerable<string> Paths(IEnumerable<OutputOnDisk> outputs) => outputs.Select(output => output.Path).Order(StringComparer.Ordinal);
}
