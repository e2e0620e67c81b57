using RestrictedRunner.Hosts;

namespace RestrictedRunner.Commands;

/// <summary>
/// The places on the host at which one mount is inside the folder of another. An engine makes those that are not there, as
/// root where it is root's, and the caller could not remove them.
/// </summary>
internal static class MountPoints
{
    // A tmpfs gets the permissions of its place; at one that an engine makes, everybody may write to it.
    private const UnixFileMode OfTmpfs =
        UnixFileMode.StickyBit |
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Makes them as the caller, as far as that is possible.</summary>
    public static void Create(StepOptions options)
    {
        var mounted = options.Mounts.Select(mount => (Path: ContainerPath.Normal(mount.ContainerPath), Mount: (Mount?)mount))
            .Concat(options.Tmpfs.Select(text => (Path: ContainerPath.Normal(text.Split(':')[0]), Mount: (Mount?)null)))
            .ToList();
        foreach (var (path, inner) in mounted)
        {
            var (outerPath, outer) = mounted.Where(other => path.StartsWith($"{other.Path}/", StringComparison.Ordinal)).OrderBy(other => other.Path.Length).LastOrDefault();
            if (outer is { ReadOnly: false } && Directory.Exists(outer.HostPath))
            {
                Create(outer.HostPath, path[(outerPath.Length + 1)..].Split('/'), inner);
            }
        }
    }

    private static void Create(string folder, string[] names, Mount? inner)
    {
        try
        {
            foreach (var name in names[..^1])
            {
                folder = Path.Join(folder, name);
                // In the container a link may lead elsewhere.
                if (new DirectoryInfo(folder) is { LinkTarget: not null })
                {
                    return;
                }

                Directory.CreateDirectory(folder);
            }

            var place = Path.Join(folder, names[^1]);
            if (!Path.Exists(place))
            {
                CreatePlace(place, inner);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The engine may be able to, or says why it is not.
        }
    }

    private static void CreatePlace(string place, Mount? inner)
    {
        if (inner is not null && File.Exists(inner.HostPath))
        {
            File.WriteAllBytes(place, []);
            return;
        }

        Directory.CreateDirectory(place);
        if (inner is null)
        {
            UnixMode.Set(place, OfTmpfs);
        }
    }
}
