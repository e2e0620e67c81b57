namespace RestrictedRunner;

/// <summary>A command that ran in a container to its end.</summary>
/// <param name="ExitCode">The command's own exit code.</param>
/// <param name="Duration">From the client's start to its end; pulling is not in it.</param>
/// <param name="ContainerName">Name of the container, which is gone by now.</param>
/// <param name="PrepareFailed">True when the prepare command ended the script; <see cref="ExitCode"/> is its code.</param>
/// <param name="StandardOutput">All of standard output as text, or null when it was not asked for.</param>
/// <param name="StandardError">All of standard error as text, or null when it was not asked for.</param>
public sealed record RunResult(
    int ExitCode,
    TimeSpan Duration,
    string ContainerName,
    bool PrepareFailed,
    string? StandardOutput,
    string? StandardError);
