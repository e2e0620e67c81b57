using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.Steps;

namespace RestrictedRunner.Build.Building;

/// <summary>What a declared step may be, on top of the rules for its options.</summary>
internal static class StepRules
{
    /// <summary>Tells all that is wrong with a step, before anything starts.</summary>
    /// <param name="step">The step.</param>
    /// <param name="parameters">Its parameters in the place where it runs.</param>
    /// <param name="projectDirectory">Full path of the project's folder.</param>
    /// <param name="diagnostics">Is told each fault.</param>
    /// <param name="forPull">True before the step is to run: files that a build makes for it need not be there yet.</param>
    /// <returns>False when there was a fault.</returns>
    public static bool Check(DeclaredStep step, StepParameters parameters, string projectDirectory, Diagnostics diagnostics, bool forPull = false)
    {
        List<OptionProblem> problems = [.. parameters.Problems.Concat(StepOptionRules.Check(parameters.Options, parameters.Host)).Concat(CacheMountRules.Check(parameters)).Where(problem => !forPull || !IsOfFiles(problem))];
        problems.ForEach(diagnostics.Problem);
        var tooWide = step.Outputs.ThatHoldProject().ToList();
        tooWide.ForEach(output => diagnostics.OutputHoldsProject(step, output));
        var forbidden = step.Hermetic ? HermeticOptions.Forbidden(step).ToList() : [];
        forbidden.ForEach(parameter => diagnostics.NotHermetic(step, parameter));
        return problems.Count + tooWide.Count + forbidden.Count == 0;
    }

    private static bool IsOfFiles(OptionProblem problem) =>
        problem.Kind is OptionProblemKind.MountSourceMissing or OptionProblemKind.InputMissing or OptionProblemKind.WorkingDirectoryUnreachable;
}
