using System.Text.RegularExpressions;

namespace RestrictedRunner;

/// <summary>What processes left behind that were killed, and that their reapers did not get at.</summary>
internal static partial class Abandoned
{
    private static readonly EnumerationOptions ReadableOnly = new() { IgnoreInaccessible = true };

    /// <summary>Removes containers and temporary folders whose owner has ended.</summary>
    /// <returns>Names of the containers.</returns>
    public static async Task<IReadOnlyList<string>> RemoveAsync(EngineProcess engine, CancellationToken cancellation)
    {
        RemoveFolders();
        var answer = await engine.AskAsync(["ps", "--all", "--filter", $"label={Container.HostLabel}", "--format", "{{.Names}} {{.Labels}}"], cancellation).ConfigureAwait(false);
        var removed = new List<string>();
        foreach (var name in WithoutOwner(answer?.StandardOutput ?? ""))
        {
            if (await ContainerRemoval.RemoveAsync(engine, new Container(name)).ConfigureAwait(false) == Removal.Removed)
            {
                removed.Add(name);
            }
        }

        return removed;
    }

    // Docker prints labels as "a=b,c=d", podman as "map[a:b c:d]". A label of the user's may hold the same text, so every
    // owner that is named has to have ended.
    private static IEnumerable<string> WithoutOwner(string list) =>
        from line in list.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let owners = OwnerInLabels().Matches(line)
        where owners.Count > 0 && owners.All(owner => Owner.Parse(owner.Groups["owner"].Value) is { } known && known.HasEnded())
        select line.Split(' ')[0];

    private static void RemoveFolders()
    {
        var temporary = Path.GetTempPath();
        foreach (var folder in Directory.Exists(temporary) ? Directory.EnumerateDirectories(temporary, $"{StepFiles.FolderPrefix}*", ReadableOnly) : [])
        {
            if (Owner.Parse(Path.GetFileName(folder)[StepFiles.FolderPrefix.Length..].Split('-')[0]) is { } owner && owner.HasEnded())
            {
                try
                {
                    Directory.Delete(folder, recursive: true);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Another user's, or just being removed by another build.
                }
            }
        }
    }

    [GeneratedRegex(@"restricted-runner\.owner[=:](?<owner>[^\s,\]]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex OwnerInLabels();
}
