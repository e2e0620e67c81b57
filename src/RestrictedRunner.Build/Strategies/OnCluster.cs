using Microsoft.Build.Framework;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Cluster;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Reports;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;

namespace RestrictedRunner.Build.Strategies;

/// <summary>Runs a step on a cluster or, where it cannot run there, here. Only the cluster gets copies of the inputs.</summary>
/// <param name="setting">The project.</param>
/// <param name="cluster">The cluster.</param>
/// <param name="here">Runs a step here.</param>
internal sealed class OnCluster(StepBuildSetting setting, ProjectCluster cluster, IStepStrategy here) : IStepStrategy
{
    /// <inheritdoc/>
    public StepResultFiles? Run(StepWork work, Func<RanStep, StepResultFiles> finish)
    {
        if (ClusterRules.WhyNot(work.Step, work.ImageOfCluster?.Reference, cluster.Setting.Properties) is { } reason)
        {
            return RunHere(work, finish, reason);
        }

        if (cluster.Connection.Loss is { } loss)
        {
            return RunHereInstead(work, finish, loss);
        }

        try
        {
            return RunThere(work, finish);
        }
        catch (ClusterRefusedException e)
        {
            work.Log.Diagnostics.ClusterRefused(cluster.Setting.Address, e.Refusal, e.Message);
            return null;
        }
        catch (ClusterUnavailableException e)
        {
            return RunHereInstead(work, finish, e);
        }
    }

    // A step of its own kind has its place here already.
    private StepResultFiles? RunHere(StepWork work, Func<RanStep, StepResultFiles> finish, string reason)
    {
        if (!cluster.Setting.FallsBack)
        {
            work.Log.Diagnostics.StepNotForCluster(cluster.Setting.Address, reason);
            return null;
        }

        work.Log.Messages.LogMessage(MessageImportance.Normal, $"Step '{work.Step.Name}' runs here and not on the cluster: {reason}.");
        return here.Run(work, finish);
    }

    private StepResultFiles? RunHereInstead(StepWork work, Func<RanStep, StepResultFiles> finish, ClusterUnavailableException loss)
    {
        if (!cluster.Setting.FallsBack)
        {
            work.Log.Diagnostics.ClusterLost(cluster.Setting.Address, loss.Failure, loss.Message);
            return null;
        }

        if (cluster.Connection.IsFirstToTell())
        {
            cluster.TellUnusable(loss);
        }

        work.Log.Record?.Enter(StepPhase.WaitingForSlot);
        setting.PlacesInstead?.Wait(work.Cancellation);
        try
        {
            return here.Run(work, finish);
        }
        finally
        {
            setting.PlacesInstead?.Release();
        }
    }

    // Where the stage is kept, it has all inputs. Otherwise only those that are outputs too: they may be changed in their
    // place, or stay as they are.
    private StepResultFiles? RunThere(StepWork work, Func<RanStep, StepResultFiles> finish)
    {
        var folder = setting.State.Of(work.Step).Stage;
        var place = StepPlace.InStage(folder, work.Inputs, work.Step, setting.ProjectDirectory);
        var outputs = work.Step.Outputs.In(place.ProjectDirectory);
        return new StagedRun(setting, work, folder, place)
        {
            Copied = setting.KeepsStages ? null : path => outputs.Has(OutputPath.Absolute(place.ProjectDirectory, OutputPath.Of(path))),
        }.Run(finish, new ClusterRunner(cluster, StepOf(work, outputs, folder)));
    }

    private ClusterStep StepOf(StepWork work, DeclaredOutputs outputs, StageFolder folder)
    {
        var entries = work.Inputs.Entries().ToList();
        return new(work.ImageOfCluster!, [.. entries.Select(entry => entry.Entry)], work.Inputs.ProjectInTree, outputs)
        {
            Files = [.. entries.Where(entry => entry.Entry is InputEntry.File).Select(entry => new ClusterInput(setting.Host.Paths.Relative(setting.ProjectDirectory, entry.FullPath), new(((InputEntry.File)entry.Entry).Digest, () => Open(entry.FullPath))))],
            Store = new(setting.Contents ?? new CacheFolder(Path.Combine(folder.FullPath, "contents"))),
            EmptyFolder = folder.Outputs,
            RunsAnew = setting.Cache is null || work.Step.Outputs.DeclaredTexts.Count == 0,
            WantsOutputsOfFailure = work.Step.Parameters.IgnoreExitCode || setting.KeepsStages,
            Tell = what => work.Log.Messages.LogMessage(MessageImportance.Normal, $"Step '{work.Step.Name}' {what}."),
        };
    }

    private static FileStream Open(string path) => new(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
}
