namespace RestrictedRunner.Hosts;

/// <summary>Paths in a container, which are those of Linux whatever the host is.</summary>
internal static class ContainerPath
{
    /// <summary>An absolute path without <c>.</c>, <c>..</c>, and slashes that say nothing.</summary>
    public static string Normal(string path) => HostPaths.Linux.At("/", path);

    /// <summary>True when the path is the parent or below it; both are absolute.</summary>
    public static bool IsAtOrBelow(string path, string parent) => HostPaths.Linux.IsAtOrBelow(path, parent);

    /// <summary>The folder that a path is in; null of the root.</summary>
    public static string? Parent(string path) => HostPaths.Linux.Parent(path);

    /// <summary>The last name of a path.</summary>
    public static string Name(string path) => HostPaths.Linux.Name(path);
}
