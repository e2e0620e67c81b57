using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.State;

namespace RestrictedRunner.Build.Strategies;

/// <summary>Runs a step in a <see cref="Stage"/>, where it sees what it declares and nothing else.</summary>
internal sealed class InStage(StepBuildSetting setting) : IStepStrategy
{
    /// <inheritdoc/>
    public StepResultFiles? Run(StepWork work, Func<RanStep, StepResultFiles> finish)
    {
        var (files, inputs) = (work.Files, work.Inputs);
        using var stage = new Stage(setting.State.Of(work.Step).Stage, inputs);
        stage.CopyInputs(work.Cancellation);
        var isCopyOfInputs = inputs.IsUnchanged();
        var outputs = work.Step.Outputs.In(stage.ProjectDirectory);
        var before = new OutputsBefore(outputs);
        var container = new StepContainer(setting, work, StepPlace.InStage(stage, inputs, work.Step, setting.ProjectDirectory));
        if (!container.Run(before))
        {
            files.RemoveEarlier(CancellationToken.None);
            return null;
        }

        // Inputs are no outputs, though they are among them.
        var staged = new CallersFiles(stage.Tree);
        foreach (var input in before.Untouched())
        {
            staged.Remove(input.Info.FullName);
        }

        var outcome = stage.BringBack(new OutputSearch(outputs).FindPaths(), files.Places, work.Cancellation);
        if (outcome.Result is not { } result)
        {
            work.Log.Diagnostics.StepFilesUnusable(work.Step, outcome.Problem ?? "what the step wrote cannot be read back");
            return null;
        }

        return finish(new(WrittenFiles.Of(result.Entries), stage.ProjectDirectory, container.Recorded) { SawInputs = isCopyOfInputs });
    }
}
