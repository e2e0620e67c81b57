namespace RestrictedRunner.Build.State;

/// <summary>Paths of the files that remember a step from one build to the next.</summary>
/// <param name="State">The <see cref="StateFile"/>.</param>
internal sealed record StatePaths(string State)
{
    /// <summary>What the name of a <see cref="StateFile"/> ends with.</summary>
    public const string StateEnding = ".state";

    /// <summary>What the name of a <see cref="StageFolder"/> ends with.</summary>
    public const string StageEnding = ".stage";

    /// <summary>What the name of <see cref="Kept"/> ends with.</summary>
    public const string KeptEnding = ".kept";

    /// <summary>What the name of <see cref="Shell"/> ends with.</summary>
    public const string ShellEnding = ".shell";

    /// <summary>What the name of a <see cref="Lock"/> ends with.</summary>
    public const string LockEnding = ".lock";

    /// <summary>
    /// An empty file that a build holds open while it looks at the step and runs it; other builds of the same project wait. The
    /// state cannot be that file, because another takes its place each time it is written: who waits for the old one would have
    /// a file that nobody else finds any more.
    /// </summary>
    public string Lock => Path.ChangeExtension(State, LockEnding);

    /// <summary>What is known of the inputs' content.</summary>
    public string Inputs => Path.ChangeExtension(State, "inputs");

    /// <summary>What is known of the outputs' content.</summary>
    public string Outputs => Path.ChangeExtension(State, "outputs");

    /// <summary>The <see cref="RememberedKey"/>.</summary>
    public string Key => Path.ChangeExtension(State, "key");

    /// <summary>The folder of a hermetic step's <c>Stage</c>.</summary>
    public StageFolder Stage => new(Path.ChangeExtension(State, StageEnding));

    /// <summary>The stage of a run that failed, where it was to be kept.</summary>
    public StageFolder Kept => new(Path.ChangeExtension(State, KeptEnding));

    /// <summary>The files of a shell that a user opens where the step runs.</summary>
    public StageFolder Shell => new(Path.ChangeExtension(State, ShellEnding));
}
