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

    /// <summary>Files become the caller's whoever writes them: engines in a virtual machine on Windows.</summary>
    AllAreCaller,
}
