using Microsoft.Build.Framework;

namespace RestrictedRunner.Build;

/// <summary>What a step was asked for, and all that is wrong with it.</summary>
/// <param name="Options">Options with absolute host paths.</param>
/// <param name="ShownMounts">The mounts by the host paths that people know.</param>
/// <param name="StandardOutput">Importance of standard output.</param>
/// <param name="StandardError">Importance of standard error.</param>
/// <param name="ErrorFormats">Formats of errors that the user defined.</param>
/// <param name="Lines">What a line of output means.</param>
/// <param name="LogFile">Where all output goes when the step fails.</param>
/// <param name="Problems">Every fault found, of the parameters and of the options.</param>
internal sealed record StepParameters(
    StepOptions Options,
    IReadOnlyList<Mount> ShownMounts,
    MessageImportance StandardOutput,
    MessageImportance StandardError,
    IReadOnlyList<UserFormat> ErrorFormats,
    LineRules Lines,
    LogFilePlace LogFile,
    IReadOnlyList<OptionProblem> Problems);

/// <summary>Folders that a step sees in place of others.</summary>
/// <param name="For">Mounts of those that they stand in for, in place of all of the step's.</param>
internal sealed record StandIn(IReadOnlyList<Mount> For);

/// <summary>What a line of output means, in the order of <c>Exec</c>.</summary>
/// <param name="StandardErrorIsError">Every line of standard error is an error, and nothing else.</param>
/// <param name="Error">Tells the lines that are errors.</param>
/// <param name="Warning">Tells the lines that are warnings.</param>
/// <param name="IgnoreFormats">No other line is an error or a warning, whatever its format.</param>
internal sealed record LineRules(bool StandardErrorIsError, CustomExpression Error, CustomExpression Warning, bool IgnoreFormats);
