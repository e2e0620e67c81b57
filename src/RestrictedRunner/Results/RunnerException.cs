namespace RestrictedRunner;

/// <summary>The command was not run to its end. A command that ran and failed is a <see cref="RunResult"/> instead.</summary>
public sealed class RunnerException : Exception
{
    /// <summary>A failure with its reason.</summary>
    /// <param name="failure">The sort of failure.</param>
    /// <param name="message">What happened, in the engine's words where it has some.</param>
    /// <param name="cause">The exception behind it, if any.</param>
    public RunnerException(RunnerFailure failure, string message, Exception? cause = null)
        : base(message, cause) => Failure = failure;

    internal RunnerException(IReadOnlyList<OptionProblem> problems)
        : base(string.Join(Environment.NewLine, problems.Select(Describe)))
    {
        Failure = RunnerFailure.OptionsInvalid;
        Problems = problems;
    }

    /// <summary>The sort of failure.</summary>
    public RunnerFailure Failure { get; }

    /// <summary>All that is wrong with the options, when that is the failure.</summary>
    public IReadOnlyList<OptionProblem> Problems { get; } = [];

    private static string Describe(OptionProblem problem) =>
        problem.Kind == OptionProblemKind.ImageMissing
            ? "docker runner requires 'image' option"
            : $"{problem.Parameter} '{problem.Value}': {problem.Reason}";
}
