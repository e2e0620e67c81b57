namespace RestrictedRunner;

/// <summary>A command that ran in a container to its end.</summary>
public sealed record RunResult
{
    internal RunResult()
    {
    }

    /// <summary>The command's own exit code.</summary>
    public required int ExitCode { get; init; }

    /// <summary>From the client's start to its end; pulling is not in it.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Name of the container, which is gone by now.</summary>
    public required string ContainerName { get; init; }

    /// <summary>True when the prepare command ended the script; <see cref="ExitCode"/> is its code.</summary>
    public bool PrepareFailed { get; init; }

    /// <summary>
    /// True when the kernel killed a process of the container because memory ran out, whatever the exit code is. Known of
    /// steps with a memory limit, from docker; podman does not tell.
    /// </summary>
    public bool OutOfMemory { get; init; }

    /// <summary>All of standard output as text, or null when it was not asked for.</summary>
    public string? StandardOutput { get; init; }

    /// <summary>All of standard error as text, or null when it was not asked for.</summary>
    public string? StandardError { get; init; }
}
