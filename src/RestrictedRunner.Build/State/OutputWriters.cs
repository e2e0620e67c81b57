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
    /// <summary>The steps of other projects that write there, or in a folder that it is in.</summary>
    /// <param name="folders">Full paths.</param>
    /// <param name="project">Full path of the project that asks.</param>
    public IReadOnlyList<StepState> Others(IEnumerable<string> folders, string project) =>
        [.. folders.SelectMany(host.WithParents).Distinct().SelectMany(Read).Distinct().Where(File.Exists).Select(StateFile.Load).Where(step => step.Writer.Step.Length > 0 && !host.Comparer.Equals(step.Writer.Project, project))];

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

            using var file = NewFile.Beside(FileOf(folder));
            file?.Save(FileOf(folder), Encoding.UTF8.GetBytes(string.Concat(known.Where(File.Exists).Append(state).Select(path => $"{Uri.EscapeDataString(path)}\n"))));
        }
    }

    private string[] Read(string folder)
    {
        try
        {
            return [.. File.ReadLines(FileOf(folder)).Select(Uri.UnescapeDataString)];
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
            return [];
        }
    }

    private string FileOf(string folder) => cache.WritersOf(Digests.Of(Encoding.UTF8.GetBytes(host.Identity(folder))).Hash);
}
