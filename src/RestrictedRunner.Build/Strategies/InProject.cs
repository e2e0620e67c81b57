using RestrictedRunner.Build.Execution;

namespace RestrictedRunner.Build.Strategies;

/// <summary>Runs a step that is not hermetic: in the project's own folder or, where the engine does not see that, on copies.</summary>
/// <param name="setting">The project.</param>
internal sealed class InProject(StepBuildSetting setting) : IStepStrategy
{
    /// <inheritdoc/>
    public StepResultFiles? Run(StepWork work, Func<RanStep, StepResultFiles> finish)
    {
        if (setting.Engines?.Copies(work.Step.Parameters.Options) == true)
        {
            return new OnCopies(setting).Run(work, finish);
        }

        try
        {
            return new InProjectFolder(setting).Run(work, finish);
        }
        catch (UnseenFilesException)
        {
            return new OnCopies(setting) { Echoes = false }.Run(work, finish);
        }
    }
}
