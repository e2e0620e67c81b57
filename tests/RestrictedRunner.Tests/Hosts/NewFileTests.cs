using System.Text;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class NewFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("test-").FullName;

    private string Place => Path.Combine(_folder, "below", "state");

    private string[] Names => [.. Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Place)!).Select(path => Path.GetFileName(path))];

    [Fact]
    public void It_takes_its_place_when_it_is_saved()
    {
        using (var first = NewFile.Beside(Place)!)
        {
            Assert.False(File.Exists(Place));
            first.Save(Place, "first"u8.ToArray());
        }

        using (var second = NewFile.Beside(Place)!)
        {
            second.Save(Place, "second"u8.ToArray());
        }

        Assert.Equal("second", File.ReadAllText(Place, Encoding.UTF8));
        Assert.Equal(["state"], Names);
    }

    [Fact]
    public async Task It_takes_the_place_of_one_that_somebody_reads_for_a_moment()
    {
        using (var old = NewFile.Beside(Place)!)
        {
            old.Save(Place, "old"u8.ToArray());
        }

        using var file = NewFile.Beside(Place)!;
        using var reader = new FileStream(Place, FileMode.Open, FileAccess.Read, FileShare.Read);
        var end = Task.Delay(50, TestContext.Current.CancellationToken).ContinueWith(_ => reader.Dispose(), TaskScheduler.Default);

        file.Save(Place, "new"u8.ToArray());

        await end;
        Assert.Equal("new", File.ReadAllText(Place, Encoding.UTF8));
    }

    [Fact]
    public void It_is_read_though_somebody_has_it_open_to_write_it_or_to_move_it()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Place)!);
        File.WriteAllText(Place, "x");
        using var other = new FileStream(Place, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

        Assert.Equal("x"u8.ToArray(), NewFile.Read(Place));
    }

    [Fact]
    public void It_takes_the_place_of_one_that_may_only_be_read()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Place)!);
        File.WriteAllText(Place, "old");
        File.SetAttributes(Place, FileAttributes.ReadOnly);
        using var file = NewFile.Beside(Place)!;

        file.Save(Place, "new"u8.ToArray());

        Assert.Equal("new", File.ReadAllText(Place, Encoding.UTF8));
    }

    [Fact]
    public void One_that_is_not_saved_leaves_nothing()
    {
        NewFile.Beside(Place)!.Dispose();

        Assert.Empty(Names);
    }

    [Fact]
    public void What_a_killed_build_left_is_told_from_what_is_being_written()
    {
        using var atWork = NewFile.Beside(Place)!;
        var left = new FileInfo($"{Place}.1.new");
        File.WriteAllText(left.FullName, "");
        left.LastWriteTimeUtc = DateTime.UtcNow.AddHours(-2);

        Assert.True(NewFile.IsAbandoned(left));
        Assert.False(NewFile.IsAbandoned(new FileInfo(Path.Combine(Path.GetDirectoryName(Place)!, Names.Single(name => name != left.Name)))));
    }

    [Fact]
    public void Where_it_cannot_be_put_what_is_there_stays()
    {
        Directory.CreateDirectory(Path.Combine(Place, "in"));
        using var file = NewFile.Beside(Place)!;

        file.Save(Place, "x"u8.ToArray());

        Assert.True(Directory.Exists(Path.Combine(Place, "in")));
    }

    [Fact]
    public void It_replaces_a_folder_where_it_is_to()
    {
        Directory.CreateDirectory(Path.Combine(Place, "in"));
        using var file = NewFile.In(_folder, UnixFileMode.UserRead);
        file.Stream.Write("x"u8);

        file.MoveTo(Place);

        Assert.Equal("x", File.ReadAllText(Place, Encoding.UTF8));
    }

    [Fact]
    public void Where_nothing_can_be_written_there_is_none()
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "");

        Assert.Null(NewFile.Beside(Path.Combine(_folder, "file", "state")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
