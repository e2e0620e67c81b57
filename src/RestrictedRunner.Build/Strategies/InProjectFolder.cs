using RestrictedRunner.Build.Host;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.State;

namespace RestrictedRunner.Build.Strategies;

/// <summary>Runs a step in the project's own folder.</summary>
internal sealed class InProjectFolder(StepBuildSetting setting) : IStepStrategy
{
    /// <inheritdoc/>
    public StepResultFiles? Run(StepWork work)
    {
        var files = work.Files;
        files.RemoveEarlier(work.Cancellation);
        var before = new OutputsBefore(work.Step.Outputs);
        var place = StepPlace.InProject(work.Step, setting.ProjectDirectory) with { Outputs = work.Step.Outputs.Mounts(setting.ProjectDirectory, beside: true) };
        var container = new StepContainer(setting, work, place);
        if (!container.Run(before))
        {
            files.Remove(before.Changed());
            before.NewRawNames().ToList().ForEach(new CallersFiles(setting.ProjectDirectory).RemoveTree);
            return null;
        }

        var (outputs, wereThere) = (before.Own(), before.WereThere());
        work.Remember(files.Own(WrittenFiles.ByStamps(outputs).WithoutContent(wereThere)));
        var written = WrittenFiles.Of(outputs, work.Cancellation).WithoutContent(wereThere);
        var own = files.Own(written);
        work.Remember(own);
        var key = work.KeyAfterRun(written);
        if (wereThere is [var found, ..])
        {
            // Whether the step would have made it, nobody can tell.
            work.Cache.LogProblem($"'{found.Path}' is among its outputs, and was there before it ran");
        }
        else
        {
            work.Cache.Store(key, setting.ProjectDirectory, container.Recorded);
        }

        return new(own, key);
    }
}
