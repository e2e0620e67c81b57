using System.Collections.Concurrent;
using System.Text;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.State;

/// <summary>
/// Which steps write into the same folders, in whatever project: in a file for each folder are the paths of their
/// states. One project knows nothing else of another.
/// </summary>
/// <param name="cache">Where the files are.</param>
/// <param name="host">The form of paths on the host.</param>
internal sealed class OutputWriters(CacheFolder cache, HostPaths host)
{
    // Folders whose file has lost the states that are not there any more.
    private readonly ConcurrentDictionary<string, bool> _cleaned = [];

    /// <summary>The steps of other projects that write there, or in a folder that it is in.</summary>
    /// <param name="folders">Full paths.</param>
    /// <param name="own">The states of the project that asks, of which nothing is read.</param>
    public IReadOnlyList<StepState> Others(IEnumerable<string> folders, StateFolder own)
    {
        var isOwn = own.OwnStates();
        return [.. folders.SelectMany(host.WithParents).Distinct().SelectMany(Read).Distinct().Where(state => !isOwn(state) && File.Exists(state)).Select(StateFile.Load).Where(step => step.Writer.Step.Length > 0 && !host.Comparer.Equals(step.Writer.Project, own.Project))];
    }

    /// <summary>Says that a step writes into folders.</summary>
    /// <param name="folders">Full paths.</param>
    /// <param name="state">Path of its state.</param>
    public void Add(IEnumerable<string> folders, string state)
    {
        foreach (var folder in folders)
        {
            var known = Read(folder);
            if (known.Contains(state))
            {
                CacheEntry.Use(new(FileOf(folder)));
                continue;
            }

            // Once, because a project may have hundreds of steps that write there.
            if (!_cleaned.TryAdd(folder, true))
            {
                Append(FileOf(folder), Line(state));
                continue;
            }

            using var file = NewFile.Beside(FileOf(folder));
            file?.Save(FileOf(folder), Encoding.UTF8.GetBytes(string.Concat(known.Where(File.Exists).Append(state).Select(Line))));
        }
    }

    private static string Line(string state) => $"{Uri.EscapeDataString(state)}\n";

    private static void Append(string path, string line)
    {
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
            file.Write(Encoding.UTF8.GetBytes(line));
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
            // The next build of the step says it again.
        }
    }

    private string[] Read(string folder)
    {
        var path = FileOf(folder);
        try
        {
            return File.Exists(path) ? [.. File.ReadLines(path).Select(Uri.UnescapeDataString)] : [];
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
            return [];
        }
    }

    private string FileOf(string folder) => cache.WritersOf(Digests.Of(Encoding.UTF8.GetBytes(host.Identity(folder))).Hash);
}
