using System.Text.RegularExpressions;
using RestrictedRunner.Commands;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Engine;

/// <summary>What processes left behind that were killed, and that their reapers did not get at.</summary>
internal static partial class Abandoned
{
    private static readonly EnumerationOptions ReadableOnly = new() { IgnoreInaccessible = true };

    /// <summary>Removes containers and temporary folders whose owner has ended.</summary>
    /// <returns>Names of the containers.</returns>
    public static async Task<IReadOnlyList<string>> RemoveAsync(EngineProcess engine, CancellationToken cancellation)
    {
        if (!engine.Host.Owner.CanJudge)
        {
            // Nothing that the engine has could be told from what others wait for.
            return [];
        }

        RemoveFolders(engine.Host);
        var answer = await engine.AskAsync(["ps", "--all", "--filter", $"label={Container.HostLabel}", "--format", "{{.Names}} {{json .Labels}}"], cancellation).ConfigureAwait(false);
        var removed = new List<string>();
        foreach (var name in WithoutOwner(answer?.StandardOutput ?? "", engine.Host.Owner))
        {
            var removal = await ContainerRemoval.RemoveInTimeAsync(engine, new Container(name, engine.Host.Owner), cancellation).ConfigureAwait(false);
            if (removal == Removal.Removed)
            {
                removed.Add(name);
            }
            else if (removal == Removal.Unknown && cancellation.IsCancellationRequested)
            {
                // Nobody waits for an engine that hangs once for each container.
                break;
            }
        }

        return removed;
    }

    // Labels are text that users may choose too, with names of others' containers, line ends and owners in it: as JSON it
    // is one line, only names of our form count, and every owner that is named has to have ended. Docker gives the labels
    // as one text, "a=b,c=d", podman as an object.
    private static IEnumerable<string> WithoutOwner(string list, Owner current) =>
        from line in list.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let name = line.Split(' ')[0]
        where Container.IsName(name)
        let owners = OwnerInLabels().Matches(line)
        where owners.Count > 0 && owners.All(owner => Owner.Parse(owner.Groups["owner"].Value) is { } known && known.HasEnded(current))
        select name;

    private static void RemoveFolders(Host host)
    {
        var folders = host.MemoryFolders.Append(host.RunFolder).Where(Directory.Exists);
        foreach (var folder in folders.SelectMany(place => Directory.EnumerateDirectories(place, $"{RunFiles.FolderPrefix}*", ReadableOnly)))
        {
            if (Owner.Parse(Path.GetFileName(folder)[RunFiles.FolderPrefix.Length..].Split('-')[0]) is { } owner && owner.HasEnded(host.Owner) && IsOurs(folder, host))
            {
                RunFiles.RemoveFolder(folder);
            }
        }
    }

    // Anybody may make a folder of such a name where all users' temporary files are.
    private static bool IsOurs(string folder, Host host) => FileStatus.OfLink(folder) is { } status && status.OwnerId == host.UserId;

    [GeneratedRegex(@"restricted-runner\.owner(=|"":"")(?<owner>[^\s,""\\]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex OwnerInLabels();
}
