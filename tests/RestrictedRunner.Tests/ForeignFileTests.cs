using System.Globalization;

namespace RestrictedRunner.Tests;

/// <summary>Somebody else is a caller with a number that no file of the tests has.</summary>
public sealed class ForeignFileTests : IDisposable
{
    private const uint SomebodyElse = 54321;

    private readonly string _folder = Directory.CreateTempSubdirectory("test-").FullName;
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_that_was_written_since_is_found_with_its_owner()
    {
        var file = Write("a/b/file");

        // The folders were made since, too.
        Assert.Equal(new ForeignFile(Path.Combine(_folder, "a"), Here.Host.UserId), Find(Step(), SomebodyElse));
        Assert.Equal(new ForeignFile(file, Here.Host.UserId), Find(Step(Path.Combine(_folder, "a/b")), SomebodyElse));
        Assert.Equal(new ForeignFile(file, Here.Host.UserId), Find(Step(file), SomebodyElse));
    }

    [Fact]
    public void A_file_that_was_there_before_is_not_the_steps()
    {
        Write("file");

        Assert.Null(ForeignFile.Find(Step(), DateTimeOffset.UtcNow.AddSeconds(1), Caller(SomebodyElse)));
    }

    [Fact]
    public void A_time_of_writing_that_a_program_sets_does_not_hide_a_file()
    {
        File.SetLastWriteTimeUtc(Write("file"), DateTime.UnixEpoch);

        Assert.NotNull(Find(Step(), SomebodyElse));
    }

    [Fact]
    public void A_link_is_not_followed()
    {
        Needs.Links();
        var elsewhere = Directory.CreateTempSubdirectory("test-").FullName;
        Directory.CreateSymbolicLink(Path.Combine(elsewhere, "link"), _folder);
        var before = DateTimeOffset.UtcNow.AddSeconds(1);
        Write("file");

        Assert.Null(ForeignFile.Find(Step(elsewhere), before, Caller(SomebodyElse)));
        Directory.Delete(elsewhere, recursive: true);
    }

    [Fact]
    public void Nothing_is_looked_at_where_no_hint_could_help()
    {
        Write("file");

        Assert.Null(Find(Step(), userId: 0));
        Assert.Null(Find(Step() with { User = "current" }, SomebodyElse));
        Assert.Null(Find(Step() with { User = "0" }, SomebodyElse));
        Assert.Null(Find(Step() with { DockerRunOpts = "--userns=keep-id" }, SomebodyElse));
        Assert.Null(Find(Step() with { DockerRunOpts = "-u 1" }, SomebodyElse));
        Assert.Null(Find(Step() with { Mounts = [new Mount(_folder, "/m", ReadOnly: true)] }, SomebodyElse));
        Assert.Null(Find(Step() with { Mounts = [] }, SomebodyElse));
        Assert.Null(Find(Step(Path.Combine(_folder, "gone")), SomebodyElse));
        Assert.Null(ForeignFile.Find(Step(), _start, Caller(SomebodyElse) with { Kind = HostKind.Windows }));
        Assert.NotNull(Find(Step(), SomebodyElse));
    }

    [Fact]
    public void The_callers_own_files_are_no_strangers()
    {
        Write("file");

        Assert.Null(Find(Step(), OwnerOf(_folder)));
    }

    [Fact]
    public void No_more_than_some_thousand_files_are_looked_at()
    {
        var deep = Write("a/b/file");
        for (var i = 0; i < 2500; i++)
        {
            File.WriteAllText(Path.Combine(_folder, i.ToString(CultureInfo.InvariantCulture)), "");
        }

        // The next file comes later than all of those, beyond doubt.
        var start = Directory.GetFiles(_folder).Max(file => FileStatus.Of(file)!.Changed).AddMilliseconds(20);
        do
        {
            File.WriteAllText(deep, "");
        }
        while (FileStatus.Of(deep)!.Changed < start);

        Assert.Null(ForeignFile.Find(Step(), start, Caller(SomebodyElse)));
        Assert.Equal(deep, ForeignFile.Find(Step(Path.Combine(_folder, "a")), start, Caller(SomebodyElse))?.Path);
    }

    private static uint OwnerOf(string path) => FileStatus.Of(path)!.OwnerId;

    private StepOptions Step(string? mounted = null) =>
        new() { Image = "alpine", Arguments = ["true"], Mounts = [new Mount(mounted ?? _folder, "/m")] };

    private ForeignFile? Find(StepOptions options, uint userId) => ForeignFile.Find(options, _start, Caller(userId));

    private string Write(string name)
    {
        var path = Path.GetFullPath(name, _folder);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
        return path;
    }

    // Only on Linux do files have other owners.
    private static Host Caller(uint userId) => Here.Host with { Kind = HostKind.Linux, UserId = userId };
}
