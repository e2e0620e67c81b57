using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.RemoteExecution;
using Directory = RestrictedRunner.Build.RemoteExecution.Directory;

namespace RestrictedRunner.Build.Keys;

/// <summary>
/// All inputs of a step as the Merkle tree of the Remote Execution API: each folder names its files and folders with
/// their digests, so that the digest of the root changes with any name, byte or executable bit below it.
/// </summary>
/// <param name="Root">Digest of the outermost folder.</param>
/// <param name="Folders">Every folder, the root too, by its digest. The bytes of these messages are the tree's blobs.</param>
internal sealed record InputTree(Digest Root, IReadOnlyDictionary<Digest, Directory> Folders)
{
    /// <param name="entries">In any order; each path once, except that folders may repeat.</param>
    /// <exception cref="ArgumentException">A path is not of the form that it has to have, or two entries exclude each other.</exception>
    public static InputTree Of(IEnumerable<InputEntry> entries)
    {
        var root = new Folder();
        foreach (var entry in entries)
        {
            root.Add(entry, entry.Path);
        }

        var folders = new Dictionary<Digest, Directory>();
        return new(Close(root, folders), folders);
    }

    private static Digest Close(Folder folder, Dictionary<Digest, Directory> folders)
    {
        var directory = new Directory();
        foreach (var name in folder.Folders.Keys.Order(Utf8Order.Comparer))
        {
            directory.Directories.Add(new DirectoryNode { Name = name, Digest = Close(folder.Folders[name], folders) });
        }

        foreach (var name in folder.Entries.Keys.Order(Utf8Order.Comparer))
        {
            if (folder.Entries[name] is InputEntry.File file)
            {
                directory.Files.Add(new FileNode { Name = name, Digest = file.Digest, IsExecutable = file.IsExecutable });
            }
            else if (folder.Entries[name] is InputEntry.Link link)
            {
                directory.Symlinks.Add(new SymlinkNode { Name = name, Target = link.Target });
            }
        }

        var digest = Digests.Of(directory);
        folders[digest] = directory;
        return digest;
    }

    private sealed class Folder
    {
        public Dictionary<string, Folder> Folders { get; } = [];

        /// <summary>Files and links by their names.</summary>
        public Dictionary<string, InputEntry> Entries { get; } = [];

        /// <param name="entry">What is in this folder or below it.</param>
        /// <param name="path">Where, from here.</param>
        public void Add(InputEntry entry, string path)
        {
            var slash = path.IndexOf('/', StringComparison.Ordinal);
            var name = slash < 0 ? path : path[..slash];
            if (name is "" or "." or "..")
            {
                throw new ArgumentException($"\"{entry.Path}\" is no path below the root of the inputs");
            }

            var isFolder = slash >= 0 || entry is InputEntry.Folder;
            if (isFolder ? Entries.ContainsKey(name) : Folders.ContainsKey(name) || !Entries.TryAdd(name, entry))
            {
                throw new ArgumentException($"\"{entry.Path}\" is where something else is");
            }

            if (isFolder && !Folders.ContainsKey(name))
            {
                Folders.Add(name, new Folder());
            }

            if (slash >= 0)
            {
                Folders[name].Add(entry, path[(slash + 1)..]);
            }
        }
    }
}
