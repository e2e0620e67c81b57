using System.Globalization;

namespace RestrictedRunner.Build.Reports;

/// <summary>How a report names what it tells.</summary>
internal static class ReportText
{
    private const double Kibi = 1024;
    private const double MicrosecondsPerSecond = 1_000_000;

    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

    public static string Of(ReportedState state) => state switch
    {
        ReportedState.UpToDate => "up to date",
        ReportedState.Restored => "from cache",
        ReportedState.Ran => "run",
        ReportedState.Failed => "failed",
        _ => "not run",
    };

    public static string Of(StepPhase phase) => phase switch
    {
        StepPhase.WaitingForSteps => "waiting for other steps",
        StepPhase.WaitingForSlot => "waiting for a slot",
        StepPhase.WaitingForLock => "waiting for a lock",
        StepPhase.Looking => "looking",
        StepPhase.Restoring => "restoring",
        StepPhase.Staging => "staging",
        StepPhase.Pulling => "pulling",
        StepPhase.Running => "running",
        _ => "storing",
    };

    /// <summary>The word that the page's colours go by.</summary>
    public static string ClassOf(StepPhase phase) => ReportedStep.IsWaiting(phase) ? "waiting" : Of(phase);

    /// <summary>Seconds, as <c>1.25 s</c>.</summary>
    public static string Seconds(long microseconds) => string.Create(CultureInfo.InvariantCulture, $"{microseconds / MicrosecondsPerSecond:F2} s");

    /// <summary>Files and their size, as <c>3 files, 1.5 KiB</c>.</summary>
    public static string Of(FileSum sum) => string.Create(CultureInfo.InvariantCulture, $"{sum.Files} {(sum.Files == 1 ? "file" : "files")}, {Size(sum.Bytes)}");

    private static string Size(long bytes)
    {
        var (size, unit) = ((double)bytes, 0);
        while (size >= Kibi && unit < Units.Length - 1)
        {
            (size, unit) = (size / Kibi, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 ? $"{bytes}" : size.ToString("F1", CultureInfo.InvariantCulture))} {(bytes == 1 ? "byte" : Units[unit])}");
    }
}
