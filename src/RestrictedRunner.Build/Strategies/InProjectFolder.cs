using RestrictedRunner.Build.Execution;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.State;

namespace RestrictedRunner.Build.Strategies;

/// <summary>Runs a step in the project's own folder.</summary>
internal sealed class InProjectFolder(StepBuildSetting setting) : IStepStrategy
{
    /// <inheritdoc/>
    /// <exception cref="UnseenFilesException">The engine has other files than this machine. Nothing has run.</exception>
    public StepResultFiles? Run(StepWork work, Func<RanStep, StepResultFiles> finish)
    {
        var files = work.Files;
        files.RemoveEarlier(work.Cancellation);
        var before = new OutputsBefore(work.Step.Outputs);
        var container = new StepContainer(setting, work, StepPlace.InProjectWithOutputs(work.Step, setting.ProjectDirectory), new SeeingContainer(setting.Host, BuildImages.Of(work.Log.Engine)));
        if (!container.Run(before))
        {
            files.Remove(before.Changed());
            before.NewRawNames().ToList().ForEach(new CallersFiles(setting.ProjectDirectory).RemoveTree);
            return null;
        }

        var (outputs, wereThere) = (before.Own(), before.WereThere());
        work.Remember(files.Own(WrittenFiles.ByStamps(outputs).WithoutContent(wereThere)));
        return finish(new(WrittenFiles.Of(outputs, work.Cancellation).WithoutContent(wereThere), setting.ProjectDirectory, container.Recorded)
        {
            Discovered = container.Discovered,
            // Whether the step would have made it, nobody can tell.
            WhyNotKept = wereThere is [var found, ..] ? $"the output '{found.Path}' was there before it ran" : null,
        });
    }
}
