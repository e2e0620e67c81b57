using Google.Protobuf;
using RestrictedRunner.Build.RemoteExecution;
using Directory = RestrictedRunner.Build.RemoteExecution.Directory;

namespace RestrictedRunner.Tests;

/// <summary>Messages of a few bytes that would be gigabytes in memory: they are refused before.</summary>
public class UnfoldingTests
{
    private const int Many = 10_000_000;

    [Theory]
    [InlineData("files of nothing", 0x0a)]
    [InlineData("folders of nothing", 0x12)]
    [InlineData("links of nothing", 0x1a)]
    public void A_folder_of_millions_of_entries_is_refused(string what, byte field)
    {
        var tree = new byte[2 * Many + 6];
        using var output = new CodedOutputStream(tree);
        output.WriteTag(1, WireFormat.WireType.LengthDelimited);
        output.WriteLength(2 * Many);
        output.Flush();
        for (var i = tree.Length - (2 * Many); i < tree.Length; i += 2)
        {
            tree[i] = field;
        }

        MustRefuse(what, tree);
    }

    [Fact]
    public void Millions_of_empty_folders_are_refused()
    {
        var tree = new byte[2 * Many];
        for (var i = 0; i < tree.Length; i += 2)
        {
            tree[i] = 0x12;
        }

        MustRefuse("folders", tree);
    }

    [Fact]
    public void Many_files_in_a_deep_folder_are_refused()
    {
        var folder = new Directory { Files = { Enumerable.Range(0, 300_000).Select(i => new FileNode { Name = $"{i}" }) } };
        var tree = new Tree { Children = { folder } };
        for (var i = 0; i < 15; i++)
        {
            folder = new Directory { Directories = { new DirectoryNode { Name = new string('x', 250), Digest = Digests.Of(folder) } } };
            tree.Children.Add(folder);
        }

        tree.Root = folder;
        MustRefuse("long paths", tree.ToByteArray());
    }

    // Each of a thousand outputs may be the same small tree.
    [Fact]
    public void Many_outputs_of_one_tree_are_refused()
    {
        var leaf = new Directory();
        var tree = new Tree { Root = new Directory { Directories = { Enumerable.Range(0, 20_000).Select(i => new DirectoryNode { Name = $"{i}", Digest = Digests.Of(leaf) }) } }, Children = { leaf } }.ToByteArray();

        MustRefuse("outputs", tree, outputs: 1000);
    }

    private static void MustRefuse(string what, byte[] tree, int outputs = 1)
    {
        var result = new ActionResult { OutputDirectories = { Enumerable.Range(0, outputs).Select(i => new OutputDirectory { Path = $"{i}", TreeDigest = Digests.Of("tree"u8) }) } };
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<InvalidDataException>(() => OutputEntries.Of(result, _ => tree));

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 500_000_000, $"{what}: {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
    }
}
