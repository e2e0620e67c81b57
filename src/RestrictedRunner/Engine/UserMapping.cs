namespace RestrictedRunner.Engine;

/// <summary>Who, on the host, the users of a container are.</summary>
internal enum UserMapping
{
    /// <summary>Users with the same numbers: an engine that runs as root.</summary>
    SameIds,

    /// <summary>The container's root is the caller, all others are nobody: rootless Docker, Docker Desktop on Linux.</summary>
    RootIsCaller,

    /// <summary>As before, but the engine lets the caller keep its own numbers when asked to: rootless Podman.</summary>
    KeepsIds,

    /// <summary>
    /// The same where the engine's own user has other numbers than the caller: a rootless podman machine on macOS. Podman knows how
    /// to say so since 4.3: https://docs.podman.io/en/latest/markdown/podman-run.1.html#userns-mode
    /// </summary>
    MachineKeepsIds,

    /// <summary>Files become the caller's whoever writes them: engines in a virtual machine on Windows.</summary>
    AllAreCaller,
}
