using System.Text;
using RestrictedRunner.Build;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Tests;

public sealed class FileDigestsTests : IDisposable
{
    private const int Today = 20_000;

    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("test-").FullName;

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    private string CachePath => Path.Combine(_folder, "obj", "digests");

    [Fact]
    public void A_file_has_the_digest_of_its_content()
    {
        Write("a", "one");
        Write("b", "two");

        Assert.Equal([DigestOf("one"), DigestOf("two")], Digests("a", "b"));
        Assert.Equal([DigestOf("two"), DigestOf("one")], Digests("b", "a"));
    }

    [Fact]
    public void A_file_that_has_not_changed_is_not_read_again()
    {
        WriteOld("a", "one");
        Digests("a");
        PutIntoCache("a", hash: new string('0', 64));

        Assert.Equal(new string('0', 64), Digests("a")[0].Hash);
    }

    [Fact]
    public void A_touched_file_has_the_same_digest()
    {
        WriteOld("a", "one");
        Digests("a");
        File.SetLastWriteTimeUtc(Full("a"), DateTime.UtcNow);

        Assert.Equal([DigestOf("one")], Digests("a"));
    }

    [Fact]
    public void Another_content_of_the_same_size_and_time_of_writing_is_noticed()
    {
        var time = DateTime.UnixEpoch.AddDays(1).AddTicks(1);
        // The time of the last change tells; where one tick of the clock hides it, that the file is not remembered.
        for (var i = 0; i < 200; i++)
        {
            Write("a", "one");
            File.SetLastWriteTimeUtc(Full("a"), time);
            Assert.Equal([DigestOf("one")], Digests("a"));

            Write("a", "two");
            File.SetLastWriteTimeUtc(Full("a"), time);
            Assert.Equal([DigestOf("two")], Digests("a"));
        }
    }

    [Fact]
    public void A_file_that_has_just_been_written_is_not_remembered()
    {
        Write("a", "one");
        WriteOld("b", "two");
        Write("a", "one");
        Digests("a", "b");

        Assert.Equal([Full("b")], Cache().Entries.Keys);
    }

    [Fact]
    public void Another_file_in_its_place_is_noticed()
    {
        WriteOld("a", "one");
        WriteOld("b", "two");
        Digests("a");
        File.SetLastWriteTimeUtc(Full("b"), File.GetLastWriteTimeUtc(Full("a")));
        File.Move(Full("b"), Full("a"), overwrite: true);

        Assert.Equal([DigestOf("two")], Digests("a"));
    }

