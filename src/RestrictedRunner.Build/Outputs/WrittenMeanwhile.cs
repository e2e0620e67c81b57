using System.Text.RegularExpressions;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Outputs;

/// <summary>Finds what was written while a step ran that did not write what it declares.</summary>
internal static partial class WrittenMeanwhile
{
    // A look at so many takes some 100 ms, of a build that fails.
    private const int MostEntries = 20_000;

    // The kernel stamps files with the time of its last tick.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true };

    /// <summary>Full paths of files and links, those of upper folders first; of many files, not all are looked at.</summary>
    /// <param name="folder">Full path of the folder to look in.</param>
    /// <param name="start">When the step began.</param>
    /// <param name="isKnown">True for a path that is left out, and what is below it.</param>
    public static IReadOnlyList<string> Below(string folder, DateTimeOffset start, Predicate<string> isKnown)
    {
        try
        {
            return [.. Entries(folder, isKnown).Take(MostEntries).Where(entry => !IsFolder(entry) && Changed(entry) >= start - Tick).Select(entry => entry.FullName)];
        }
        catch (IOException)
        {
            // Somebody deletes folders at the same time.
            return [];
        }
    }

    private static IEnumerable<FileSystemInfo> Entries(string folder, Predicate<string> isKnown)
    {
        var folders = new Queue<DirectoryInfo>([new(folder)]);
        while (folders.TryDequeue(out var next))
        {
            foreach (var entry in next.EnumerateFileSystemInfos("*", Everything).Where(entry => !OfOthers().IsMatch(entry.Name) && !isKnown(entry.FullName)))
            {
                yield return entry;
                if (IsFolder(entry))
                {
                    folders.Enqueue((DirectoryInfo)entry);
                }
            }
        }
    }

    private static bool IsFolder(FileSystemInfo entry) => entry is DirectoryInfo && !LinkEntry.IsLink(entry);

    // Not the time that a program sets: cp -p and tar give files an old one.
    private static DateTimeOffset Changed(FileSystemInfo entry) => FileStatus.OfLink(entry.FullName)?.Changed ?? entry.LastWriteTimeUtc;

    // Repositories' and editors' own, and the logs that MSBuild writes all the time.
    [GeneratedRegex(@"^\.|\.binlog$|^msbuild.*\.log$", RegexOptions.IgnoreCase)]
    private static partial Regex OfOthers();
}
