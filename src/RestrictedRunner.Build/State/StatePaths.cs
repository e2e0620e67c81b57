using RestrictedRunner.Build.Strategies;

namespace RestrictedRunner.Build.State;

/// <summary>Paths of the files that remember a step from one build to the next.</summary>
/// <param name="State">The <see cref="StepState"/>.</param>
internal sealed record StatePaths(string State)
{
    /// <summary>What the name of a <see cref="StepState"/> ends with.</summary>
    public const string StateEnding = ".state";

    /// <summary>What the name of <see cref="WrittenFiles"/> ends with.</summary>
    public const string WrittenEnding = ".written";

    /// <summary>The <see cref="WrittenFiles"/>.</summary>
    public string Written => Path.ChangeExtension(State, WrittenEnding);

    /// <summary>What is known of the inputs' content.</summary>
    public string Inputs => Path.ChangeExtension(State, "inputs");

    /// <summary>What is known of the outputs' content.</summary>
    public string Outputs => Path.ChangeExtension(State, "outputs");

    /// <summary>The folder of a hermetic step's <c>Stage</c>.</summary>
    public string Stage => Path.ChangeExtension(State, "stage");
}
