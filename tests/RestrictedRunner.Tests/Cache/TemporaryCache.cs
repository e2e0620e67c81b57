using System.Security.Cryptography;
using System.Text;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>A cache, and a project whose steps use it, in a folder of their own.</summary>
internal sealed class TemporaryCache : IDisposable
{
    public const string Key = "208841804ce2f858e0e34a9e99b9d7c43c2e457d6cf441a1309921fecbd9d17e";

    private readonly string _folder;

    public TemporaryCache()
        : this(Directory.CreateTempSubdirectory("test-").FullName)
    {
    }

    /// <param name="folder">An empty folder, which is removed at the end.</param>
    public TemporaryCache(string folder)
    {
        _folder = folder;
        Project = Directory.CreateDirectory(Path.Combine(_folder, "project")).FullName;
        Folder = new(Path.Combine(_folder, "cache", "v1"));
        Cache = new(Folder);
    }

    public CacheFolder Folder { get; }

    public ResultCache Cache { get; }

    public string Project { get; }

    /// <summary>All files of the cache: of contents and results, and what is unfinished.</summary>
    public IReadOnlyList<string> Files => Directory.Exists(Folder.Path) ? [.. Directory.EnumerateFileSystemEntries(Folder.Path, "*", SearchOption.AllDirectories).Where(File.Exists).Order(StringComparer.Ordinal)] : [];

    /// <summary>The key of a step that has a name.</summary>
    public static string KeyOf(string step) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(step))).ToLowerInvariant();

    public string At(string path) => Path.Combine(Project, path.Replace('/', Here.Paths.Separator));

    public string Read(string path) => File.ReadAllText(At(path));

    public void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), content);
    }

    public void Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.CreateSymbolicLink(At(path), target);
    }

    public StoreOutcome Store(params string[] outputs) => Cache.Store(Key, new(Project, outputs), TestContext.Current.CancellationToken);

    public RestoreOutcome Restore(params string[] outputs) => Cache.Restore(Key, new(Project, outputs), TestContext.Current.CancellationToken);

    /// <summary>Stores, and fails if that did not work.</summary>
    public void MustStore(params string[] outputs) => Assert.Null(Store(outputs).Problem);

    /// <summary>Restores, and fails if that did not work.</summary>
    public RestoredResult MustRestore(params string[] outputs)
    {
        var outcome = Restore(outputs);
        Assert.True(outcome.Result is not null, outcome.Problem ?? "not in the cache");
        return outcome.Result;
    }

    /// <summary>The cache has no such result, and nothing of it is left in the project or the results.</summary>
    public void MustMiss(params string[] outputs)
    {
        Assert.Equal(new RestoreOutcome(null, null), Restore(outputs));
        Assert.False(File.Exists(Folder.Result(Key)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Project));
    }

    public void EmptyProject()
    {
        Directory.Delete(Project, recursive: true);
        Directory.CreateDirectory(Project);
    }

    /// <summary>Everything in the project: folders, links with targets, files with the executable bit and content.</summary>
    public IReadOnlyList<string> Snapshot() =>
    [
        .. new DirectoryInfo(Project).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(entry => (Path: Here.Paths.ToSlashes(Path.GetRelativePath(Project, entry.FullName)), Entry: entry))
            .Select(found => found.Entry switch
            {
                { LinkTarget: { } target } => $"{found.Path} -> {target}",
                FileInfo file => $"{found.Path} {(OperatingSystem.IsWindows() || !file.UnixFileMode.HasFlag(UnixFileMode.UserExecute) ? "" : "x")} {Content(File.ReadAllBytes(file.FullName))}",
                _ => $"{found.Path}/",
            })
            .Order(StringComparer.Ordinal),
    ];

    private static string Content(byte[] bytes) => Convert.ToHexString(bytes.Length > 100 ? SHA256.HashData(bytes) : bytes);

    public void Dispose() => new CallersFiles(Path.GetDirectoryName(_folder)!).RemoveTree(_folder);
}
