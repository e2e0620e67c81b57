using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class WrittenFilesTests : IDisposable
{
    private readonly TemporaryCache _files = new();

    // One that has a mark of lines or globs in it, where that may be.
    private static string Odd => Here.Host.IsWindows ? "gen/a %[b]" : "gen/a\n*.c";

    private static string[] Link => Needs.HasLinks ? ["gen/link"] : [];

    public void Dispose() => _files.Dispose();

    [Fact]
    public void They_are_known_by_what_was_in_them()
    {
        _files.Write(Odd, "1");
        _files.Write("gen/changed", "1");
        _files.Write("gen/gone", "1");
        _files.Link("gen/link", "a");
        var written = WrittenFiles.Of(OutputOnDisk.Find(_files.Project, "gen"), TestContext.Current.CancellationToken);
        _files.Write("gen/changed", "2");
        _files.Write("gen/own", "1");
        File.Delete(_files.At("gen/gone"));

        Assert.Equal([Odd, "gen/changed", "gen/gone", .. Link], written.Files);
        Assert.Equal(["gen", Odd, .. Link], written.FindIn(_files.Project, TestContext.Current.CancellationToken).Select(output => output.Path));
    }

    [Fact]
    public void They_are_known_by_their_stamps_before_they_are_read()
    {
        _files.Write("gen/a", "1");
        _files.Write("gen/changed", "1");
        _files.Write("gen/replaced", "1");
        _files.Link("gen/link", "a");
        var state = Path.GetFullPath(_files.At("../state/step.state"));
        StateFile.Save(state, new() { Written = WrittenFiles.ByStamps(OutputOnDisk.Find(_files.Project, "gen")) });
        _files.Write("gen/changed", "12");
        File.Delete(_files.At("gen/replaced"));
        _files.Link("gen/replaced", "a");

        Assert.Equal(["gen", "gen/a", .. Link], StateFile.Load(state).Written.FindIn(_files.Project, TestContext.Current.CancellationToken).Select(output => output.Path));
    }
}
