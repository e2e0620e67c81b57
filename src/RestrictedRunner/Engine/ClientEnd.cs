namespace RestrictedRunner.Engine;

/// <summary>How a client ended that ran a container.</summary>
/// <param name="ExitCode">Its exit code; 128 + the signal's number when a signal ended it.</param>
/// <param name="HasStartedNothing">True when its container was there, and the engine's record has no start of it.</param>
internal sealed record ClientEnd(int ExitCode, bool HasStartedNothing = false);
