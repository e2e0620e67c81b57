namespace RestrictedRunner.Build.Reports;

/// <summary>What a build does for a step at one time.</summary>
internal enum StepPhase
{
    /// <summary>A step that comes before has not ended.</summary>
    WaitingForSteps,

    /// <summary>As many steps run as may run at once.</summary>
    WaitingForSlot,

    /// <summary>Another build, or another target framework of this one, builds the same step.</summary>
    WaitingForLock,

    /// <summary>Its inputs, key and outputs are looked at.</summary>
    Looking,

    /// <summary>Its result is looked for in the cache, and brought from there.</summary>
    Restoring,

    /// <summary>Its inputs are copied, or the container starts that it shares with others.</summary>
    Staging,

    /// <summary>Its image comes.</summary>
    Pulling,

    /// <summary>Its container runs, from the start of the engine's client to its end.</summary>
    Running,

    /// <summary>Its outputs are read, and put into their places and the cache.</summary>
    Storing,
}

/// <summary>One phase of a step. Times are microseconds since 1970.</summary>
internal sealed record PhaseTime(StepPhase Phase, long Start, long End);
