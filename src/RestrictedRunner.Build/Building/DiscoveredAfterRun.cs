using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Building;

/// <summary>What a step read without declaring it, as it is after the run.</summary>
internal static class DiscoveredAfterRun
{
    /// <summary>The paths from the project's folder, sorted; the very list of the last run where it is the same.</summary>
    /// <param name="ran">The run.</param>
    /// <param name="step">The step, which makes some of what it reads, and may take away others.</param>
    /// <param name="before">The paths of its last run.</param>
    public static IReadOnlyList<string> Of(RanStep ran, DeclaredStep step, IReadOnlyList<string> before)
    {
        var (host, project) = (step.Inputs.Host, step.Inputs.ProjectDirectory);
        IReadOnlyList<string> now =
        [
            .. (ran.Discovered ?? [])
                .Where(path => !step.Inputs.Excludes(path) && !host.IsAtOrBelow(project, path))
                .Select(path => host.Relative(project, path))
                .Where(path => !ran.Written.IsOwn(OutputPath.Of(path)))
                .Distinct(host.Comparer)
                .Order(Utf8Order.Comparer),
        ];
        return now.SequenceEqual(before) ? before : now;
    }

    /// <summary>A file that somebody changed, or may have changed, since the run began: nobody knows what of it the step read.</summary>
    /// <param name="before">The inputs that were known then, which are compared by content.</param>
    /// <param name="after">The inputs of the next build.</param>
    /// <param name="began">When the run began, by the clock that stamps files.</param>
    /// <returns>Its path from the project's folder; null for none.</returns>
    public static string? Changed(FileSnapshot before, FileSnapshot after, long began)
    {
        if (ReferenceEquals(before, after))
        {
            return null;
        }

        var known = before.Found.Files.Select(file => file.FullPath).Concat(before.Found.Links.Select(link => link.FullPath)).ToHashSet();
        return after.Found.Files.FirstOrDefault(file => FileStamp.Of(file.FullPath) != file.Stamp || (!known.Contains(file.FullPath) && file.Stamp.MayBeChangedAfter(began)))?.Path
            ?? after.Found.Links.FirstOrDefault(link => !link.IsUnchanged() || (!known.Contains(link.FullPath) && MayBeChangedAfter(link.FullPath, began)))?.Path;
    }

    private static bool MayBeChangedAfter(string link, long began) => FileStatus.OfLink(link) is not { } status || FileStamp.Of(status).MayBeChangedAfter(began);
}
