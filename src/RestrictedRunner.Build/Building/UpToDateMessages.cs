using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.MSBuild;

namespace RestrictedRunner.Build.Building;

/// <summary>What the log of a step says that does not run.</summary>
internal static class UpToDateMessages
{
    /// <summary>Nothing has changed.</summary>
    public static void UpToDate(TaskLoggingHelper log, string step) => log.LogMessage(MessageImportance.Normal, $"Step '{step}' is up to date.");

    /// <summary>A default of the project would loosen what a hermetic step may not do.</summary>
    public static void IgnoredDefault(TaskLoggingHelper log, string step, string name) =>
        log.LogMessage(MessageImportance.Low, $"Step '{step}' is hermetic and ignores {ProjectProperties.Prefix}{name}. To use it, set {name} on the step itself.");
}
