namespace RestrictedRunner.Build.Keys;

/// <summary>Everything that the result of a step depends on, except the content of its inputs.</summary>
internal sealed record StepAction
{
    /// <summary>What runs: a program and its arguments, or a shell, its options and the script.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>In any order; of two variables with one name the later counts.</summary>
    public IReadOnlyList<EnvironmentVariable> EnvironmentVariables { get; init; } = [];

    /// <summary>Folder that the program starts in, relative to the root of the inputs; empty is the root.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Files and folders that the step makes, relative to <see cref="WorkingDirectory"/>, with <c>/</c>. In any order.</summary>
    public IReadOnlyList<string> OutputPaths { get; init; } = [];

    /// <summary>The image by its digest or id: a name alone may mean another image tomorrow.</summary>
    public string Image { get; init; } = "";

    /// <summary>
    /// Limits and other options, each a name with a value. A name may come more than once, and the order does not count:
    /// a list whose order does is one value.
    /// </summary>
    public IReadOnlyList<ActionProperty> Properties { get; init; } = [];

    /// <summary>Longest time that the step may run; one that got more time has another key.</summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>What else sets results apart. By default our version: one may run a step in another way than the next.</summary>
    public string Salt { get; init; } = $"{typeof(StepAction).Assembly.GetName().Name} {typeof(StepAction).Assembly.GetName().Version}";
}

/// <summary>A property of the platform that a step runs on, as the Remote Execution API has it.</summary>
internal sealed record ActionProperty(string Name, string Value);
