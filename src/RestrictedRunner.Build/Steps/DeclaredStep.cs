using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Steps;

/// <summary>A step as a <c>DockerExecStep</c> item declares it.</summary>
/// <param name="Name">The item's identity.</param>
/// <param name="Place">Where the project declares it.</param>
internal sealed record DeclaredStep(string Name, ProjectPlace Place)
{
    /// <summary>Heads the step's log; the name when there is none.</summary>
    public string Description { get; init; } = "";

    /// <summary>What the step reads, also as its standard input.</summary>
    public DeclaredInputs Inputs { get; init; } = DeclaredInputs.None;

    /// <summary>What the step writes.</summary>
    public DeclaredOutputs Outputs { get; init; } = DeclaredOutputs.None;

    /// <summary>Names of the steps that come before it.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>True for a step that sees only what it declares.</summary>
    public bool Hermetic { get; init; }

    /// <summary>False for a hermetic step that has a container of its own, true for one that shares one even if it is the only one; null where nobody said so.</summary>
    public bool? SharesContainer { get; init; }

    /// <summary>True where a glob or folder among the inputs may stand for nothing.</summary>
    public bool AllowEmptyInputs { get; init; }

    /// <summary>True for a step that each of several frameworks has for itself.</summary>
    public bool PerTargetFramework { get; init; }

    /// <summary>What the step's own metadata give, without the defaults of the project.</summary>
    public GivenValues Own { get; init; } = GivenValues.None;

    /// <summary>The same with those defaults that hold for the step.</summary>
    public GivenValues Given { get; init; } = GivenValues.None;

    /// <summary>Names of defaults that do not hold for the step, because they would loosen what a hermetic one may not do.</summary>
    public IReadOnlyList<string> IgnoredDefaults { get; init; } = [];

    /// <summary>What the given values mean, with all that is wrong with the metadata. The step sees no folder of the project yet.</summary>
    public StepParameters Parameters { get; init; } = new(Host.OfThisMachine, new StepOptions(), LogFilePlace.In("", Place));
}
