using RestrictedRunner.Build.State;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests;

public sealed class SeenPathTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string, Action<string>> ChangesOfFile => new()
    {
        { "another size", path => File.AppendAllText(path, "x") },
        { "the old time", path => { var time = File.GetLastWriteTimeUtc(path); File.WriteAllText(path, "2"); File.SetLastWriteTimeUtc(path, time); } },
        { "another mode", path => File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute) },
        { "another file in its place", path => { File.WriteAllText($"{path}.new", "1"); File.Move($"{path}.new", path, overwrite: true); } },
        { "gone", File.Delete },
        { "a folder", path => { File.Delete(path); Directory.CreateDirectory(path); } },
        { "a link to it", path => { File.Move(path, $"{path}.moved"); File.CreateSymbolicLink(path, $"{path}.moved"); } },
    };

    public static TheoryData<string, Action<string>> ChangesOfFolder => new()
    {
        { "a file more", path => File.WriteAllText(Path.Combine(path, "b"), "") },
        { "a file less", path => File.Delete(Path.Combine(path, "a")) },
        { "another name", path => File.Move(Path.Combine(path, "a"), Path.Combine(path, "b")) },
        { "a folder more", path => Directory.CreateDirectory(Path.Combine(path, "d")) },
        { "gone", path => Directory.Delete(path, recursive: true) },
        { "another folder in its place", path => { Directory.Delete(path, recursive: true); Directory.CreateDirectory(path); File.WriteAllText(Path.Combine(path, "a"), "1"); } },
        { "a link to it", path => { Directory.Move(path, $"{path}.moved"); File.CreateSymbolicLink(path, $"{path}.moved"); } },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(ChangesOfFile))]
    public void A_file_that_changes_is_not_as_it_was(string how, Action<string> change)
    {
        Needs.Stamps();
        var path = _folder.Write("file", "1");
        var seen = Settled(path);
        Assert.True(seen.IsUnchanged(), how);

        change(path);

        Assert.False(seen.IsUnchanged(), how);
    }

    [Theory]
    [MemberData(nameof(ChangesOfFolder))]
    public void A_folder_in_which_something_comes_or_goes_is_not_as_it_was(string how, Action<string> change)
    {
        Needs.Stamps();
        var path = _folder["folder"];
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "a"), "1");
        var seen = Settled(path);
        Assert.True(seen.IsUnchanged(), how);

        change(path);

        Assert.False(seen.IsUnchanged(), how);
    }

    [Fact]
    public void What_comes_to_a_place_where_nothing_was_is_seen()
    {
        Needs.Stamps();
        var seen = SeenPath.Now(_folder["file"]);
        Assert.True(seen.IsUnchanged());

        _folder.Write("file", "");

        Assert.False(seen.IsUnchanged());
    }

    [Fact]
    public void Of_what_only_has_to_be_there_nothing_else_counts()
    {
        Needs.Stamps();
        Directory.CreateDirectory(_folder["mount"]);
        var (there, absent) = (SeenPath.KindNow(_folder["mount"]), SeenPath.KindNow(_folder["none"]));

        File.WriteAllText(_folder["mount/a"], "");
        Assert.Equal((true, true), (there.IsUnchanged(), absent.IsUnchanged()));

        Directory.Delete(_folder["mount"], recursive: true);
        _folder.Write("none", "");
        Assert.Equal((false, false), (there.IsUnchanged(), absent.IsUnchanged()));

        _folder.Write("mount", "");
        Assert.False(there.IsUnchanged());
    }

    [Fact]
    public void What_a_link_leads_to_changes_without_it()
    {
        Needs.Stamps();
        var file = Settled(_folder.Write("file", ""));
        File.CreateSymbolicLink(_folder["link"], "file");
        var link = Settled(_folder["link"]);

        Assert.True(file.ShowsEveryChange(long.MaxValue));
        Assert.False(link.ShowsEveryChange(long.MaxValue));
        Assert.False(file.ShowsEveryChange(file.Stamp!.Changed));
        Assert.False((file with { Stamp = file.Stamp with { Changed = 0 } }).ShowsEveryChange(long.MaxValue));
    }

    // A change within one tick of the file system's clock need not show, and whoever remembers a stamp waits for it to be older.
    private static SeenPath Settled(string path)
    {
        var seen = SeenPath.Now(path);
        SpinWait.SpinUntil(() =>
        {
            using var now = new TempFolder();
            return seen.Stamp!.IsSettledAt(Build.Hosts.FileStamp.Of(now.Write("now", ""))!.Written);
        });
        return seen;
    }
}
