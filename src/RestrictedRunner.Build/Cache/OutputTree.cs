using Google.Protobuf;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;
using Directory = RestrictedRunner.Build.RemoteExecution.Directory;

namespace RestrictedRunner.Build.Cache;

/// <summary>The content of an output that is a folder.</summary>
internal static class OutputTree
{
    /// <summary>Most entries of a result. Folders that come again are in a tree once, so that a small forged one could unfold without end.</summary>
    public const int MostEntries = 500_000;

    // Of all paths together, each of which is in memory.
    private const long MostCharacters = 100_000_000;

    /// <param name="entries">All that is in the folder, with paths relative to it; each path once.</param>
    public static Tree Of(IEnumerable<InputEntry> entries)
    {
        var (root, folders) = InputTree.Of(entries);
        return new()
        {
            Root = folders[root],
            Children = { folders.Where(folder => !folder.Key.Equals(root)).OrderBy(folder => folder.Key.Hash, StringComparer.Ordinal).Select(folder => folder.Value) },
        };
    }

    /// <summary>Reads a tree, which may be forged.</summary>
    /// <exception cref="InvalidDataException">It is none, or has too much in it.</exception>
    public static Tree Read(byte[] bytes)
    {
        try
        {
            return MessageSize.IsUsual(bytes, depth: 2) ? Tree.Parser.ParseFrom(bytes) : throw new InvalidDataException("the tree is too large");
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException("it is no tree", e);
        }
    }

    /// <summary>The folder and all that is in it, each folder before its content. Names are not checked.</summary>
    /// <param name="path">Path of the folder.</param>
    /// <param name="tree">Its content.</param>
    /// <param name="most">How many entries it may have.</param>
    /// <exception cref="InvalidDataException">The tree lacks one of its folders, or has too much in it.</exception>
    public static IReadOnlyList<InputEntry> Entries(string path, Tree tree, int most = MostEntries)
    {
        var characters = 0L;
        var folders = tree.Children.Select(child => (Digest: Digests.Of(child), Folder: child)).DistinctBy(child => child.Digest).ToDictionary(child => child.Digest, child => child.Folder);
        var entries = new List<InputEntry>();
        var left = new Stack<(string Path, Directory Folder)>([(path, tree.Root ?? new Directory())]);
        while (left.TryPop(out var next))
        {
            var count = next.Folder.Files.Count + next.Folder.Symlinks.Count + next.Folder.Directories.Count;
            characters += (count + 1L) * (next.Path.Length + 1);
            if (entries.Count + left.Count + count + 1 > most || characters > MostCharacters || next.Path.Length > OutputPath.MaxLength)
            {
                throw new InvalidDataException("the tree is too large");
            }

            entries.Add(new InputEntry.Folder(next.Path));
            entries.AddRange(next.Folder.Files.Select(file => new InputEntry.File($"{next.Path}/{file.Name}", file.Digest ?? new Digest(), file.IsExecutable)));
            entries.AddRange(next.Folder.Symlinks.Select(link => new InputEntry.Link($"{next.Path}/{link.Name}", link.Target)));
            foreach (var child in next.Folder.Directories)
            {
                left.Push(($"{next.Path}/{child.Name}", folders.GetValueOrDefault(child.Digest ?? new Digest()) ?? throw new InvalidDataException($"\"{child.Name}\" is not in the tree")));
            }
        }

        return entries;
    }
}
