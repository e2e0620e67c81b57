namespace RestrictedRunner.Build;

/// <summary>What a declared step may be, on top of the rules for its options.</summary>
internal static class StepRules
{
    /// <summary>Tells all that is wrong with a step, before anything starts.</summary>
    /// <param name="step">The step.</param>
    /// <param name="parameters">What its task reads.</param>
    /// <param name="projectDirectory">Full path of the project's folder.</param>
    /// <param name="diagnostics">Is told each fault.</param>
    /// <returns>False when there was a fault.</returns>
    public static bool Check(DeclaredStep step, StepParameters parameters, string projectDirectory, Diagnostics diagnostics)
    {
        List<OptionProblem> problems = [.. step.Problems, .. parameters.Problems];
        problems.ForEach(diagnostics.Problem);
        var tooWide = new OutputFolders(step, projectDirectory).ThatHoldProject().ToList();
        tooWide.ForEach(output => diagnostics.OutputHoldsProject(step, output));
        var forbidden = step.Hermetic ? HermeticOptions.Forbidden(step).ToList() : [];
        forbidden.ForEach(parameter => diagnostics.NotHermetic(step, parameter));
        return problems.Count + tooWide.Count + forbidden.Count == 0;
    }
}
