using System.Diagnostics;
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
        var before = new OutputsBefore(DeclaredOutputs.Of(Here.Paths, _files.Project, ["gen/*.c", "named", "folder/"]));
        File.Delete(_files.At("gen/rewritten.c"));
        _files.Write("gen/rewritten.c", "1");
        _files.Write("gen/made.c", "1");
        _files.Write("folder/sub/made", "1");

        Assert.Equal(["folder/sub", "folder/sub/made", "gen/made.c"], Paths(before.Changed()));
        Assert.Equal(["folder/found", "gen/found.c", "gen/rewritten.c"], Paths(before.WereThere()));
        Assert.Equal(["folder/found", "gen/found.c"], Paths(before.Untouched()));
        Assert.Equal(["folder", "folder/sub", "folder/sub/made", "gen/made.c", "gen/rewritten.c", "named"], Paths(before.Own()));
    }

    [Fact]
    public void A_name_that_is_no_UTF8_is_told_of_what_a_run_made()
    {
        Needs.NamesOfBytes();
        _files.Write("folder/found", "1");
        _files.Write("gen/deep/found.c", "1");
        Touch("folder/was\udce9", "gen/was\udce9.c");
        var before = new OutputsBefore(DeclaredOutputs.Of(Here.Paths, _files.Project, ["gen/**/*.c", "folder/", "named"]));
        Touch("folder/new\udce9", "gen/deep/new\udce9.c", "gen/deep/other\udce9.h", "beside\udce9");

        Assert.Equal([_files.At("folder/new\udce9"), _files.At("gen/deep/new\udce9.c")], before.NewRawNames().Order(StringComparer.Ordinal));
        Assert.Empty(before.Changed());
        Assert.Equal(["folder"], Paths(before.Own()));
    }

    // By the shell, because .NET cannot.
    private void Touch(params string[] names)
    {
        foreach (var name in names)
        {
            using var shell = Process.Start("sh", ["-c", "touch \"$(printf \"$1\")\"", "sh", _files.At(name.Replace("\udce9", "\\351", StringComparison.Ordinal))]);
            shell.WaitForExit();
            Assert.NotNull(FileStatus.Of(_files.At(name)));
        }
    }

    private static IEnumerable<string> Paths(IEnumerable<OutputOnDisk> outputs) => outputs.Select(output => output.Path).Order(StringComparer.Ordinal);
}
