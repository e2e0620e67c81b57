using System.Globalization;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build.Building;

/// <summary>What became of the steps of a project.</summary>
/// <param name="UpToDate">How many were up to date.</param>
/// <param name="Restored">How many came from the cache.</param>
/// <param name="Run">How many ran and succeeded.</param>
/// <param name="Failed">How many failed.</param>
/// <param name="NotRun">How many were not run, because of others.</param>
/// <param name="Duration">What all of them took.</param>
internal sealed record StepSummary(int UpToDate, int Restored, int Run, int Failed, int NotRun, TimeSpan Duration)
{
    /// <summary>The line of a project none of whose steps had to do anything.</summary>
    public static StepSummary OfUnchanged(int steps) => new(steps, Restored: 0, Run: 0, Failed: 0, NotRun: 0, TimeSpan.Zero);

    /// <summary>One line: <c>Steps: 12 up to date, 3 from cache, 2 run in 4.1 s</c>. Where nothing had to be done, it is of less importance.</summary>
    public void Log(TaskLoggingHelper log) =>
        log.LogMessage(Restored + Run + Failed + NotRun > 0 ? MessageImportance.High : MessageImportance.Normal, $"Steps: {string.Join(", ", Parts())}");

    private IEnumerable<string> Parts() =>
    [
        .. Part(UpToDate, "up to date"),
        .. Part(Restored, "from cache"),
        .. Part(Run, string.Create(CultureInfo.InvariantCulture, $"run in {Duration.TotalSeconds:F1} s")),
        .. Part(Failed, "failed"),
        .. Part(NotRun, "not run"),
    ];

    private static string[] Part(int count, string what) => count == 0 ? [] : [string.Create(CultureInfo.InvariantCulture, $"{count} {what}")];
}
