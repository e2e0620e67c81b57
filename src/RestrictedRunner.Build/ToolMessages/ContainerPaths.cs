namespace RestrictedRunner.Build;

/// <summary>Host paths of what a container calls by its own paths.</summary>
internal sealed class ContainerPaths
{
    private readonly IReadOnlyList<Mount> _mounts;
    private readonly IReadOnlyList<string> _hidden;
    private readonly string _workDir;
    private readonly Func<string, bool> _exists;

    /// <param name="mounts">What the container sees of the host.</param>
    /// <param name="tmpfs">In-memory folders, <c>/tmp:size=64m</c>: what is in them is not on the host.</param>
    /// <param name="workDir">Where relative names start in the container; empty when not known.</param>
    /// <param name="exists">Tells whether there is a file of the host.</param>
    public ContainerPaths(IEnumerable<Mount> mounts, IEnumerable<string> tmpfs, string workDir, Func<string, bool> exists)
    {
        _mounts = [.. mounts.Select(mount => mount with { ContainerPath = Normal(mount.ContainerPath) })];
        _hidden = [.. tmpfs.Select(folder => Normal(folder.Split(':')[0]))];
        _workDir = workDir;
        _exists = exists;
    }

    /// <summary>The message with the host's path; unchanged when no mount reaches its file.</summary>
    public ToolMessage OnHost(ToolMessage message) => message.File.Length == 0 ? message : message with { File = OnHost(message.File, message.Folders) };

    /// <summary>The host's path of a file, where make entered no folder.</summary>
    public string OnHost(string name) => OnHost(name, EnteredFolders.None);

    /// <summary>
    /// The host's path of a file. An absolute path below a mount can be no other, also of a file that is gone by now. A
    /// relative name may be no file at all (<c>&lt;stdin&gt;</c>, a program, an address), so it counts only if there is
    /// such a file. It starts at the folder that make entered last and in which it is there, or at the working
    /// directory; where that is not known, it is the only file that it can be.
    /// </summary>
    public string OnHost(string name, EnteredFolders entered)
    {
        var path = WithoutScheme(name);
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return name;
        }

        if (path.StartsWith('/'))
        {
            return Absolute(Normal(path)) ?? name;
        }

        return Found(entered.Open, path).FirstOrDefault()
            ?? (_workDir.Length > 0 ? Found([_workDir, .. entered.Left], path).FirstOrDefault()
                : Found([.. _mounts.Select(mount => mount.ContainerPath), "/", .. entered.Left], path).ToList() is [var only] ? only
                : null)
            ?? name;
    }

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

    private IEnumerable<string> Found(IEnumerable<string> folders, string path) =>
        folders.Select(folder => Absolute(Normal($"{folder}/{path}"))).OfType<string>().Distinct().Where(_exists);

    private string? Absolute(string path)
    {
        var mount = _mounts.Where(mount => IsIn(path, mount.ContainerPath)).MaxBy(mount => mount.ContainerPath.Length);
        return mount is not null && !_hidden.Any(folder => folder.Length > mount.ContainerPath.Length && IsIn(path, folder))
            ? Joined(mount.HostPath, path[mount.ContainerPath.Length..].TrimStart('/'))
            : null;
    }

    private static bool IsIn(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal)
        && (path.Length == folder.Length || folder == "/" || path[folder.Length] == '/');

    private static string Joined(string host, string rest)
    {
        if (rest.Length == 0)
        {
            return host;
        }

        var isWindows = host is [_, ':', ..] || host.StartsWith(@"\\", StringComparison.Ordinal);
        return isWindows ? $@"{host.TrimEnd('\\', '/')}\{rest.Replace('/', '\\')}" : $"{host.TrimEnd('/')}/{rest}";
    }

    private static string WithoutScheme(string name) =>
        name.StartsWith("file:///", StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(name["file://".Length..]) : name;
}