    [Fact]
    public void A_cache_that_was_cut_off_is_made_anew()
    {
        WriteOld("a", "one");
        Digests("a");
        var whole = File.ReadAllBytes(CachePath);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(CachePath, whole[..length]);

            Assert.Equal([DigestOf("one")], Digests("a"));
            Assert.Equal(whole.Length, new FileInfo(CachePath).Length);
        }
    }

    [Fact]
    public void Without_a_place_for_the_cache_all_is_read()
    {
        WriteOld("a", "one");
        Write("obj", "no folder");

        Assert.Equal([DigestOf("one")], Digests("a"));
        File.Delete(Full("obj"));
        System.IO.Directory.CreateDirectory(CachePath);
        Assert.Equal([DigestOf("one")], Digests("a"));
    }

    [Fact]
    public async Task Builds_that_save_at_once_leave_a_whole_cache_and_nothing_else()
    {
        string[] names = [.. Enumerable.Range(0, 40).Select(i => $"file{i}")];
        Array.ForEach(names, name => Write(name, name));
        Settle();

        await Parallel.ForEachAsync(Enumerable.Range(0, 100), TestContext.Current.CancellationToken, (i, _) =>
        {
            string[] some = [.. names.Skip(i % 30).Take(10)];
            Assert.Equal(some.Select(DigestOf), Digests(some));
            File.SetLastWriteTimeUtc(Full(names[i % 40]), DateTime.UnixEpoch.AddSeconds(i));
            return ValueTask.CompletedTask;
        });

        Assert.NotEmpty(Cache().Entries);
        Assert.Equal([CachePath], System.IO.Directory.GetFiles(Path.GetDirectoryName(CachePath)!));
    }

    [Fact]
    public void What_another_build_saved_meanwhile_stays()
    {
        WriteOld("a", "one");
        WriteOld("b", "two");
        Digests("a");
        Digests("b");

        Assert.Equal([Full("a"), Full("b")], Cache().Entries.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_no_build_asked_for_in_a_month_is_forgotten()
    {
        WriteOld("a", "one");
        WriteOld("b", "two");
        WriteOld("c", "three");
        Digests(Today, "a", "b");
        Digests(Today + 6, "a", "b");
        Assert.Equal([Today, Today], Cache().Entries.Values.Select(entry => entry.Day));

        // It asks for a only, but nothing of it is old enough to be forgotten.
        Digests(Today + 10, "a");
        Assert.Equal([Today + 10, Today], [Cache().Entries[Full("a")].Day, Cache().Entries[Full("b")].Day]);

        Digests(Today + 30, "c");
        Assert.Equal([Full("a"), Full("c")], Cache().Entries.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_file_that_cannot_be_read_says_why()
    {
        Write("a", "one");
        var file = InputFiles.Find(DeclaredInputs.Of(Here.Paths, _folder, ["a"])).Files[0];
        File.Delete(Full("a"));

        var digested = Assert.Single(FileDigests.Of([file], CachePath, Today, CancellationToken.None));

        Assert.Null(digested.Digest);
        Assert.Contains(Full("a"), digested.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_changes_while_it_is_read_is_not_remembered()
    {
        WriteOld("a", "one");
        var asFound = InputFiles.Find(DeclaredInputs.Of(Here.Paths, _folder, ["a"])).Files;
        File.SetLastWriteTimeUtc(Full("a"), DateTime.UnixEpoch);

        Assert.Equal(DigestOf("one"), FileDigests.Of(asFound, CachePath, Today, CancellationToken.None)[0].Digest);
        Assert.Empty(Cache().Entries);
    }

    [Fact]
    public void A_cancelled_build_reads_no_further_and_leaves_nothing()
    {
        WriteOld("a", "one");

        Assert.Throws<OperationCanceledException>(() => FileDigests.Of(InputFiles.Find(DeclaredInputs.Of(Here.Paths, _folder, ["a"])).Files, CachePath, Today, new CancellationToken(canceled: true)));
        Assert.Empty(System.IO.Directory.GetFiles(Path.GetDirectoryName(CachePath)!));
    }

    private static Digest DigestOf(string content) => Build.Keys.Digests.Of(Encoding.UTF8.GetBytes(content));

    private IReadOnlyList<Digest> Digests(params string[] names) => Digests(Today, names);

    private IReadOnlyList<Digest> Digests(int today, params string[] names)
    {
        var files = names.Select(name => InputFiles.Find(DeclaredInputs.Of(Here.Paths, _folder, [name])).Files.Single()).ToList();
        return [.. FileDigests.Of(files, CachePath, today, CancellationToken.None).Select(file => file.Digest!)];
    }

    private DigestCache Cache() => DigestCache.Parse(File.ReadAllBytes(CachePath));

    private void PutIntoCache(string name, string hash)
    {
        var entry = Cache().Entries[Full(name)];
        File.WriteAllBytes(CachePath, new DigestCache(new Dictionary<string, DigestCache.Entry> { [Full(name)] = entry with { Hash = hash } }).ToBytes());
    }

    private string Full(string name) => Path.Combine(_folder, name);

    private void Write(string name, string content) => File.WriteAllText(Full(name), content);

    // The time that nobody can set back is the one of the last change.
    private void WriteOld(string name, string content)
    {
        Write(name, content);
        Settle();
    }

    private void Settle()
    {
        var newest = System.IO.Directory.GetFiles(_folder).Select(file => FileStamp.Of(file)!).ToList();
        SpinWait.SpinUntil(() => newest.All(stamp => stamp.IsSettledAt(FileStamp.Nanoseconds(DateTime.UtcNow) - 20_000_000)));
    }
}
