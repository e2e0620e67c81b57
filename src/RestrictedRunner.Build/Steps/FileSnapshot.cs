using RestrictedRunner.Build.RemoteExecution;
using Directory = System.IO.Directory;

namespace RestrictedRunner.Build;

/// <summary>Files that a step reads or writes, as they are on the host at one moment, and the digest of them all.</summary>
/// <param name="Found">The files.</param>
/// <param name="Root">Digest of their <see cref="InputTree"/>.</param>
/// <param name="Depth">How many folders above the project's the files begin.</param>
internal sealed record FileSnapshot(InputFiles Found, Digest Root, int Depth)
{
    // What is gone each time was not removed by chance.
    private const int MostLooks = 10;

    /// <summary>The project's folder in the tree; empty when it is the root.</summary>
    public string ProjectInTree => ProjectTree.ProjectAt(Depth);

    /// <summary>Looks for what is declared, and reads what has changed since it was last read.</summary>
    /// <param name="declared">Files, folders and globs.</param>
    /// <param name="folder">Full path of the project's folder.</param>
    /// <param name="known">Path of the file that remembers what was read before.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <param name="depth">How many folders above the project's the files begin at least.</param>
    /// <param name="noInputs">What folders and globs do not stand for; null for nothing.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read a file or folder.</exception>
    public static FileSnapshot Find(IReadOnlyList<string> declared, string folder, string known, CancellationToken cancellation, int depth = 0, NoInputs? noInputs = null)
    {
        for (var look = 1; ; look++)
        {
            var found = InputFiles.Find(folder, declared, noInputs: noInputs);
            var above = Math.Max(depth, ProjectTree.Depth(found.Files.Select(file => file.Path)));
            try
            {
                return new(found, RootOf(found.Files, above, known, cancellation), above);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && look < MostLooks)
            {
                // An editor's file, say, was there when it was looked for, and gone when it was read.
            }
        }
    }

    /// <summary>What is declared as a plain path and is not there. A glob may stand for nothing.</summary>
    public IEnumerable<string> Absent(string folder) =>
        Found.Missing.Where(declared => Glob.Parse(declared, folder) is { IsPlain: true } path && !Directory.Exists(path.Start) && !Found.RawNames.Any(name => RawName.InNet(Path.GetFullPath(name, folder)) == path.Start));

    /// <summary>True while nobody has written to one of the files since they were found.</summary>
    public bool IsUnchanged() => Found.Files.All(static file => FileStamp.Of(file.FullPath) == file.Stamp);

    /// <summary>Place in the tree of a path that is relative to the project's folder.</summary>
    public string PathInTree(string path) => ProjectTree.PathAt(Depth, path);

    private static Digest RootOf(IReadOnlyList<InputFile> files, int depth, string known, CancellationToken cancellation)
    {
        var today = (int)(DateTime.UtcNow - DateTime.UnixEpoch).TotalDays;
        var knownRoot = known + KnownRoot.Ending;
        var stamps = files.Count < KnownRoot.FewestFiles ? "" : KnownRoot.StampsOf(files, depth);
        if (stamps.Length > 0 && KnownRoot.Find(knownRoot, stamps, today) is { } last)
        {
            return last;
        }

        var digested = FileDigests.Of(files, known, today, cancellation);
        var root = InputTree.Of(digested.Select(file => Entry(file, depth))).Root;
        if (stamps.Length > 0)
        {
            // Of a file that has changed, an older content may come back with its old stamp, where that is only a time and a size.
            if (digested.All(file => file.IsRemembered))
            {
                new KnownRoot(stamps, root, today).Save(knownRoot);
            }
            else
            {
                KnownRoot.Forget(knownRoot);
            }
        }

        return root;
    }

    private static InputEntry.File Entry(DigestedFile file, int depth) =>
        new(ProjectTree.PathAt(depth, file.File.Path), file.Digest ?? throw file.Problem!, file.File.Stamp.IsExecutable);
}
