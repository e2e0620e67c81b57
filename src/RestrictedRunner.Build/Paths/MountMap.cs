namespace RestrictedRunner.Build.Paths;

/// <summary>Which path of the container is which path of the host, through a step's mounts.</summary>
internal sealed record MountMap
{
    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    private readonly IReadOnlyList<string> _tmpfs;

    /// <param name="mounts">What the container sees of the host.</param>
    /// <param name="tmpfs">In-memory folders, <c>/tmp:size=64m</c>: what is in them is not on the host.</param>
    public MountMap(IEnumerable<Mount> mounts, IEnumerable<string> tmpfs)
    {
        Mounts = [.. mounts.Select(mount => mount with { ContainerPath = Normal(mount.ContainerPath) }).OrderByDescending(mount => mount.ContainerPath.Length)];
        _tmpfs = [.. tmpfs.Select(folder => Normal(folder.Split(':')[0]))];
    }

    /// <summary>The mounts, those with the longest container paths first.</summary>
    public IReadOnlyList<Mount> Mounts { get; }

    /// <summary>A container's absolute path without <c>.</c>, <c>..</c>, and slashes that say nothing, on every system.</summary>
    public static string Normal(string path)
    {
        var segments = new List<string>();
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(segment => segment != "."))
        {
            if (segment != "..")
            {
                segments.Add(segment);
            }
            else if (segments.Count > 0)
            {
                segments.RemoveAt(segments.Count - 1);
            }
        }

        return $"/{string.Join('/', segments)}";
    }

    /// <summary>The mount that shows a path of the container: the one with the longest path. Null for a path that is the image's, or in memory.</summary>
    /// <param name="path">A <see cref="Normal"/> path.</param>
    public Mount? At(string path) =>
        Mounts.FirstOrDefault(mount => HostFolder.IsAtOrBelow(path, mount.ContainerPath)) is { } mount && !IsInMemory(path, mount.ContainerPath.Length) ? mount : null;

    /// <summary>True for a path in memory.</summary>
    /// <param name="path">A <see cref="Normal"/> path.</param>
    public bool IsInMemory(string path) => At(path) is null && IsInMemory(path, longerThan: 0);

    /// <summary>The host's path of one of the container; null when no mount shows it.</summary>
    /// <param name="path">A <see cref="Normal"/> path.</param>
    public string? OnHost(string path) => At(path) is { } mount ? Joined(mount.HostPath, path[mount.ContainerPath.Length..].TrimStart('/')) : null;

    /// <summary>
    /// The container's path of one of the host, through the mount with the longest host path that shows it; null when none
    /// does. Where another mount or a folder in memory covers the path, that one's files are seen.
    /// </summary>
    /// <param name="path">Absolute path on the host, without <c>.</c> and <c>..</c>.</param>
    public string? InContainer(string path) =>
        Mounts
            .OrderByDescending(mount => Segments(mount.HostPath).Length)
            .Where(mount => HostFolder.IsAtOrBelow(path, mount.HostPath))
            .Select(mount => (Mount: mount, Path: Normal(string.Join('/', [mount.ContainerPath, .. Segments(path)[Segments(mount.HostPath).Length..]]))))
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
            var outer = new MountMap(Mounts.Where(other => other.ContainerPath != mount.ContainerPath), _tmpfs);
            if (outer.At(mount.ContainerPath) is { ReadOnly: true } && outer.OnHost(mount.ContainerPath) is { } place && !exists(place))
            {
                return (mount, place);
            }
        }

        return null;
    }

    private bool IsInMemory(string path, int longerThan) => _tmpfs.Any(folder => folder.Length > longerThan && HostFolder.IsAtOrBelow(path, folder));

    private static string Joined(string host, string rest)
    {
        if (rest.Length == 0)
        {
            return host;
        }

        var isWindows = host is [_, ':', ..] || host.StartsWith(@"\\", StringComparison.Ordinal);
        return isWindows ? $@"{host.TrimEnd('\\', '/')}\{rest.Replace('/', '\\')}" : $"{host.TrimEnd('/')}/{rest}";
    }

    private static string[] Segments(string path) => path.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
}
