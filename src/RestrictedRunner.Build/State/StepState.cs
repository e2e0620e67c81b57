namespace RestrictedRunner.Build.State;

/// <summary>What is remembered of a step from one build to the next.</summary>
internal sealed record StepState
{
    /// <summary>Nothing.</summary>
    public static readonly StepState None = new();

    /// <summary>Key of the step when it last succeeded; empty when it is to run again.</summary>
    public string Key { get; init; } = "";

    /// <summary>Hash of the files that it wrote then, or empty.</summary>
    public string OutputsHash { get; init; } = "";

    /// <summary>Why <see cref="Key"/> is empty, where that is known.</summary>
    public LastRun LastRun { get; init; }

    /// <summary>The warnings that it had.</summary>
    public IReadOnlyList<StepWarning> Warnings { get; init; } = [];

    /// <summary>What it wrote, as far as that is still its own.</summary>
    public WrittenFiles Written { get; init; } = WrittenFiles.None;

    /// <summary>What it read without declaring it, from the project's folder.</summary>
    public IReadOnlyList<string> Discovered { get; init; } = [];

    /// <summary>The step.</summary>
    public StepWriter Writer { get; init; } = StepWriter.Unknown;

    /// <summary>The same while the outputs change: the step is to run again, and what it wrote is still its own to remove.</summary>
    public StepState Forgotten() => this with { Key = "", OutputsHash = "", LastRun = LastRun.Unknown, Warnings = [] };
}
