using Microsoft.Build.Framework;
using RestrictedRunner.Build.Execution;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Reports;
using RestrictedRunner.Build.State;

namespace RestrictedRunner.Build.Strategies;

/// <summary>One run of a step in a <see cref="Stage"/>: its inputs go there, and its outputs come back.</summary>
/// <param name="setting">The project.</param>
/// <param name="work">The step.</param>
/// <param name="folder">Where the stage is.</param>
/// <param name="place">How the step sees it.</param>
internal sealed class StagedRun(StepBuildSetting setting, StepWork work, StageFolder folder, StepPlace place)
{
    /// <summary>False where the log has the command already.</summary>
    public bool Echoes { get; init; } = true;

    /// <summary>Tells by their paths, relative to the project's folder, the inputs that are copied; null for all.</summary>
    public Predicate<string>? Copied { get; init; }

    /// <summary>Runs the step.</summary>
    /// <param name="finish">Told what the step wrote, while that is also still in the stage.</param>
    /// <param name="runner">What runs it; null for a container of the step's own.</param>
    /// <returns>What <paramref name="finish"/> returns; null when an error was logged.</returns>
    public StepResultFiles? Run(Func<RanStep, StepResultFiles> finish, IStepRunner? runner)
    {
        work.Log.Record?.Enter(StepPhase.Staging);
        Stage.Remove(setting.State.Of(work.Step).Kept);
        var (files, inputs) = (work.Files, work.Inputs);
        using var stage = new Stage(folder, inputs, isMounted: runner is SharedContainer);
        var outputs = work.Step.Outputs.In(stage.ProjectDirectory);
        var goFromTheirPlaces = runner is null && Copied is null && !setting.KeepsStages && setting.Engines?.Copies(work.Step.Parameters.Options) == true;
        stage.CopyInputs(work.Cancellation, goFromTheirPlaces ? path => outputs.Has(OutputPath.Absolute(stage.ProjectDirectory, OutputPath.Of(path))) : Copied);
        var isCopyOfInputs = inputs.IsUnchanged();
        var before = new OutputsBefore(outputs);
        var container = new StepContainer(setting, work, place.Copied(setting.KeepsStages ? [] : outputs.NamesIn(place.Project.HostPath), goFromTheirPlaces ? stage.Others(place.Project.HostPath, setting.Host.Paths) : []), runner) { Echoes = Echoes };
        if (!container.Run(before))
        {
            files.RemoveEarlier(CancellationToken.None);
            if (setting.KeepsStages)
            {
                Keep(stage);
            }

            return null;
        }

        return stage.Finish(work, before, container, goFromTheirPlaces ? inputs.IsUnchanged() : isCopyOfInputs, finish);
    }

    private void Keep(Stage stage)
    {
        var kept = setting.State.Of(work.Step).Kept;
        stage.KeepIn(kept);
        work.Log.Messages.LogMessage(MessageImportance.High, $"What step '{work.Step.Name}' saw and wrote is kept in {kept.Tree} until its next run, or until the project is cleaned.");
    }
}
