using Microsoft.Build.Framework;
using RestrictedRunner.Build.Building;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Reports;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build;

/// <content>The report of a build.</content>
public sealed partial class DockerExecSteps
{
    /// <summary>True writes at the end of the build a report of the steps of all its projects.</summary>
    public bool Report { get; set; }

    /// <summary>Folder that the report goes to, relative to the project.</summary>
    public string ReportFolder { get; set; } = "";

    /// <summary>Path of a project whose target <c>GetBuildId</c> gives another text each time it is built.</summary>
    public string BuildIdProject { get; set; } = "";

    // A build that only asks builds nothing that there would be to tell of.
    private bool Reports => Report && !FailIfNotIncremental && !OnlyExplain && !OpensShell;

    // Before the first step begins to wait. What comes back is called when all have ended.
    private Action<IReadOnlyList<StepResult>, StepBuildSetting>? BeginReport(StepGraph graph, StepLogs logs, Host host)
    {
        if (ReportedBuild.Of(BuildEngine, BuildIdProject, host) is not { } build)
        {
            return null;
        }

        var records = graph.Steps.ToDictionary(step => step.Name, _ => StepRecord.Begin(), StringComparer.OrdinalIgnoreCase);
        logs.Records = records;
        return (results, setting) =>
        {
            var steps = new ProjectReport(graph, records, setting, ProjectFiles[0].GetMetadata("FullPath"), InnerFramework).Of(results);
            try
            {
                Log.LogMessage(MessageImportance.Normal, $"The report of this build's steps is in {build.Add(steps, host.Paths.Full(ReportFolder, ProjectFolder.Find()))} when the build has ended.");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What the steps have made is not worth less for it.
                Log.LogMessage(MessageImportance.High, $"This build's report lacks the steps of the project, because they cannot be written to the temporary folder: {e.Message}");
            }
        };
    }
}
