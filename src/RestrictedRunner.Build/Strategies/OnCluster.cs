using Microsoft.Build.Framework;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Cluster;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.RemoteServers;
using RestrictedRunner.Build.Reports;
using RestrictedRunner.Build.State;

namespace RestrictedRunner.Build.Strategies;

/// <summary>Runs a step on a cluster or, where it cannot run there, here. Of its inputs there are copies only there.</summary>
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
            work.Log.Diagnostics.ClusterRefused(cluster.Setting.Address, e.Message);
            return null;
        }
        catch (ClusterUnavailableException e)
        {
            return RunHereInstead(work, finish, e.Message);
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

    private StepResultFiles? RunHereInstead(StepWork work, Func<RanStep, StepResultFiles> finish, string loss)
    {
        if (!cluster.Setting.FallsBack)
        {
            work.Log.Diagnostics.ClusterLost(cluster.Setting.Address, loss);
            return null;
        }

        if (cluster.Connection.IsFirstToTell())
        {
            work.Log.Diagnostics.ClusterUnusable(cluster.Setting.Address, loss);
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

    private StepResultFiles? RunThere(StepWork work, Func<RanStep, StepResultFiles> finish)
    {
        work.Log.Record?.Enter(StepPhase.Staging);
        var (inputs, folder) = (work.Inputs, setting.State.Of(work.Step).Stage);
        Stage.Remove(setting.State.Of(work.Step).Kept);
        using var stage = new Stage(folder, inputs, isMounted: false);
        var outputs = work.Step.Outputs.In(stage.ProjectDirectory);

        // What is an output too may be changed in its place, or stay as it is.
        stage.CopyInputs(work.Cancellation, path => outputs.Has(OutputPath.Absolute(stage.ProjectDirectory, OutputPath.Of(path))));
        var before = new OutputsBefore(outputs);
        var runner = new ClusterRunner(cluster, StepOf(work, stage, folder));
        var container = new StepContainer(setting, WithTimeout(work), StepPlace.InStage(folder, inputs, work.Step, setting.ProjectDirectory), runner);
        if (!container.Run(before))
        {
            work.Files.RemoveEarlier(CancellationToken.None);
            return null;
        }

        return stage.Finish(work, before, container, sawInputs: true, finish);
    }

    private ClusterStep StepOf(StepWork work, Stage stage, StageFolder folder)
    {
        var entries = work.Inputs.Entries().ToList();
        return new(work.ImageOfCluster!, [.. entries.Select(entry => entry.Entry)], work.Inputs.ProjectInTree, work.Step.Outputs.In(stage.ProjectDirectory))
        {
            Contents = [.. entries.Where(entry => entry.Entry is InputEntry.File).Select(entry => new Blob(((InputEntry.File)entry.Entry).Digest, () => Open(entry.FullPath)))],
            Store = new(setting.Contents ?? new CacheFolder(Path.Combine(folder.FullPath, "contents"))),
            EmptyFolder = folder.Outputs,
            RunsAnew = setting.Cache is null || work.Step.Outputs.DeclaredTexts.Count == 0,
            WantsOutputsOfFailure = work.Step.Parameters.IgnoreExitCode,
            Tell = what => work.Log.Messages.LogMessage(MessageImportance.Normal, $"Step '{work.Step.Name}' {what}."),
        };
    }

    // An action without a limit would run on for ever there when this process is killed.
    private static StepWork WithTimeout(StepWork work)
    {
        var parameters = work.Step.Parameters;
        return parameters.Options.Timeout != Timeout.InfiniteTimeSpan
            ? work
            : work with { Step = work.Step with { Parameters = parameters with { Options = parameters.Options with { Timeout = ClusterAction.DefaultTimeout } } } };
    }

    private static FileStream Open(string path) => new(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
}
