using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Cache;

/// <summary>Puts the outputs of an earlier run where a step would leave them.</summary>
/// <remarks>
/// Everything that differs is copied and checked before the first file changes. Then folders change file by file instead of as a
/// whole: what is the same keeps its time, so that nothing behind it is built again, and each file is at any moment the old
/// or the new one. A process that is killed between the first rename and the last leaves files of both, all whole; whether
/// a step is done is decided by the content of its outputs, so the next build restores the rest.
/// </remarks>
/// <param name="copy">Makes a new file with an output's content and permissions; false when the content is not to be had any more.</param>
/// <param name="emptyFolder">Full path of a folder to put outputs together in, if it is on their file system; null for one that comes and goes.</param>
internal sealed class OutputRestorer(Func<InputEntry.File, string, UnixFileMode, CancellationToken, bool> copy, string? emptyFolder = null)
{
    // Globs of the .NET SDK and most tools pass by folders with such names.
    private const string StagingPrefix = ".restricted-runner-";

    private const UnixFileMode Ordinary =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private const UnixFileMode Executable = Ordinary | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <param name="places">Where the outputs are to be, and what may go for them.</param>
    /// <param name="outputs">The outermost outputs; what else is in them goes if it may.</param>
    /// <param name="entries">All that is to be there.</param>
    /// <param name="cancellationToken">Stops before the first file has changed.</param>
    /// <returns>What was written, or null if a content is missing: then nothing has changed.</returns>
    /// <exception cref="IOException">Something cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Something may not be written.</exception>
    public IReadOnlyList<string>? Restore(OutputPlaces places, IReadOnlyList<string> outputs, IReadOnlyList<InputEntry> entries, CancellationToken cancellationToken)
    {
        var folder = places.Folder;
        var own = new CallersFiles(folder);
        if (outputs.Select(output => OutputPath.LinkAbove(folder, output)).FirstOrDefault(link => link is not null) is { } link)
        {
            throw new IOException($"outputs are behind the symbolic link \"{link}\"");
        }

        if (entries.OfType<InputEntry.Folder>().Select(entry => OutputOnDisk.At(folder, entry.Path)).FirstOrDefault(output => output is { IsLink: true } && !places.MayGo(output)) is { } instead)
        {
            throw new IOException($"in place of an output's folder there is the symbolic link \"{instead.Info.FullName}\"");
        }

        if (entries.Select(entry => entry.Path).Distinct(places.Host.Comparer).Count() < entries.Count)
        {
            throw new IOException("of its outputs two have names that differ in case only, which are one file here");
        }

        var found = outputs.SelectMany(output => OutputOnDisk.Find(folder, output)).ToList();
        var there = found.ToDictionary(output => output.Path);
        var differs = new bool[entries.Count];
        InParallel.ForEach(Enumerable.Range(0, entries.Count), i => differs[i] = !IsSame(entries[i], there.GetValueOrDefault(entries[i].Path), cancellationToken), cancellationToken);

        var changes = entries.Where((_, i) => differs[i]).ToList();
        var files = changes.OfType<InputEntry.File>().ToList();
        var staging = files.Count == 0 ? null : BeginStaging(own, outputs);
        try
        {
            if (staging is not null && !Stage(files, staging, cancellationToken))
            {
                return null;
            }

            RemoveOthers(found, entries, places, own);
            foreach (var output in outputs)
            {
                own.CreateFolder(Path.GetDirectoryName(OutputPath.Absolute(folder, output))!);
            }

            foreach (var subfolder in changes.OfType<InputEntry.Folder>())
            {
                own.CreateFolder(OutputPath.Absolute(folder, subfolder.Path));
            }

            for (var i = 0; i < files.Count; i++)
            {
                var (from, to) = (Staged(staging!, i), OutputPath.Absolute(folder, files[i].Path));
                own.In(Path.GetDirectoryName(to)!, () => Replacement.Move(from, to));
            }

            // Last, so that nothing is ever written through one.
            foreach (var change in changes.OfType<InputEntry.Link>())
            {
                var place = OutputPath.Absolute(folder, change.Path);
                own.In(Path.GetDirectoryName(place)!, () => SymbolicLink.Create(place, change.Target));
            }

            return [.. changes.Where(change => change is not InputEntry.Folder).Select(change => change.Path)];
        }
        finally
        {
            if (staging is not null && staging != emptyFolder)
            {
                CacheEntry.Remove(staging);
            }
        }
    }

