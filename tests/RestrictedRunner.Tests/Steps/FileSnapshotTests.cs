using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>Of many files the digest of all is remembered, and trusted only while nothing can have changed.</summary>
public sealed class FileSnapshotTests : IDisposable
{
    private const int Many = KnownRoot.FewestFiles;

    private readonly string _folder = Directory.CreateTempSubdirectory("test-").FullName;

    public FileSnapshotTests()
    {
        Directory.CreateDirectory(Full("in"));
        for (var i = 0; i < Many; i++)
        {
            File.WriteAllText(Full($"in/{i}"), $"{i}");
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Known => Path.Combine(_folder, "obj", "step.inputs");

    private DeclaredInputs In => DeclaredInputs.Of(Here.Paths, _folder, ["in/"]);

    private string RootPath => Known + KnownRoot.Ending;

    [Fact]
    public void What_was_remembered_of_unchanged_files_is_taken_as_it_is()
    {
        Remember();
        var stamps = KnownRoot.StampsOf(InputFiles.Find(In), depth: 0);
        var other = Digests.Of("another"u8);
        new KnownRoot(stamps, other, Today).Save(RootPath);

        Assert.Equal(other, Find());
    }

    [Fact]
    public async Task A_file_that_vanishes_between_listing_and_reading_is_none()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Known)!);
        using var stop = new CancellationTokenSource();
        // An editor that saves: a file beside the others comes and goes.
        var editor = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    Directory.CreateDirectory(Full("in/folder"));
                    File.WriteAllText(Full("in/folder/file"), "");
                    Directory.Delete(Full("in/folder"), recursive: true);
                }
                catch (Exception e) when (Here.Host.IsWindows && e is IOException or UnauthorizedAccessException)
                {
                    // There a folder that somebody looks into has its name until nobody does, and takes no more files.
                }
            }
        }, TestContext.Current.CancellationToken);

        try
        {
            for (var look = 0; look < 100; look++)
            {
                // Nothing is remembered, so each is read.
                File.Delete(Known);
                Assert.InRange(FileSnapshot.Find(In, Known, TestContext.Current.CancellationToken).Found.Files.Count, Many, Many + 1);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await editor;
        }
    }

    [Fact]
    public void A_stage_of_files_of_which_one_has_vanished_is_no_copy_of_them()
    {
        var snapshot = FileSnapshot.Find(In, Known, TestContext.Current.CancellationToken);
        File.Delete(Full("in/7"));
        using var stage = new Stage(new(Full("stage")), snapshot, isMounted: false);

        stage.CopyInputs(TestContext.Current.CancellationToken);

        Assert.Equal(Many - 1, Directory.GetFiles(Path.Combine(stage.ProjectDirectory, "in")).Length);
        Assert.False(snapshot.IsUnchanged());
    }

    [Theory]
    [InlineData("content")]
    [InlineData("mode")]
    [InlineData("added")]
    [InlineData("removed")]
    [InlineData("renamed")]
    public void Any_change_is_noticed(string change)
    {
        var before = Remember();
        switch (change)
        {
            case "content":
                var written = File.GetLastWriteTimeUtc(Full("in/7"));
                File.WriteAllText(Full("in/7"), "8");
                File.SetLastWriteTimeUtc(Full("in/7"), written);
                break;
            case "mode":
                Needs.Permissions();
                File.SetUnixFileMode(Full("in/7"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
                break;
            case "added":
                File.WriteAllText(Full("in/new"), "");
                break;
            case "removed":
                File.Delete(Full("in/7"));
                break;
            case "renamed":
                File.Move(Full("in/7"), Full("in/new"));
                break;
        }

        var after = Find();

        Assert.NotEqual(before, after);
        Assert.Equal(FileSnapshot.Find(In, Full("obj/other"), CancellationToken.None).Root, after);
    }

    [Fact]
    public void A_file_that_was_written_again_is_not_as_it_was_found()
    {
        var found = FileSnapshot.Find(In, Known, CancellationToken.None);
        Assert.True(found.IsUnchanged());

        File.WriteAllText(Full("in/7"), "8");
        File.WriteAllText(Full("in/7"), "7");

        Assert.False(found.IsUnchanged());
    }

    [Theory]
    [InlineData("7*", "70")]
    [InlineData("7?", "71")]
    [InlineData("**", "72")]
    [InlineData("!7", "7")]
    public void A_written_file_is_one_whatever_characters_its_name_has(string name, string other)
    {
        Needs.Name(name);
        File.WriteAllText(Full($"in/{name}"), "written");

        var before = OfOutputs(name);
        File.WriteAllText(Full($"in/{other}"), "changed");

        Assert.Equal([$"in/{name}"], before.Found.Files.Select(file => file.Path));
        Assert.Equal(before.Root, OfOutputs(name).Root);
    }

    [Fact]
    public void Where_the_tree_begins_counts() =>
        Assert.NotEqual(Remember(), FileSnapshot.Find(In, Known, CancellationToken.None, depth: 1).Root);

    [Fact]
    public void Nothing_is_remembered_of_files_that_have_just_been_written()
    {
        // However long this machine takes: to the clock this one is always just written.
        File.SetLastWriteTimeUtc(Full("in/7"), DateTime.UtcNow.AddHours(1));

        Find();
        Find();

        Assert.False(File.Exists(RootPath));
    }

    [Fact]
    public void A_damaged_memory_is_none()
    {
        var root = Remember();
        var text = File.ReadAllText(RootPath);
        var words = text.Split(' ');
        string[] damaged = [text[..^1], text[1..], "", "a b c d e", "a b -1 x e", text.Replace(words[1], new string('0', 64), StringComparison.Ordinal), $"{words[0]} {words[1]} {words[2]}9 {words[3]} {words[4]}"];

        foreach (var content in damaged)
        {
            File.WriteAllText(RootPath, content);
            Assert.Equal(root, Find());
        }
    }

    [Fact]
    public void After_a_week_every_file_is_looked_up_again()
    {
        new KnownRoot("AB", Digests.Of("x"u8), Today).Save(RootPath);

        Assert.NotNull(KnownRoot.Find(RootPath, "AB", Today + 6));
        Assert.Null(KnownRoot.Find(RootPath, "AB", Today + 7));
    }

    [Fact]
    public void A_memory_from_the_future_is_none()
    {
        // Of a machine whose clock was wrong; it would be trusted until that day.
        new KnownRoot("AB", Digests.Of("x"u8), Today + 1).Save(RootPath);

        Assert.Null(KnownRoot.Find(RootPath, "AB", Today));
    }

    [Fact]
    public void It_is_forgotten_once_a_file_had_to_be_read()
    {
        Remember();
        File.WriteAllText(Full("in/7"), "other");
        // To the clock it is always just written, so that nothing new is remembered.
        File.SetLastWriteTimeUtc(Full("in/7"), DateTime.UtcNow.AddHours(1));

        Find();

        Assert.False(File.Exists(RootPath));
    }

    [Fact]
    public void What_is_in_each_file_is_told_also_where_only_the_root_was_looked_up()
    {
        var read = FileSnapshot.Find(In, Known, CancellationToken.None).Contents();
        Remember();
        var other = Digests.Of("another"u8);
        new KnownRoot(KnownRoot.StampsOf(InputFiles.Find(In), depth: 0), other, Today).Save(RootPath);
        var known = FileSnapshot.Find(In, Known, CancellationToken.None);

        Assert.Equal(other, known.Root);
        Assert.Equal(Many, read.Count);
        Assert.Equal(read, known.Contents());
    }

    [Fact]
    public void Who_only_looks_leaves_nothing_behind()
    {
        var before = FileSnapshot.Find(In, Known, CancellationToken.None, remember: false);

        Assert.False(Directory.Exists(Path.GetDirectoryName(Known)));
        Assert.Equal(Find(), before.Root);
        Remember();
        var names = Names();
        File.WriteAllText(Full("in/7"), "other");
        Assert.NotEqual(before.Root, FileSnapshot.Find(In, Known, CancellationToken.None, remember: false).Root);
        Assert.Equal(names, Names());

        string[] Names() => [.. Directory.GetFiles(Path.GetDirectoryName(Known)!).Select(file => $"{file} {File.GetLastWriteTimeUtc(file).Ticks}").Order(StringComparer.Ordinal)];
    }

    private static int Today => (int)(DateTime.UtcNow - DateTime.UnixEpoch).TotalDays;

    private string Full(string name) => Path.Combine(_folder, name);

    private Build.RemoteExecution.Digest Find() => FileSnapshot.Find(In, Known, CancellationToken.None).Root;

    private FileSnapshot OfOutputs(string name) => FileSnapshot.OfOutputs(Here.Paths, [Full($"in/{name}")], _folder, Full("obj/step.outputs"), CancellationToken.None);

    // Until the digest of every file is known, and then that of all.
    private Build.RemoteExecution.Digest Remember()
    {
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                Find();
                return File.Exists(RootPath);
            },
            TimeSpan.FromMinutes(1)));
        return Find();
    }
}
