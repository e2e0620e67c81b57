namespace RestrictedRunner;

/// <summary>What a caller wants to see while a step runs. The calls come one at a time, from threads of the runner.</summary>
public sealed record RunObserver
{
    /// <summary>Gets every line of output as soon as it is complete.</summary>
    public Action<OutputLine> Output { get; init; } = static _ => { };

    /// <summary>Gets the lines of a pull's progress.</summary>
    public Action<string> PullProgress { get; init; } = static _ => { };

    /// <summary>Gets the words of each client process before it starts. No environment value is among them.</summary>
    public Action<IReadOnlyList<string>> CommandLine { get; init; } = static _ => { };
}
