using RestrictedRunner.Hosts;
using RestrictedRunner.Options;

namespace RestrictedRunner.Results;

/// <summary>A file that a step wrote and that does not belong to its caller, who may neither change nor, perhaps, delete it.</summary>
/// <param name="Path">The file on the host.</param>
/// <param name="OwnerId">User id of its owner.</param>
internal sealed record ForeignFile(string Path, uint OwnerId)
{
    // A look at so many takes some 10 ms. A hint is worth no more, and who writes wrong files mostly writes many.
    private const int MostEntries = 2048;

    // The kernel stamps files with the time of its last tick.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true };

    /// <summary>
    /// Looks below the writable mounts, the upper folders first, at a bounded number of files. Looks at nothing when the
    /// step says who its user is or the caller is root.
    /// </summary>
    /// <param name="options">The step that has run.</param>
    /// <param name="start">When it began.</param>
    /// <param name="host">The machine. Where the engine has one of its own, all files are the caller's.</param>
    /// <returns>One such file, or null.</returns>
    public static ForeignFile? Find(StepOptions options, DateTimeOffset start, Host host)
    {
        if (host.UserId == 0 || host.Kind != HostKind.Linux || options.User.Length > 0 || RunOpts.Split(options.DockerRunOpts).Any(IsAboutUsers))
        {
            return null;
        }

        try
        {
            return options.Mounts.Where(mount => !mount.ReadOnly)
                .SelectMany(mount => Below(mount.HostPath))
                .Take(MostEntries)
                .Select(path => FileStatus.OfLink(path) is { } status && status.OwnerId != host.UserId && status.Changed >= start - Tick ? new ForeignFile(path, status.OwnerId) : null)
                .FirstOrDefault(file => file is not null);
        }
        catch (IOException)
        {
            // Somebody deletes folders at the same time.
            return null;
        }
    }

    private static bool IsAboutUsers(string word) => word.StartsWith("--user", StringComparison.Ordinal) || word.StartsWith("-u", StringComparison.Ordinal);

    private static IEnumerable<string> Below(string mounted)
    {
        if (!Directory.Exists(mounted))
        {
            yield return mounted;
        }

        var folders = new Queue<string>([mounted]);
        while (folders.TryDequeue(out var folder))
        {
            // One whose name is no UTF-8 is not there for .NET.
            foreach (var entry in Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFileSystemInfos("*", Everything) : [])
            {
                yield return entry.FullName;
                if (entry is DirectoryInfo && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
                {
                    folders.Enqueue(entry.FullName);
                }
            }
        }
    }
}
