using Google.Protobuf;
using RestrictedRunner.Build;
using RestrictedRunner.Build.RemoteExecution;
using Directory = RestrictedRunner.Build.RemoteExecution.Directory;

namespace RestrictedRunner.Tests;

/// <summary>Results that are whole, and say what no step of ours would.</summary>
public sealed class ForgedResultTests : IDisposable
{
    private static readonly Digest Content = Digests.Of("1"u8);

    private readonly TemporaryCache _cache = new();

    public static TheoryData<IMessage> Results =>
    [
        File("../file"),
        File("/tmp/file"),
        File("a/../../file"),
        File(""),
        File("."),
        File("a\0b"),
        Link("link", "/etc/passwd"),
        Link("link", "../outside"),
        Link("link", "a/../../outside"),
        Link("a/link", "../../outside"),
        Link("link", ""),
        new ActionResult { OutputFiles = { new OutputFile { Path = "a" } } },
        new ActionResult { OutputFiles = { new OutputFile { Path = "a", Digest = new Digest { Hash = "../../../project/secret", SizeBytes = 1 } } } },
        new ActionResult { OutputFiles = { new OutputFile { Path = "a", Digest = new Digest { Hash = Content.Hash, SizeBytes = -1 } } } },
        new ActionResult { OutputFiles = { new OutputFile { Path = "a", Digest = Content }, new OutputFile { Path = "a", Digest = Content } } },
        // A link, and then a file through it.
        new ActionResult { OutputSymlinks = { new OutputSymlink { Path = "a", Target = "b" } }, OutputFiles = { new OutputFile { Path = "a/file", Digest = Content } } },
        new ActionResult { OutputDirectories = { new OutputDirectory { Path = "folder" } } },
    ];

    public static TheoryData<IMessage> Trees =>
    [
        Folder(new Directory { Files = { new FileNode { Name = "..", Digest = Content } } }),
        Folder(new Directory { Files = { new FileNode { Name = "../file", Digest = Content } } }),
        Folder(new Directory { Files = { new FileNode { Name = "/tmp/file", Digest = Content } } }),
        Folder(new Directory { Files = { new FileNode { Name = "", Digest = Content } } }),
        Folder(new Directory { Files = { new FileNode { Name = "a" } } }),
        Folder(new Directory { Symlinks = { new SymlinkNode { Name = "a", Target = "../../outside" } } }),
        Folder(new Directory { Directories = { new DirectoryNode { Name = "..", Digest = Digests.Of(new Directory()) } } }, new Directory()),
        Folder(new Directory { Directories = { new DirectoryNode { Name = "gone", Digest = Digests.Of(new Directory()) } } }),
        Folder(new Directory { Directories = { new DirectoryNode { Name = "gone" } } }),
        Folder(
            new Directory
            {
                Symlinks = { new SymlinkNode { Name = "a", Target = "b" } },
                Directories = { new DirectoryNode { Name = "a", Digest = Digests.Of(new Directory()) } },
            },
            new Directory()),
        Unfolding(levels: 60, folders: 2),
        Unfolding(levels: 5000, folders: 1),
    ];

    public void Dispose() => _cache.Dispose();

    [Theory]
    [MemberData(nameof(Results), DisableDiscoveryEnumeration = true)]
    public void Nothing_is_written_outside(IMessage message)
    {
        var forged = (ActionResult)message;
        _cache.Cache.Blobs.Put("1"u8.ToArray());
        _cache.Cache.Put(TemporaryCache.Key, forged);

        Assert.Null(_cache.Cache.Find(TemporaryCache.Key));

        _cache.Cache.Put(TemporaryCache.Key, forged);
        string[] paths = [.. OutputEntries.Paths(forged)];
        _cache.MustMiss(paths.All(OutputPath.IsBelow) ? paths : []);
    }

    [Theory]
    [MemberData(nameof(Trees), DisableDiscoveryEnumeration = true)]
    public void No_tree_leads_outside_or_without_end(IMessage forged)
    {
        _cache.Cache.Blobs.Put("1"u8.ToArray());
        var result = new ActionResult { OutputDirectories = { new OutputDirectory { Path = "folder", TreeDigest = _cache.Cache.Blobs.Put(forged.ToByteArray()).Digest } } };
        _cache.Cache.Put(TemporaryCache.Key, result);

        _cache.MustMiss("folder");
    }

    [Fact]
    public void What_is_no_tree_is_a_miss()
    {
        var digest = _cache.Cache.Blobs.Put(new byte[] { 0xff, 0xff }).Digest;
        _cache.Cache.Put(TemporaryCache.Key, new() { OutputDirectories = { new OutputDirectory { Path = "folder", TreeDigest = digest } } });

        _cache.MustMiss("folder");
    }

    [Fact]
    public void An_output_that_was_not_asked_for_is_a_miss()
    {
        _cache.Cache.Blobs.Put("1"u8.ToArray());
        _cache.Cache.Put(TemporaryCache.Key, File("project.csproj"));

        _cache.MustMiss("a");
    }

    private static ActionResult File(string path) => new() { OutputFiles = { new OutputFile { Path = path, Digest = Content } } };

    private static ActionResult Link(string path, string target) => new() { OutputSymlinks = { new OutputSymlink { Path = path, Target = target } } };

    private static Tree Folder(Directory root, params Directory[] children) => new() { Root = root, Children = { children } };

    // Each level holds the next one, several times.
    private static Tree Unfolding(int levels, int folders)
    {
        var tree = new Tree { Root = new Directory() };
        for (var level = 0; level < levels; level++)
        {
            var inner = tree.Root;
            tree.Children.Add(inner);
            tree.Root = new Directory { Directories = { Enumerable.Range(0, folders).Select(i => new DirectoryNode { Name = $"{i}", Digest = Digests.Of(inner) }) } };
        }

        return tree;
    }
}
