using Microsoft.Build.Framework;
using RestrictedRunner.Build.Execution;
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
        if (setting.Workers is not null && setting.Engines?.Copies(step.Parameters.Options) == true)
        {
            TellWhyAlone(work, "files are copied for it, and a container that runs gets no others");
            return null;
        }

        var place = new StepPlace(project, work.Inputs.ProjectInTree, new(project, ProjectMount.Path)) { Outputs = step.Outputs.Mounts(project, beside: false) };
        var options = work.WithImage(place.Parameters(step, setting.Mounts).Options);
        return setting.Workers?.Rent(step, options, why => TellWhyAlone(work, why), work.Cancellation);
    }

    private static void TellWhyAlone(StepWork work, string why) =>
        work.Log.Messages.LogMessage(MessageImportance.Low, $"Step '{work.Step.Name}' runs in a container of its own: {why}.");

    private StepResultFiles? Run(StepWork work, Func<RanStep, StepResultFiles> finish, StageFolder folder, SharedContainer? runner) =>
        new StagedRun(setting, work, folder, StepPlace.InStage(folder, work.Inputs, work.Step, setting.ProjectDirectory)).Run(finish, runner);
}
