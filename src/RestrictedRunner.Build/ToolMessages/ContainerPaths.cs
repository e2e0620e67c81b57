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
    public ToolMessage OnHost(ToolMessage message) => message.File.Length == 0 ? message : message with { File = OnHost(message.File, message.Line > 0) };

    /// <summary>
    /// The host's path of a file. A relative name starts at the working directory; a name without a line, which may be
    /// a program's, counts only if there is such a file. Where the working directory is not known, it is a file that is
    /// there, and is the only one that it can be.
    /// </summary>
    public string OnHost(string name, bool isFile)
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

        if (_workDir.Length > 0)
        {
            return Absolute(Normal($"{_workDir}/{path}")) is { } host && (isFile || _exists(host)) ? host : name;
        }

        string[] found = [.. _mounts.Select(mount => mount.ContainerPath).Append("/")
            .Select(folder => Absolute(Normal($"{folder}/{path}"))).OfType<string>().Distinct().Where(_exists)];
        return found.Length == 1 ? found[0] : name;
    }

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

    // Without ".", "..", and slashes that say nothing.
    private static string Normal(string path)
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
}
