using RestrictedRunner.Build.Steps;

namespace RestrictedRunner.Build.State;

/// <summary>The step that wrote files, as it was declared then. Paths are full.</summary>
/// <param name="Step">Its name; empty when it is not known.</param>
/// <param name="Project">The project's file.</param>
/// <param name="DeclaredIn">The file that declares the step: the project's, or one that it imports.</param>
internal sealed record StepWriter(string Step, string Project, string DeclaredIn)
{
    /// <summary>Nobody that is known.</summary>
    public static readonly StepWriter Unknown = new("", "", "");

    /// <summary>The step's outputs as they were declared.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>The <see cref="BuildScope"/> that the files belong to: its <c>Clean</c> removes them.</summary>
    public string Scope { get; init; } = "";

    /// <summary>The <see cref="BuildScope"/> of the build in which the step was declared, which may be that of one framework.</summary>
    public string Evaluated { get; init; } = "";

    /// <summary>The writer that a step is in a build.</summary>
    public static StepWriter Of(DeclaredStep step, string project, BuildScope scope) => new(step.Name, project, step.Place.File)
    {
        Outputs = step.Outputs.DeclaredTexts,
        Scope = scope.Of(step).Text,
        Evaluated = scope.Text,
    };
}
