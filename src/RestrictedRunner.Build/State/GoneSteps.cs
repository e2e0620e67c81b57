using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Steps;

namespace RestrictedRunner.Build.State;

/// <summary>Finds each <see cref="GoneStep"/> of a project.</summary>
internal static class GoneSteps
{
    /// <summary>Those that are remembered.</summary>
    /// <param name="declared">The steps of this build, also those that it leaves to the builds of single frameworks.</param>
    /// <param name="state">Where they are remembered.</param>
    /// <param name="scope">What the project is built for.</param>
    public static IReadOnlyList<GoneStep> In(IReadOnlyList<DeclaredStep> declared, StateFolder state, BuildScope scope) =>
    [
        .. state.Steps(declared.Select(step => state.Of(step).State).ToHashSet())
            .Where(step => IsGone(step.Value.Writer, declared, state, scope))
            .Select(step => new GoneStep(step.Value, step.Key)),
    ];

    // A step whose condition is false in this build, or that has another name or other outputs in it, may come again in the next.
    private static bool IsGone(StepWriter writer, IReadOnlyList<DeclaredStep> declared, StateFolder state, BuildScope scope)
    {
        if (writer.Step.Length == 0 || state.IsOfFormerProject(writer))
        {
            return writer.Step.Length > 0;
        }

        var elements = StepElement.In(writer.DeclaredIn);
        return elements.Where(element => element.MayDeclare(writer.Step, writer.Outputs))
            .All(element => writer.Evaluated == scope.Text && element.IsOfItems && DeclaresOthers(element, elements, declared, writer.DeclaredIn));
    }

    // Then its condition is true, and it is its items that are fewer.
    private static bool DeclaresOthers(StepElement element, IReadOnlyList<StepElement> elements, IReadOnlyList<DeclaredStep> declared, string file) =>
        elements.Where(other => other.IsComputed).SequenceEqual([element])
        && declared.Any(step => step.Place.File == file && !elements.SelectMany(other => other.Names).Contains(step.Name, StringComparer.OrdinalIgnoreCase));
}
