using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Paths;

/// <summary>Which path of the container is which path of the host, through a step's mounts.</summary>
internal sealed record MountMap
{
    private readonly HostPaths _host;
    private readonly IReadOnlyList<string> _tmpfs;

    /// <param name="host">The form of paths on the host.</param>
    /// <param name="mounts">What the container sees of the host.</param>
    /// <param name="tmpfs">In-memory folders, <c>/tmp:size=64m</c>: what is in them is not on the host.</param>
    public MountMap(HostPaths host, IEnumerable<Mount> mounts, IEnumerable<string> tmpfs)
    {
        _host = host;
        Mounts = [.. mounts.Select(mount => mount with { ContainerPath = ContainerPath.Normal(mount.ContainerPath) }).OrderByDescending(mount => mount.ContainerPath.Length)];
        _tmpfs = [.. tmpfs.Select(folder => ContainerPath.Normal(folder.Split(':')[0]))];
    }

    /// <summary>The mounts, those with the longest container paths first.</summary>
    public IReadOnlyList<Mount> Mounts { get; }

    /// <summary>The mount that shows a path of the container: the one with the longest path. Null for a path that is the image's, or in memory.</summary>
    /// <param name="path">A <see cref="ContainerPath.Normal"/> path.</param>
    public Mount? At(string path) =>
        Mounts.FirstOrDefault(mount => ContainerPath.IsAtOrBelow(path, mount.ContainerPath)) is { } mount && !IsInMemory(path, mount.ContainerPath.Length) ? mount : null;

    /// <summary>True for a path in memory.</summary>
    /// <param name="path">A <see cref="ContainerPath.Normal"/> path.</param>
    public bool IsInMemory(string path) => At(path) is null && IsInMemory(path, longerThan: 0);

    /// <summary>The host's path of one of the container; null when no mount shows it.</summary>
    /// <param name="path">A <see cref="ContainerPath.Normal"/> path.</param>
    public string? OnHost(string path) => At(path) is { } mount ? Joined(mount.HostPath, path[mount.ContainerPath.Length..].TrimStart('/')) : null;

    /// <summary>
    /// The container's path of one of the host, through the mount with the longest host path that shows it; null when none
    /// does. Where another mount or a folder in memory covers the path, that one's files are seen.
    /// </summary>
    /// <param name="path">Absolute path on the host, without <c>.</c> and <c>..</c>.</param>
    public string? InContainer(string path) =>
        Mounts
            .OrderByDescending(mount => _host.Segments(mount.HostPath).Length)
            .Where(mount => _host.IsAtOrBelow(path, mount.HostPath))
            .Select(mount => (Mount: mount, Path: ContainerPath.Normal(string.Join('/', [mount.ContainerPath, .. _host.Segments(path)[_host.Segments(mount.HostPath).Length..]]))))
            .FirstOrDefault(found => At(found.Path) == found.Mount).Path;

    /// <summary>
    /// The first mount inside the folder of a read-only one where that has no place for it, which the engine cannot create,
    /// and that place on the host; null when there is none.
    /// </summary>
    /// <param name="exists">Tells whether the host has a file or folder.</param>
    public (Mount Mount, string Place)? WithoutPlace(Func<string, bool> exists)
    {
        foreach (var mount in Mounts)
        {
            var outer = new MountMap(_host, Mounts.Where(other => other.ContainerPath != mount.ContainerPath), _tmpfs);
            if (outer.At(mount.ContainerPath) is { ReadOnly: true } && outer.OnHost(mount.ContainerPath) is { } place && !exists(place))
            {
                return (mount, place);
            }
        }

        return null;
    }

    private bool IsInMemory(string path, int longerThan) => _tmpfs.Any(folder => folder.Length > longerThan && ContainerPath.IsAtOrBelow(path, folder));

    private string Joined(string folder, string rest) => rest.Length == 0 ? folder : _host.Join(folder, rest.Replace('/', _host.Separator));
}
