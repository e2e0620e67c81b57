using Microsoft.Build.Framework;
using RestrictedRunner.Build.Execution;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Reports;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Workers;
using RestrictedRunner.Workers;

namespace RestrictedRunner.Build.Strategies;

/// <summary>Runs a step in a <see cref="Stage"/>, where it sees what it declares and nothing else.</summary>
internal sealed class InStage(StepBuildSetting setting) : IStepStrategy
{
    /// <inheritdoc/>
    public StepResultFiles? Run(StepWork work, Func<RanStep, StepResultFiles> finish)
    {
        work.Log.Record?.Enter(StepPhase.Staging);
        using (var lease = Rent(work))
        {
            try
            {
                if (lease is not null)
                {
                    var result = Run(work, finish, lease.Folder, new SharedContainer(lease.Worker));
                    setting.Workers!.Count(lease);
                    return result;
                }
            }
            catch (WorkerLostException e)
            {
                TellWhyAlone(work, e.Message);
            }
        }

        return Run(work, finish, setting.State.Of(work.Step).Stage, runner: null);
    }

    private WorkerLease? Rent(StepWork work)
    {
        var (step, project) = (work.Step, setting.ProjectDirectory);
        var place = new StepPlace(project, work.Inputs.ProjectInTree, new(project, ProjectMount.Path)) { Outputs = step.Outputs.Mounts(project, beside: false) };
        var options = work.WithImage(place.Parameters(step, setting.Mounts).Options);
        return setting.Workers?.Rent(step, options, why => TellWhyAlone(work, why), work.Cancellation);
    }

    private static void TellWhyAlone(StepWork work, string why) =>
        work.Log.Messages.LogMessage(MessageImportance.Low, $"Step '{work.Step.Name}' runs in a container of its own: {why}.");

    private void Keep(Stage stage, StepWork work)
    {
        var kept = setting.State.Of(work.Step).Kept;
        stage.KeepIn(kept);
        work.Log.Messages.LogMessage(MessageImportance.High, $"What step '{work.Step.Name}' saw and wrote is kept in {kept.Tree} until its next run, or until the project is cleaned.");
    }

    private StepResultFiles? Run(StepWork work, Func<RanStep, StepResultFiles> finish, StageFolder folder, SharedContainer? runner)
    {
        Stage.Remove(setting.State.Of(work.Step).Kept);
        var (files, inputs) = (work.Files, work.Inputs);
        using var stage = new Stage(folder, inputs, isMounted: runner is not null);
        stage.CopyInputs(work.Cancellation);
        var isCopyOfInputs = inputs.IsUnchanged();
        var outputs = work.Step.Outputs.In(stage.ProjectDirectory);
        var before = new OutputsBefore(outputs);
        var container = new StepContainer(setting, work, StepPlace.InStage(folder, inputs, work.Step, setting.ProjectDirectory), runner);
        if (!container.Run(before))
        {
            files.RemoveEarlier(CancellationToken.None);
            if (setting.KeepsStages)
            {
                Keep(stage, work);
            }

            return null;
        }

        // Inputs are no outputs, though they are among them.
        var staged = new CallersFiles(stage.Tree);
        foreach (var input in before.Untouched())
        {
            staged.Remove(input.Info.FullName);
        }

        if (stage.BringBack(new OutputSearch(outputs).FindPaths(), files.Places, work.Cancellation, out var problem) is not { } entries)
        {
            work.Log.Diagnostics.StepFilesUnusable(work.Step, problem);
            return null;
        }

        return finish(new(WrittenFiles.Of(entries), stage.ProjectDirectory, container.Recorded) { SawInputs = isCopyOfInputs });
    }
}
