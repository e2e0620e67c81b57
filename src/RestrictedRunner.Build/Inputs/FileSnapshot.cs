using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Hosts;
using Directory = System.IO.Directory;

namespace RestrictedRunner.Build.Inputs;

/// <summary>Files that a step reads or writes, as they are on the host at one moment, and the digest of them all.</summary>
/// <param name="Found">The files.</param>
/// <param name="Root">Digest of their <see cref="InputTree"/>.</param>
/// <param name="Depth">How many folders above the project's the files begin.</param>
internal sealed record FileSnapshot(InputFiles Found, Digest Root, int Depth)
{
    // What is gone each time was not removed by chance.
    private const int MostLooks = 10;

    private const string Executable = "x ";
    private const string LinkTo = "-> ";

    // What is in the files: read for the root or, where that was known, when somebody asks.
    private Func<IReadOnlyList<DigestedFile>> Digested { get; init; } = static () => [];

    /// <summary>The project's folder in the tree; empty when it is the root.</summary>
    public string ProjectInTree => ProjectTree.ProjectAt(Depth);

    /// <summary>Looks for inputs, and reads what has changed since it was last read.</summary>
    /// <param name="declared">The inputs.</param>
    /// <param name="known">Path of the file that remembers what was read before.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <param name="depth">How many folders above the project's the files begin at least.</param>
    /// <param name="excluded">What folders and globs do not stand for; null for nothing.</param>
    /// <param name="remember">False leaves what was read before as it is.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read a file or folder.</exception>
    public static FileSnapshot Find(DeclaredInputs declared, string known, CancellationToken cancellation, int depth = 0, ExcludedInputs? excluded = null, bool remember = true) =>
        Of(() => InputFiles.Find(declared, excluded), known, depth, remember, cancellation);

    /// <summary>The same for outputs, whose links are the files that they lead to.</summary>
    /// <param name="host">The form of paths on the host.</param>
    /// <param name="written">Full paths of files, which may have any characters in their names.</param>
    /// <param name="folder">Full path of the project's folder.</param>
    /// <param name="known">Path of the file that remembers what was read before.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <param name="remember">False leaves what was read before as it is.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read a file or folder.</exception>
    public static FileSnapshot OfOutputs(HostPaths host, IReadOnlyList<string> written, string folder, string known, CancellationToken cancellation, bool remember = true) =>
        Of(() => InputFiles.FindOutputs(host, folder, [.. written.Select(path => Glob.Plain(host, path))], followsLinks: true), known, depth: 0, remember, cancellation);

    /// <summary>What is declared as a plain path and is not there.</summary>
    public IEnumerable<DeclaredPath> Absent() => Found.Missing.Where(IsFile);

    /// <summary>The globs and folders that stand for nothing.</summary>
    public IEnumerable<DeclaredPath> Empty() => Found.Missing.Where(path => !IsFile(path));

    /// <summary>True while nobody has written to one of the files since they were found.</summary>
    public bool IsUnchanged() => Found.Files.All(static file => FileStamp.Of(file.FullPath) == file.Stamp) && Found.Links.All(static link => link.IsUnchanged());

    /// <summary>What is in each file and link, by its path from the project's folder: a text that is another one when that changes.</summary>
    public IReadOnlyDictionary<string, string> Contents()
    {
        var contents = new Dictionary<string, string>(Found.Files.Count + Found.Links.Count);
        foreach (var (file, digest, _) in Digested())
        {
            contents[file.Path] = (file.Stamp.IsExecutable ? Executable : "") + digest?.Hash;
        }

        foreach (var link in Found.Links)
        {
            contents[link.Path] = LinkTo + TargetInTree(link);
        }

        return contents;
    }

    /// <summary>Each file and link at its place in the tree, with the file's path on the host.</summary>
    public IEnumerable<(InputEntry Entry, string FullPath)> Entries() =>
        Digested().Select(file => ((InputEntry)Entry(file, Depth), file.File.FullPath)).Concat(Found.Links.Select(link => ((InputEntry)Entry(link, Depth), link.FullPath)));

    /// <summary>True for two contents that differ in nothing but whether the file can be executed.</summary>
    public static bool DifferInModeOnly(string one, string other) => one != other && Plain(one) == Plain(other);

    /// <summary>True for the content of a file that can be executed.</summary>
    public static bool IsExecutable(string content) => content.StartsWith(Executable, StringComparison.Ordinal);

    /// <summary>Place in the tree of a path that is relative to the project's folder.</summary>
    public string PathInTree(string path) => ProjectTree.PathAt(Depth, path);

    /// <summary>What is to be written in a link of the tree, relative to the folder that it is in.</summary>
    public string TargetInTree(InputLink link) => TargetInTree(link, Depth);

    private static string Plain(string content) => IsExecutable(content) ? content[Executable.Length..] : content;

    private static bool IsFile(DeclaredPath path) => path.IsPlain && !Directory.Exists(path.Glob.Start);

    private static FileSnapshot Of(Func<InputFiles> find, string known, int depth, bool remember, CancellationToken cancellation)
    {
        for (var look = 1; ; look++)
        {
            var found = find();
            var above = Math.Max(depth, ProjectTree.Depth(found.Files.Select(file => file.Path).Concat(found.Links.Select(link => link.Path))));
            try
            {
                return Of(found, above, known, remember, cancellation);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && look < MostLooks)
            {
                // An editor's file, say, was there when it was looked for, and gone when it was read.
            }
        }
    }

    private static FileSnapshot Of(InputFiles found, int depth, string known, bool remember, CancellationToken cancellation)
    {
        var today = DigestCache.Today;
        var knownRoot = known + KnownRoot.Ending;
        var stamps = found.Files.Count < KnownRoot.FewestFiles ? "" : KnownRoot.StampsOf(found, depth);
        if (stamps.Length > 0 && KnownRoot.Find(knownRoot, stamps, today) is { } last)
        {
            return new(found, last, depth) { Digested = () => FileDigests.Of(found.Files, known, today, cancellation, remember) };
        }

        var digested = FileDigests.Of(found.Files, known, today, cancellation, remember);
        var root = InputTree.Of([.. digested.Select(file => Entry(file, depth)), .. found.Links.Select(link => Entry(link, depth))]).Root;
        if (stamps.Length > 0 && remember)
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

        return new(found, root, depth) { Digested = () => digested };
    }

    private static InputEntry.File Entry(DigestedFile file, int depth) =>
        new(ProjectTree.PathAt(depth, file.File.Path), file.Digest ?? throw file.Problem!, file.File.Stamp.IsExecutable);

    private static InputEntry.Link Entry(InputLink link, int depth) => new(ProjectTree.PathAt(depth, link.Path), TargetInTree(link, depth));

    // The same wherever the checkout is: also of a link that is absolute, or leads by a folder's name that the tree has not.
    private static string TargetInTree(InputLink link, int depth) =>
        HostPaths.Linux.Relative(ContainerPath.Parent($"/{ProjectTree.PathAt(depth, link.Path)}")!, $"/{ProjectTree.PathAt(depth, link.Target)}");
}
