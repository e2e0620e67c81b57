using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class WrittenFilesTests : IDisposable
{
    private readonly TemporaryCache _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void They_are_remembered_with_what_was_in_them()
    {
        _files.Write("gen/a\n*.c", "1");
        _files.Write("gen/changed", "1");
        _files.Write("gen/gone", "1");
        _files.Link("gen/link", "a");
        var file = Path.GetFullPath(_files.At("../state/step.written"));
        var writer = new StepWriter("A step", _files.At("a.proj"), _files.At("../steps.targets")) { Outputs = ["gen/", "b c.txt"], Scope = "Debug|Any CPU|", Evaluated = "Debug|Any CPU|net10.0" };
        var inPlace = new Dictionary<string, string> { ["src/a b"] = "1" };
        (WrittenFiles.Of(OutputOnDisk.Find(_files.Project, "gen"), TestContext.Current.CancellationToken) with { InPlace = inPlace, Writer = writer }).Save(file);
        _files.Write("gen/changed", "2");
        _files.Write("gen/own", "1");
        File.Delete(_files.At("gen/gone"));

        var written = WrittenFiles.Load(file);

        Assert.Equal(["gen/a\n*.c", "gen/changed", "gen/gone", "gen/link"], written.Files);
        Assert.Equal(inPlace, written.InPlace);
        Assert.Equivalent(writer with { DeclaredIn = Path.GetFullPath(writer.DeclaredIn) }, written.Writer, strict: true);
        Assert.Equal(["gen", "gen/a\n*.c", "gen/link"], written.FindIn(_files.Project, TestContext.Current.CancellationToken).Select(output => output.Path));
    }

    [Fact]
    public void They_are_known_by_their_stamps_before_they_are_read()
    {
        _files.Write("gen/a", "1");
        _files.Write("gen/changed", "1");
        _files.Write("gen/replaced", "1");
        _files.Link("gen/link", "a");
        var file = Path.GetFullPath(_files.At("../state/step.written"));
        WrittenFiles.ByStamps(OutputOnDisk.Find(_files.Project, "gen")).Save(file);
        _files.Write("gen/changed", "12");
        File.Delete(_files.At("gen/replaced"));
        _files.Link("gen/replaced", "a");

        Assert.Equal(["gen", "gen/a", "gen/link"], WrittenFiles.Load(file).FindIn(_files.Project, TestContext.Current.CancellationToken).Select(output => output.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gen/a")]
    [InlineData("gen/a 1\ngen/b\n")]
    public void What_cannot_be_read_is_nothing(string content)
    {
        _files.Write("step.written", content);

        Assert.Empty(WrittenFiles.Load(_files.At("step.written")).Contents);
        Assert.Empty(WrittenFiles.Load(_files.At("none.written")).Contents);
    }
}
