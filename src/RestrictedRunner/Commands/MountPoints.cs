namespace RestrictedRunner;

/// <summary>
/// The places on the host at which one mount is inside the folder of another. An engine makes those that are not there, as
/// root where it is root's, and the caller could not remove them.
/// </summary>
internal static class MountPoints
{
    /// <summary>Makes them as the caller, as far as that is possible.</summary>
    public static void Create(StepOptions options)
    {
        var mounted = options.Mounts.Select(mount => (Path: Normal(mount.ContainerPath), Mount: (Mount?)mount))
            .Concat(options.Tmpfs.Select(text => (Path: Normal(text.Split(':')[0]), Mount: (Mount?)null)))
            .ToList();
        foreach (var (path, inner) in mounted)
        {
            var (outerPath, outer) = mounted.Where(other => path.StartsWith($"{other.Path}/", StringComparison.Ordinal)).OrderBy(other => other.Path.Length).LastOrDefault();
            if (outer is { ReadOnly: false } && Directory.Exists(outer.HostPath))
            {
                Create(outer.HostPath, path[(outerPath.Length + 1)..].Split('/'), isFile: inner is not null && File.Exists(inner.HostPath));
            }
        }
    }

    private static void Create(string folder, string[] names, bool isFile)
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
            if (isFile && !Path.Exists(place))
            {
                File.WriteAllBytes(place, []);
            }
            else if (!Path.Exists(place))
            {
                Directory.CreateDirectory(place);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The engine may be able to, or says why it is not.
        }
    }

    private static string Normal(string containerPath) => Path.GetFullPath(containerPath).TrimEnd('/');
}
