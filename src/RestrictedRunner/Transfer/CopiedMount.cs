using RestrictedRunner.Options;

namespace RestrictedRunner.Transfer;

/// <summary>A file or folder of this machine that is copied to a place in a container.</summary>
/// <param name="HostPath">Full path on this machine.</param>
/// <param name="ContainerPath">Path in the container, in its normal form.</param>
/// <param name="IsFolder">True for a folder with all that is in it.</param>
/// <param name="ComesBack">True when what the step changes is copied back.</param>
internal sealed record CopiedMount(string HostPath, string ContainerPath, bool IsFolder, bool ComesBack)
{
    /// <summary>Permissions that it has in the container in place of its own; null for its own.</summary>
    public UnixFileMode? Mode { get; init; }

    /// <summary>Places below it at which something else is copied: of a folder that is hidden there, nothing is.</summary>
    public IReadOnlySet<string> Without { get; init; } = new HashSet<string>();

    /// <summary>What comes back of a folder with the inputs of a step, as <see cref="Mount.OutputNames"/>.</summary>
    public IReadOnlyList<string>? OutputNames { get; init; }

    /// <summary>More files of the folder, as <see cref="Mount.Elsewhere"/>.</summary>
    public IReadOnlyList<PlacedFile> Elsewhere { get; init; } = [];
}
