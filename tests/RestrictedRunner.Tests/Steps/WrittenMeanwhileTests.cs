using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class WrittenMeanwhileTests : IDisposable
{
    private readonly TemporaryCache _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Files_and_links_are_found_that_changed_since_and_are_nobody_elses()
    {
        _files.Write("old.txt", "");

        // Nobody can set the time at which a file changed.
        var start = DateTimeOffset.UtcNow.AddMilliseconds(50);
        SpinWait.SpinUntil(() => DateTimeOffset.UtcNow >= start);
        foreach (var name in new[] { "new.txt", "gen/deep/new.txt", "obj/a", ".git/index", "gen/out.cs", "x.binlog", "msbuild.log" })
        {
            _files.Write(name, "");
        }

        _files.Link("gen/link", "none");
        File.SetLastWriteTimeUtc(_files.At("new.txt"), DateTime.UnixEpoch);

        Assert.Equal(
            [_files.At("new.txt"), .. Needs.HasLinks ? [_files.At("gen/link")] : Array.Empty<string>(), _files.At("gen/deep/new.txt")],
            WrittenMeanwhile.Below(_files.Project, start, new HashSet<string> { _files.At("obj"), _files.At("gen/out.cs") }.Contains));
    }

    [Fact]
    public void In_a_folder_that_is_not_there_is_nothing() =>
        Assert.Empty(WrittenMeanwhile.Below(_files.At("none"), DateTimeOffset.UnixEpoch, _ => false));
}
