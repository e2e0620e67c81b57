namespace RestrictedRunner.Build.Execution;

/// <summary>How a step has ended.</summary>
internal sealed record StepOutcome
{
    /// <summary>False when an error was logged.</summary>
    public bool Succeeded { get; init; }

    /// <summary>The command's exit code; -1 when it did not run to its end, or when it returned 0 and its output held errors.</summary>
    public int ExitCode { get; init; } = -1;

    /// <summary>Name of the container, which is gone by now; empty when none was to be created.</summary>
    public string ContainerName { get; init; } = "";

    /// <summary>True when the step was stopped because its time was over.</summary>
    public bool TimedOut { get; init; }

    /// <summary>From the start of the engine's client to its end, without a pull; zero when the command did not run.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>True when the kernel killed a process of the step because memory ran out.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>The lines of output that are not blank, if they were asked for.</summary>
    public IReadOnlyList<OutputLine> Output { get; init; } = [];
}
