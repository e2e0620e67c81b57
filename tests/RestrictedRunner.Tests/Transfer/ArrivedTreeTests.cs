using System.Formats.Tar;
using System.Text;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests.Transfer;

/// <summary>An archive as an engine sends it, or as one sends it that means harm.</summary>
public sealed class ArrivedTreeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public ArrivedTreeTests()
    {
        Directory.CreateDirectory(_folder["mounted/sub"]);
        _folder.Write("mounted/a", "a");
        _folder.Write("mounted/sub/b", "b");
        _folder.Write("outside", "untouched");
    }

    private CopiedMount Mount => new(_folder["mounted"], "/w", IsFolder: true, ComesBack: true);

    public void Dispose() => _folder.Dispose();

    private static PaxTarEntry Folder(string name) => new(TarEntryType.Directory, name) { Mode = (UnixFileMode)0x1ED };

    private static PaxTarEntry File(string name, string text, DateTimeOffset? time = null) =>
        new(TarEntryType.RegularFile, name) { Mode = (UnixFileMode)0x1A4, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)), ModificationTime = time ?? DateTimeOffset.UtcNow };

    private static PaxTarEntry Link(TarEntryType type, string name, string target) => new(type, name) { LinkName = target };

    private Dictionary<string, SentFile> Sent()
    {
        var tree = new SentTree(Here.Host, default);
        tree.Measure(Mount, TestContext.Current.CancellationToken);
        return new(tree.Files);
    }

    private static Task<ArrivedTree> ArriveAsync(IReadOnlyDictionary<string, SentFile> sent, CopiedMount mount, params TarEntry[] entries) => ArriveAsync(sent, mount, "", entries);

    private static async Task<ArrivedTree> ArriveAsync(IReadOnlyDictionary<string, SentFile> sent, CopiedMount mount, string part, params TarEntry[] entries)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        archive.Position = 0;
        var tree = new ArrivedTree(mount, sent, Here.Host, part);
        await tree.ReadAsync(archive, TestContext.Current.CancellationToken);
        tree.Complete();
        return tree;
    }

    private string Content() => string.Join(
        ' ',
        Below(_folder.Path).Order(StringComparer.Ordinal)
            .Select(path => $"{Here.Paths.Relative(_folder.Path, path)}={(new FileInfo(path).LinkTarget is { } target ? $">{target}" : System.IO.File.ReadAllText(path))}"));

    private static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFileSystemEntries(folder).SelectMany(path => Directory.Exists(path) && new FileInfo(path).LinkTarget is null ? Below(path) : [path]);

    [Theory]
    [InlineData("w/", "w/")]
    [InlineData("/", "/")]
    [InlineData("./", "")]
    public async Task What_was_changed_is_taken_over_whichever_way_the_engine_names_it(string root, string prefix)
    {
        var sent = Sent();
        var before = System.IO.File.GetLastWriteTimeUtc(_folder["mounted/a"]);

        var tree = await ArriveAsync(
            sent,
            Mount,
            Folder(root),
            File($"{prefix}a", "a", new DateTimeOffset(before)),
            Folder($"{prefix}sub"),
            File($"{prefix}sub/b", "c"),
            Folder($"{prefix}new"),
            File($"{prefix}new/d", "d"),
            Link(TarEntryType.HardLink, $"{prefix}new/e", $"{prefix}new/d"),
            Link(TarEntryType.SymbolicLink, $"{prefix}new/f", "../a"));

        Assert.Equal("mounted/a=a mounted/new/d=d mounted/new/e=d mounted/new/f=>../a mounted/sub/b=c outside=untouched", Content());
        Assert.Equal(before, System.IO.File.GetLastWriteTimeUtc(_folder["mounted/a"]));
        Assert.Equal(4, tree.Count.Files);
        Assert.Equal(FileStatus.Of(_folder["mounted/new/d"])!.Inode, FileStatus.Of(_folder["mounted/new/e"])!.Inode);
    }

    [Fact]
    public async Task What_is_gone_there_goes_here_and_what_came_here_meanwhile_stays()
    {
        var sent = Sent();
        _folder.Write("mounted/sub/mine", "mine");

        await ArriveAsync(sent, Mount, Folder("w/"));

        Assert.Equal("mounted/sub/mine=mine outside=untouched", Content());
    }

    [Fact]
    public async Task A_folder_becomes_a_file_and_a_file_a_link_or_a_folder()
    {
        await ArriveAsync(Sent(), Mount, Folder("w/"), Folder("w/a"), File("w/a/x", "x"), File("w/sub", "file"));
        Assert.Equal("mounted/a/x=x mounted/sub=file outside=untouched", Content());

        await ArriveAsync(Sent(), Mount, Folder("w/"), Link(TarEntryType.SymbolicLink, "w/a", "/etc"), Link(TarEntryType.SymbolicLink, "w/sub", "nowhere"));
        Assert.Equal("mounted/a=>/etc mounted/sub=>nowhere outside=untouched", Content());
    }

    [Fact]
    public async Task Nothing_is_written_through_a_link_that_is_here()
    {
        Directory.CreateDirectory(_folder["elsewhere"]);
        System.IO.File.CreateSymbolicLink(_folder["mounted/link"], _folder["elsewhere"]);
        System.IO.File.CreateSymbolicLink(_folder["mounted/out"], _folder["outside"]);

        await ArriveAsync(Sent(), Mount, Folder("w/"), Folder("w/link"), File("w/link/x", "x"), File("w/out", "changed"));

        Assert.Equal("mounted/link/x=x mounted/out=changed outside=untouched", Content());
    }

    [Fact]
    public async Task Of_a_part_nothing_else_is_looked_at()
    {
        var sent = Sent();
        _folder.Write("mounted/sub/gone", "");

        var tree = await ArriveAsync(sent, Mount, "sub", Folder("sub/"), File("sub/new", "n"), Link(TarEntryType.HardLink, "sub/name", "sub/new"));
        Assert.Equal("/w/sub", tree.Source);
        Assert.Equal("mounted/a=a mounted/sub/gone= mounted/sub/name=n mounted/sub/new=n outside=untouched", Content());

        await ArriveAsync(Sent(), Mount, "a", File("a", "changed"));
        await ArriveAsync(Sent(), Mount, "fresh", Link(TarEntryType.SymbolicLink, "fresh", "../outside"));
        Assert.Equal("mounted/a=changed mounted/fresh=>../outside mounted/sub/gone= mounted/sub/name=n mounted/sub/new=n outside=untouched", Content());
        await Assert.ThrowsAsync<InvalidDataException>(() => ArriveAsync(Sent(), Mount, "fresh", Link(TarEntryType.SymbolicLink, "fresh", "x"), File("fresh/x", "evil")));
    }

    [Fact]
    public async Task A_name_that_comes_twice_is_refused()
    {
        Directory.CreateDirectory(_folder["elsewhere"]);

        await Assert.ThrowsAsync<InvalidDataException>(() => ArriveAsync(
            Sent(), Mount, Folder("w/"), Folder("w/d"), Link(TarEntryType.SymbolicLink, "w/d", _folder["elsewhere"]), File("w/d/x", "evil")));

        Assert.Empty(Directory.GetFileSystemEntries(_folder["elsewhere"]));
    }

    [Fact]
    public async Task What_is_not_in_an_archive_stays_until_the_engine_says_that_it_is_whole()
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            writer.WriteEntry(Folder("w/"));
        }

        archive.Position = 0;
        var tree = new ArrivedTree(Mount, Sent(), Here.Host);
        await tree.ReadAsync(archive, TestContext.Current.CancellationToken);
        Assert.Equal("mounted/a=a mounted/sub/b=b outside=untouched", Content());

        tree.Complete();
        Assert.Equal("outside=untouched", Content());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200_000)]
    [InlineData(299_999)]
    public async Task A_large_file_is_written_only_where_it_was_changed(int changed)
    {
        _folder.Write("mounted/a", new string('a', 300_000));
        var (sent, before) = (Sent(), FileStatus.Of(_folder["mounted/a"])!.Inode);
        TarEntry[] Entries(string text) => [Folder("w/"), File("w/a", text), Folder("w/sub"), File("w/sub/b", "b")];

        var same = await ArriveAsync(sent, Mount, Entries(new string('a', 300_000)));
        Assert.Equal((0, before), (same.Count.Files, FileStatus.Of(_folder["mounted/a"])!.Inode));

        // Changed here meanwhile, and not there.
        _folder.Write("mounted/a", new string('b', 300_000));
        await ArriveAsync(sent, Mount, Entries(new string('a', 300_000)));
        Assert.Equal(new string('b', 300_000), System.IO.File.ReadAllText(_folder["mounted/a"]));

        var text = new string('a', changed) + "c" + new string('a', 299_999 - changed);
        _folder.Write("mounted/a", new string('a', 300_000));
        var tree = await ArriveAsync(sent, Mount, Entries(text));
        Assert.Equal((1, text), (tree.Count.Files, System.IO.File.ReadAllText(_folder["mounted/a"])));
        Assert.Equal(["a", "sub"], Directory.GetFileSystemEntries(_folder["mounted"]).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("w/../outside")]
    [InlineData("w/sub/../../outside")]
    [InlineData("outside")]
    [InlineData("/etc/evil")]
    [InlineData("w/none/x")]
    [InlineData("w//x")]
    [InlineData("w/./x")]
    [InlineData("w/link/x")]
    [InlineData("w/file/x")]
    [InlineData("../w/x")]
    public async Task A_name_that_leads_elsewhere_is_refused(string name)
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => ArriveAsync(
            Sent(), Mount, Folder("w/"), Folder("w/sub"), Link(TarEntryType.SymbolicLink, "w/link", _folder.Path), File("w/file", ""), File(name, "evil")));

        Assert.DoesNotContain("evil", Content(), StringComparison.Ordinal);
        Assert.Contains("outside=untouched", Content(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("outside")]
    [InlineData("/etc/passwd")]
    [InlineData("w/../outside")]
    [InlineData("w/link")]
    [InlineData("w/later")]
    [InlineData("w/")]
    public async Task Another_name_is_one_of_a_file_that_has_arrived(string target) =>
        await Assert.ThrowsAsync<InvalidDataException>(() => ArriveAsync(Sent(), Mount, Folder("w/"), Link(TarEntryType.SymbolicLink, "w/link", _folder["outside"]), Link(TarEntryType.HardLink, "w/x", target)));

    [Fact]
    public async Task A_program_that_takes_rights_loses_them_and_devices_stay_where_they_are()
    {
        var entry = File("w/tool", "x");
        entry.Mode = (UnixFileMode)0xFED;

        var tree = await ArriveAsync(Sent(), Mount, Folder("w/"), entry, new PaxTarEntry(TarEntryType.CharacterDevice, "w/null"), new PaxTarEntry(TarEntryType.Fifo, "w/pipe"));

        Assert.Equal((UnixFileMode)0x1ED, System.IO.File.GetUnixFileMode(_folder["mounted/tool"]));
        Assert.Equal(["/w/null", "/w/pipe"], tree.Left);
    }

    [Fact]
    public async Task The_mounted_folder_itself_is_no_file()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => ArriveAsync(Sent(), Mount, File("w", "evil")));
        await Assert.ThrowsAsync<InvalidDataException>(() => ArriveAsync(Sent(), Mount, Link(TarEntryType.SymbolicLink, "w", "/etc")));
        await Assert.ThrowsAsync<InvalidDataException>(() => ArriveAsync(Sent(), Mount));
        Assert.Equal("mounted/a=a mounted/sub/b=b outside=untouched", Content());
    }

    [Fact]
    public async Task An_archive_that_breaks_off_removes_nothing()
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            writer.WriteEntry(Folder("w/"));
            writer.WriteEntry(File("w/big", new string('x', 100_000)));
        }

        using var half = new MemoryStream(archive.ToArray()[..50_000]);
        var tree = new ArrivedTree(Mount, Sent(), Here.Host);

        await Assert.ThrowsAsync<EndOfStreamException>(() => tree.ReadAsync(half, TestContext.Current.CancellationToken));
        Assert.Equal("mounted/a=a mounted/sub/b=b outside=untouched", Content());
    }

    [Fact]
    public async Task Where_something_else_was_mounted_nothing_is_taken_or_removed()
    {
        var mount = Mount with { Without = new HashSet<string> { "/w/sub" } };

        await ArriveAsync(Sent(), mount, Folder("w/"), Folder("w/sub"), File("w/sub/x", "of another mount"));

        Assert.Equal("mounted/sub/b=b outside=untouched", Content());
    }

    [Fact]
    public async Task A_time_that_a_program_has_set_is_kept_and_another_is_now()
    {
        var old = new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);
        var sent = Sent();

        await ArriveAsync(sent, Mount, Folder("w/"), File("w/a", "a", old), File("w/new", "n", DateTimeOffset.UtcNow.AddMinutes(-10)), File("w/set", "s", old));

        Assert.Equal(old.UtcDateTime, System.IO.File.GetLastWriteTimeUtc(_folder["mounted/a"]));
        Assert.Equal(old.UtcDateTime, System.IO.File.GetLastWriteTimeUtc(_folder["mounted/set"]));
        Assert.True(System.IO.File.GetLastWriteTimeUtc(_folder["mounted/new"]) > DateTime.UtcNow.AddMinutes(-5));
    }
}
