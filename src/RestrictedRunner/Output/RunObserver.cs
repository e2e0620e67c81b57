namespace RestrictedRunner;

/// <summary>What a caller wants to see while a step runs. The calls come one at a time, from threads of the runner.</summary>
public sealed record RunObserver
{
    /// <summary>Gets every line of output as soon as it is complete.</summary>
    public Action<OutputLine> Output { get; init; } = static _ => { };

    /// <summary>Called after each group of lines that have arrived together: the next may come at once, or after an hour.</summary>
    public Action CaughtUp { get; init; } = static () => { };

    /// <summary>Gets the lines of a pull's progress.</summary>
    public Action<string> PullProgress { get; init; } = static _ => { };

    /// <summary>Gets what the engine remarks of its own on a run, such as a limit that its kernel does not have.</summary>
    public Action<string> EngineRemark { get; init; } = static _ => { };

    /// <summary>Gets what is of use only to those who look for the reason of something.</summary>
    internal Action<string> Detail { get; init; } = static _ => { };

    /// <summary>Told what was copied to an engine that does not see this machine's files, or from it, in words.</summary>
    public Action<string> FilesTransferred { get; init; } = static _ => { };

    /// <summary>Gets the container's name before the client that creates it starts; twice when a pull comes in between.</summary>
    public Action<string> Starting { get; init; } = static _ => { };

    /// <summary>
    /// Gets the words of each <c>run</c> and <c>pull</c> before it starts. No environment value is among them: those in
    /// <see cref="StepOptions.DockerRunOpts"/> are shown as <c>***</c>.
    /// </summary>
    public Action<IReadOnlyList<string>> CommandLine { get; init; } = static _ => { };
}
