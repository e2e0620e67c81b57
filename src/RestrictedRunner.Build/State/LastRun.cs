namespace RestrictedRunner.Build.State;

/// <summary>Why nothing is known of a step's outputs, though the step was run.</summary>
internal enum LastRun
{
    /// <summary>Nothing was written down: it succeeded, or the build was killed.</summary>
    Unknown,

    /// <summary>An error was logged for it.</summary>
    Failed,

    /// <summary>The build was cancelled.</summary>
    Cancelled,

    /// <summary>It succeeded, but may have seen other inputs than those of its key.</summary>
    InputsChanged,

    /// <summary>It succeeded, but what its image's name stood for is not known.</summary>
    ImageUnknown,

    /// <summary>It succeeded with more warnings than are remembered.</summary>
    TooManyWarnings,
}
