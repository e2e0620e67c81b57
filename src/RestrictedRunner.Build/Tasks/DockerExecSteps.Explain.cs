using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Building;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;
using RestrictedRunner.Build.Text;

namespace RestrictedRunner.Build;

/// <content>What a build would do, for who asks.</content>
public sealed partial class DockerExecSteps
{
    private bool Explain(StepGraph graph, StepBuildSetting setting, DockerfileImages dockerfiles, StepLogs logs)
    {
        var answers = new StepExplainer(graph, setting, dockerfiles, logs, _cancellation.Token).Explain();
        Explained = [.. answers.Where(answer => !OuterExplains || answer.Step.PerTargetFramework).Select(ToItem)];
        foreach (var item in Explained)
        {
            Log.LogMessage(MessageImportance.High, item.GetMetadata("Text"));
        }

        return !logs.HaveErrors && !Log.HasLoggedErrors;
    }

    private TaskItem ToItem(StepAnswer answer)
    {
        var item = new TaskItem(EscapedText.Escape(answer.Step.Name));
        item.SetMetadata("Would", $"{answer.Would}");
        item.SetMetadata("Causes", EscapedText.Escape(string.Join('\n', answer.Causes)));
        item.SetMetadata("Text", EscapedText.Escape(answer.Text(InnerFramework)));
        return item;
    }
}
