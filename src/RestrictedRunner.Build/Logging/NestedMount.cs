namespace RestrictedRunner.Build;

/// <summary>A mount inside the folder of another one that is read-only, where the engine cannot create its place.</summary>
/// <param name="Place">Path on the host of the folder or file that it is mounted over.</param>
/// <param name="HostPath">What is mounted there.</param>
internal sealed record NestedMount(string Place, string HostPath)
{
    /// <summary>The first mount whose place is missing; null when each has one.</summary>
    /// <param name="mounts">The step's mounts.</param>
    /// <param name="exists">Tells whether the host has a file or folder.</param>
    public static NestedMount? WithoutPlace(IReadOnlyList<Mount> mounts, Func<string, bool> exists) =>
        mounts.Select(mount => Find(mount, mounts)).OfType<NestedMount>().FirstOrDefault(nested => !exists(nested.Place));

    private static NestedMount? Find(Mount mount, IReadOnlyList<Mount> mounts)
    {
        var path = mount.ContainerPath.TrimEnd('/');
        var outer = mounts
            .Where(other => other.ContainerPath.TrimEnd('/').Length < path.Length && HostFolder.IsAtOrBelow(path, other.ContainerPath))
            .MaxBy(other => other.ContainerPath.TrimEnd('/').Length);
        return outer is { ReadOnly: true } ? new(Path.Join(outer.HostPath, path[outer.ContainerPath.TrimEnd('/').Length..]), mount.HostPath) : null;
    }
}
