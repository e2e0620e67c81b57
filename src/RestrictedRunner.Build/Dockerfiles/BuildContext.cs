using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Dockerfiles;

/// <summary>What a client sends to the builder: files, links and folders, relative to the context with <c>/</c>, in the order of UTF-8 bytes.</summary>
/// <param name="Files">The files.</param>
/// <param name="Links">The targets of symbolic links, as they are written, by the links' paths.</param>
/// <param name="Folders">The permissions of folders by their paths.</param>
internal sealed record BuildContext(IReadOnlyList<InputFile> Files, IReadOnlyDictionary<string, string> Links, IReadOnlyDictionary<string, uint> Folders)
{
    private const uint Permissions = 0xfff;

    /// <summary>Full paths of the folders that were looked into: while nothing in them comes or goes, the files are the same.</summary>
    public required IReadOnlyList<string> LookedInto { get; init; }

    /// <summary>Paths with a name that is no UTF-8, each a <see cref="RawName"/>.</summary>
    public required IReadOnlyList<string> RawNames { get; init; }

    /// <summary>Permissions that a builder keeps.</summary>
    public static uint PermissionsOf(uint mode) => mode & Permissions;

    /// <summary>Looks what is in a context.</summary>
    /// <param name="folder">Full path of the context.</param>
    /// <param name="ignore">What is left out.</param>
    /// <exception cref="UnauthorizedAccessException">This user may not look into a folder.</exception>
    public static BuildContext Find(string folder, IgnoreFile ignore)
    {
        List<InputFile> files = [];
        Dictionary<string, string> links = [];
        Dictionary<string, uint> folders = [];
        List<string> lookedInto = [];
        List<string> rawNames = [];
        LookInto(folder, "", null);
        files.Sort(static (x, y) => Utf8Order.Comparer.Compare(x.Path, y.Path));
        return new(files, links, folders) { LookedInto = lookedInto, RawNames = rawNames };

        void LookInto(string fullPath, string start, IgnoreMatch? match)
        {
            lookedInto.Add(fullPath);
            foreach (var entry in FolderContent.Of(fullPath))
            {
                Look(entry, Path.Join(fullPath, entry.Name), start + entry.Name, match);
            }
        }

        void Look(FolderEntry entry, string fullPath, string path, IgnoreMatch? above)
        {
            var match = ignore.Match(path, above);
            var isRealFolder = entry is { IsFolder: true, IsLink: false };
            if (!match.IsIgnored)
            {
                Add(fullPath, path, isRealFolder);
            }

            if (isRealFolder && (!match.IsIgnored || ignore.MayHaveExceptions(path)))
            {
                LookInto(fullPath, $"{path}/", match);
            }
        }

        // Pipes and sockets are not sent, and what has gone meanwhile is not there.
        void Add(string fullPath, string path, bool isFolder)
        {
            if (RawName.IsRaw(path))
            {
                rawNames.Add(path);
            }
            else if (FileStatus.OfLink(fullPath) is not { } status)
            {
                return;
            }
            else if (status.IsLink)
            {
                links[path] = RawLink.TargetOf(new FileInfo(fullPath));
            }
            else if (isFolder)
            {
                folders[path] = PermissionsOf(status.Mode);
            }
            else if (status.IsRegularFile)
            {
                files.Add(new(path, fullPath, FileStamp.Of(status)));
            }
        }
    }
}
