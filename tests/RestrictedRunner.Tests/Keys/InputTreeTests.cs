using CsCheck;
using RestrictedRunner.Build;
using RestrictedRunner.Build.RemoteExecution;
using Directory = RestrictedRunner.Build.RemoteExecution.Directory;

namespace RestrictedRunner.Tests;

public class InputTreeTests
{
    private static readonly Digest Hello = Digests.Of("hello\n"u8);
    private static readonly Digest Other = Digests.Of("other\n"u8);

    // Names and folders are few, so that entries share folders. No folder has a file's name.
    private static readonly Gen<string> FilePath =
        Gen.Select(Gen.OneOf("", "d/", "d/e/", "d d/", "\uff5e/", "\U0001f600/"), Gen.OneOf("a", "b", ".c", "\uff5e~", "\U0001f600~", "d."), string.Concat);

    private static readonly Gen<InputEntry> Entry = Gen.OneOf(
        Gen.Select(FilePath, Gen.OneOf(Hello, Other), Gen.Bool, InputEntry (path, digest, executable) => new InputEntry.File(path, digest, executable)),
        Gen.Select(FilePath, Gen.OneOf("a", "../b"), InputEntry (path, target) => new InputEntry.Link(path, target)),
        Gen.OneOf("d", "d/e", "f").Select(InputEntry (path) => new InputEntry.Folder(path)));

    private static readonly Gen<InputEntry[]> Entries = Entry.Array[0, 12].Select(entries => entries.DistinctBy(entry => entry.Path).ToArray());

    [Fact]
    public void The_root_is_the_one_that_others_compute()
    {
        var tree = InputTree.Of([new InputEntry.File("src/a.txt", Hello, IsExecutable: false)]);

        Assert.Equal("7c5751e838c9ecdf4734944bfea4c39defac3e75ad60998d205206cf01d39926", tree.Root.Hash);
        Assert.Equal(77, tree.Root.SizeBytes);
        Assert.Equal(2, tree.Folders.Count);
    }

    [Fact]
    public void Without_inputs_it_is_the_empty_folder()
    {
        var tree = InputTree.Of([]);

        Assert.Equal(Digests.Of([]), tree.Root);
        Assert.Equal(new Directory(), Assert.Single(tree.Folders).Value);
    }

    [Fact]
    public void Names_are_sorted_by_their_bytes()
    {
        string[] sorted = ["Z", "a b", "a.b", "ab", "\u00e9", "\uff5e", "\U0001f600"];
        string[] given = [.. sorted.Reverse()];

        Assert.Equal(sorted, Root([.. given.Select(File)]).Files.Select(file => file.Name));
        Assert.Equal(sorted, Root([.. given.Select(name => File($"{name}/x"))]).Directories.Select(folder => folder.Name));
        Assert.Equal(sorted, Root([.. given.Select(name => new InputEntry.Link(name, "x"))]).Symlinks.Select(link => link.Name));
    }

    [Fact]
    public void The_order_of_the_entries_does_not_matter() =>
        Entries.SelectMany(entries => Gen.Shuffle(entries.ToArray()).Select(shuffled => (entries, shuffled))).Sample((entries, shuffled) =>
        {
            var (tree, other) = (InputTree.Of(entries), InputTree.Of(shuffled));
            Assert.Equal(tree.Root, other.Root);
            Assert.Equal(tree.Folders.Keys.Order(ByHash), other.Folders.Keys.Order(ByHash));
        });

    [Fact]
    public void Two_lists_that_differ_have_two_roots() =>
        Gen.Select(Entries, Entries).Sample((entries, others) =>
            Assert.Equal(Meaning(entries).SetEquals(Meaning(others)), InputTree.Of(entries).Root.Equals(InputTree.Of(others).Root)));

    [Fact]
    public void A_change_of_one_entry_changes_the_root() =>
        Gen.Select(Entries.Where(entries => entries.Length > 0), Gen.Int).Sample((entries, at) =>
        {
            var index = (at & int.MaxValue) % entries.Length;
            var root = InputTree.Of(entries).Root;
            foreach (var changed in Changes(entries[index]))
            {
                Assert.NotEqual(root, InputTree.Of([.. entries[..index], changed, .. entries[(index + 1)..]]).Root);
            }
        });

    [Fact]
    public void Every_folder_that_is_named_is_there_under_its_own_digest() =>
        Entries.Sample(entries =>
        {
            var tree = InputTree.Of(entries);

            Assert.All(tree.Folders, folder => Assert.Equal(folder.Key, Digests.Of(folder.Value)));
            Assert.Contains(tree.Root, tree.Folders.Keys);
            Assert.All(tree.Folders.Values.SelectMany(folder => folder.Directories), node => Assert.Contains(node.Digest, tree.Folders.Keys));
        });

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("a/../b")]
    [InlineData("..")]
    public void A_path_that_may_lead_elsewhere_is_refused(string path) => Assert.Throws<ArgumentException>(() => InputTree.Of([File(path)]));

    [Fact]
    public void A_path_is_one_thing_only()
    {
        Assert.Throws<ArgumentException>(() => InputTree.Of([File("a"), File("a")]));
        Assert.Throws<ArgumentException>(() => InputTree.Of([File("a"), File("a/b")]));
        Assert.Throws<ArgumentException>(() => InputTree.Of([new InputEntry.Folder("a"), new InputEntry.Link("a", "b")]));
        Assert.Equal(
            InputTree.Of([File("a/b")]).Root,
            InputTree.Of([new InputEntry.Folder("a"), new InputEntry.Folder("a"), File("a/b")]).Root);
    }

    private static readonly Comparer<Digest> ByHash = Comparer<Digest>.Create((one, other) => string.CompareOrdinal(one.Hash, other.Hash));

    private static InputEntry.File File(string path) => new(path, Hello, IsExecutable: false);

    private static Directory Root(params InputEntry[] entries)
    {
        var tree = InputTree.Of(entries);
        return tree.Folders[tree.Root];
    }

    // A folder says nothing more where something is in it.
    private static HashSet<InputEntry> Meaning(IReadOnlyList<InputEntry> entries) =>
        [.. entries.Where(entry => entry is not InputEntry.Folder || !entries.Any(other => other.Path.StartsWith($"{entry.Path}/", StringComparison.Ordinal)))];

    private static IEnumerable<InputEntry> Changes(InputEntry entry) => entry switch
    {
        InputEntry.File file =>
        [
            file with { Path = $"{file.Path}x" },
            file with { Path = $"x/{file.Path}" },
            file with { Digest = Digests.Of([1]) },
            file with { Digest = new Digest { Hash = file.Digest.Hash, SizeBytes = file.Digest.SizeBytes + 1 } },
            file with { IsExecutable = !file.IsExecutable },
            new InputEntry.Link(file.Path, "a"),
            new InputEntry.Folder(file.Path),
        ],
        InputEntry.Link link => [link with { Path = $"{link.Path}x" }, link with { Target = $"{link.Target}x" }],
        _ => [new InputEntry.Folder($"x/{entry.Path}")],
    };
}
