namespace RestrictedRunner.Build;

/// <summary>A command that ran and failed, with all that can tell why.</summary>
/// <param name="Options">The step.</param>
/// <param name="ExitCode">The command's.</param>
/// <param name="At">Where its shell stopped; null when that is not known.</param>
/// <param name="Output">What is kept of its output.</param>
/// <param name="Image">What its image brought.</param>
internal sealed record FailedCommand(StepOptions Options, int ExitCode, FailedLine? At, KeptOutput Output, ImageSettings Image);
