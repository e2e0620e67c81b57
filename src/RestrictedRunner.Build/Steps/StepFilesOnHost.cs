using RestrictedRunner.Build.RemoteExecution;
using Directory = System.IO.Directory;

namespace RestrictedRunner.Build;

/// <summary>Files of a step as they are on the host at one moment, and the digest of them all.</summary>
/// <param name="Found">The files.</param>
/// <param name="Root">Digest of their <see cref="InputTree"/>.</param>
internal sealed record StepFilesOnHost(InputFiles Found, Digest Root)
{
    // An input beside the project's folder has its place in the tree too.
    private const string Parent = "..";
    private const string ParentInTree = "_";

    /// <summary>Looks for what is declared, and reads what has changed since it was last read.</summary>
    /// <param name="declared">Files, folders and globs.</param>
    /// <param name="folder">Full path of the project's folder.</param>
    /// <param name="known">Path of the file that remembers what was read before.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static StepFilesOnHost Find(IEnumerable<string> declared, string folder, string known, CancellationToken cancellation)
    {
        var found = InputFiles.Find(folder, declared);
        var entries = FileDigests.Of(found.Files, known, cancellation).Select(Entry);
        return new(found, InputTree.Of(entries).Root);
    }

    /// <summary>What is declared as a plain path and is not there. A glob may stand for nothing.</summary>
    public IEnumerable<string> Absent(string folder) =>
        Found.Missing.Where(declared => Glob.Parse(declared, folder) is { IsPlain: true } path && !Directory.Exists(path.Start));

    private static InputEntry Entry(DigestedFile file) =>
        new InputEntry.File(PathInTree(file.File.Path), file.Digest ?? throw new IOException(file.Problem), file.File.Stamp.IsExecutable);

    private static string PathInTree(string path) => string.Join('/', path.Split('/').Select(name => name == Parent ? ParentInTree : name));
}
