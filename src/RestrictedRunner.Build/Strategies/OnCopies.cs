using Microsoft.Build.Framework;

namespace RestrictedRunner.Build.Strategies;

/// <summary>
/// Runs a step that is not hermetic on an engine that does not see the project's folder: on copies of the inputs that it
/// declares, at the paths that it knows. All of the project may be large, and nobody knows what of it the step needs.
/// </summary>
internal sealed class OnCopies(StepBuildSetting setting) : IStepStrategy
{
    /// <summary>False where the log has the command already.</summary>
    public bool Echoes { get; init; } = true;

    /// <inheritdoc/>
    public StepResultFiles? Run(StepWork work, Func<RanStep, StepResultFiles> finish)
    {
        var (step, folder) = (work.Step, setting.State.Of(work.Step).Stage);
        work.Log.Messages.LogMessage(MessageImportance.Normal, $"Step '{step.Name}' runs on copies of its Inputs, because the engine does not see this machine's files: what else is in the project is not there.");
        var place = StepPlace.OnCopies(folder, work.Inputs, step, setting.ProjectDirectory);
        return new StagedRun(setting, work, folder, place) { Echoes = Echoes }.Run(finish, runner: null);
    }
}
