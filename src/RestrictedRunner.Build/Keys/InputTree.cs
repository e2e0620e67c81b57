using RestrictedRunner.Build.RemoteExecution;
using Directory = RestrictedRunner.Build.RemoteExecution.Directory;

namespace RestrictedRunner.Build;

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
        var folders = new Dictionary<Digest, Directory>();
        var root = Add([.. entries.Select(entry => new Place(entry, Segments(entry.Path)))], depth: 0, folders);
        return new(root, folders);
    }

    // All places have the same folders down to the depth.
    private static Digest Add(IReadOnlyList<Place> places, int depth, Dictionary<Digest, Directory> folders)
    {
        var folder = new Directory();
        foreach (var child in places.GroupBy(place => place.Segments[depth]).OrderBy(child => child.Key, Utf8Order.Comparer))
        {
            switch (child.Where(place => place.Segments.Length == depth + 1).Select(place => place.Entry).FirstOrDefault(entry => entry is not InputEntry.Folder))
            {
                case null:
                    var below = child.Where(place => place.Segments.Length > depth + 1).ToList();
                    folder.Directories.Add(new DirectoryNode { Name = child.Key, Digest = Add(below, depth + 1, folders) });
                    break;
                case { } entry when child.Skip(1).Any():
                    throw new ArgumentException($"\"{entry.Path}\" is two things at once");
                case InputEntry.File file:
                    folder.Files.Add(new FileNode { Name = child.Key, Digest = file.Digest, IsExecutable = file.IsExecutable });
                    break;
                case InputEntry.Link link:
                    folder.Symlinks.Add(new SymlinkNode { Name = child.Key, Target = link.Target });
                    break;
            }
        }

        var digest = Digests.Of(folder);
        folders[digest] = folder;
        return digest;
    }

    private static string[] Segments(string path)
    {
        var segments = path.Split('/');
        return segments.Any(segment => segment is "" or "." or "..")
            ? throw new ArgumentException($"\"{path}\" is no path below the root of the inputs")
            : segments;
    }

    private sealed record Place(InputEntry Entry, string[] Segments);
}