    private static bool IsSame(InputEntry entry, OutputOnDisk? there, CancellationToken cancellationToken) => (entry, there) switch
    {
        (_, null) => false,
        (InputEntry.Folder, _) => there.IsFolder,
        (InputEntry.Link link, _) => there.IsLink && there.Target == link.Target,
        (InputEntry.File file, _) => there.IsFile
            && there.IsExecutable == (file.IsExecutable && Host.OfThisMachine.HasExecutableBit)
            && ((FileInfo)there.Info).Length == file.Digest.SizeBytes
            && Digests.OfFile(there.Info.FullName, cancellationToken).Equals(file.Digest),
        _ => false,
    };

    private bool Stage(List<InputEntry.File> files, string staging, CancellationToken cancellationToken)
    {
        var complete = true;
        InParallel.ForEach(
            Enumerable.Range(0, files.Count),
            i =>
            {
                if (Volatile.Read(ref complete) && !copy(files[i], Staged(staging, i), files[i].IsExecutable ? Executable : Ordinary, cancellationToken))
                {
                    Volatile.Write(ref complete, false);
                }
            },
            cancellationToken);
        return complete;
    }

    /// <summary>True for the name of a folder that outputs are put together in. A build that is killed leaves it there for some time.</summary>
    public static bool IsStaging(ReadOnlySpan<char> name) => name.StartsWith(StagingPrefix, StringComparison.Ordinal) && Guid.TryParseExact(name[StagingPrefix.Length..], "N", out _);

    private static string Staged(string staging, int index) => Path.Combine(staging, $"{index}");

    // Beside the outputs, or above them, but in none: there it is on their file system, unless one is mounted on the way.
    private string BeginStaging(CallersFiles own, IReadOnlyList<string> outputs)
    {
        var folder = own.Root;
        var parents = outputs.Select(output => output.Split('/').SkipLast(1).ToArray()).ToList();
        var common = parents[0].TakeWhile((name, i) => parents.All(parent => parent.Length > i && parent[i] == name));
        var above = common.Aggregate("", (path, name) => Directory.Exists(OutputPath.Absolute(folder, $"{path}{name}")) ? $"{path}{name}/" : path) is { Length: > 0 } below
            ? OutputPath.Absolute(folder, below.TrimEnd('/'))
            : folder;

        own.CreateFolder(above);
        if (emptyFolder is not null && FileStatus.Of(emptyFolder)?.Device == FileStatus.Of(above)?.Device)
        {
            return emptyFolder;
        }

        foreach (var left in Directory.EnumerateDirectories(above, $"{StagingPrefix}*").Where(left => Eviction.IsAbandoned(new DirectoryInfo(left))))
        {
            CacheEntry.Remove(left);
        }

        var staging = Path.Combine(above, $"{StagingPrefix}{Guid.NewGuid():N}");
        own.CreateFolder(staging);
        return staging;
    }

    // Only what a rename does not replace: the content of a folder comes before the folder.
    private static void RemoveOthers(List<OutputOnDisk> found, IReadOnlyList<InputEntry> entries, OutputPlaces places, CallersFiles own)
    {
        var wanted = entries.ToDictionary(entry => entry.Path, places.Host.Comparer);
        var there = found.Select(output => output.Path).ToHashSet(places.Host.Comparer);
        var earlier = places.Earlier
            .Where(path => !wanted.ContainsKey(path) && !there.Contains(path))
            .Order(Utf8Order.Comparer)
            .Select(path => OutputOnDisk.At(places.Folder, path)).OfType<OutputOnDisk>()
            .Where(places.MayGo);
        var folders = entries.OfType<InputEntry.Folder>().Select(entry => OutputPath.Absolute(places.Folder, entry.Path)).ToHashSet(places.Host.Comparer);
        OutputOnDisk.Remove(earlier.ToList(), own, folder => folders.Contains(folder) || places.Stays(folder));
        foreach (var output in Enumerable.Reverse(found))
        {
            switch (wanted.GetValueOrDefault(output.Path))
            {
                case InputEntry.Folder when output.IsFolder:
                case InputEntry.File when !output.IsFolder:
                case InputEntry.Link link when output.IsLink && output.Target == link.Target:
                case null when !places.MayGo(output) || (output.IsFolder && !output.IsEmptyFolder):
                    break;
                default:
                    // Not what is still in a folder.
                    own.Remove(output.Info.FullName);
                    break;
            }
        }
    }
}
