using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;

namespace RestrictedRunner.Build.Building;

/// <summary>Files of a project that its steps wrote and that are gone, by <see cref="OutputPath"/> from the project's folder.</summary>
internal static class RemovedOutputs
{
    /// <summary>Removes what steps wrote that the project declares no longer. Before the steps run: one that was only renamed makes anew what it still makes.</summary>
    /// <param name="declared">The steps of today, also those that this build leaves to the builds of single frameworks.</param>
    /// <param name="setting">Of all steps.</param>
    /// <param name="log">Is told what was removed, and what cannot be.</param>
    /// <param name="cancellation">Ends the removal.</param>
    /// <returns>The files that were removed.</returns>
    public static IReadOnlyList<string> OfGoneSteps(IReadOnlyList<DeclaredStep> declared, StepBuildSetting setting, TaskLoggingHelper log, CancellationToken cancellation)
    {
        List<string> all = [];
        foreach (var gone in GoneSteps.In(declared, setting.State, setting.Scope))
        {
            try
            {
                var removed = gone.Remove(declared, setting.State, setting.ProjectDirectory, cancellation);
                all.AddRange(removed);
                if (removed is [var first, ..])
                {
                    log.LogMessage(MessageImportance.High, $"The project declares step '{gone.Name}' no longer, so what it wrote is removed: '{OutputPath.Ordinary(first)}'{(removed.Count > 1 ? $" and {removed.Count - 1} more" : "")}.");
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.LogMessage(MessageImportance.High, $"What step '{gone.Name}' wrote, which the project declares no longer, cannot be removed: {e.Message}");
            }
        }

        return all;
    }

    /// <summary>Remembers what this build removed, for builds that have read the project before.</summary>
    /// <param name="paths">What was removed. One of the steps may have made it again since.</param>
    /// <param name="readAt">When this build read the project.</param>
    /// <param name="setting">Of all steps.</param>
    /// <param name="cancellation">Ends a wait for another build that does the same.</param>
    /// <returns>What is gone since the project was read, whoever removed it.</returns>
    public static async Task<IReadOnlyList<string>> SinceAsync(IEnumerable<string> paths, DateTime readAt, StepBuildSetting setting, CancellationToken cancellation)
    {
        var removed = paths.Where(IsAbsent).Distinct().ToList();
        if (removed.Count > 0)
        {
            await RemovedFiles.AddAsync(setting.State.Removed, removed, cancellation).ConfigureAwait(false);
        }

        var sinceRead = await RemovedFiles.SinceAsync(setting.State.Removed, readAt, cancellation).ConfigureAwait(false);
        return [.. removed.Concat(sinceRead.Where(IsAbsent)).Distinct()];

        bool IsAbsent(string path) => OutputOnDisk.At(setting.ProjectDirectory, path) is null;
    }
}
