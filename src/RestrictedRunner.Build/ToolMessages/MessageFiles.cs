using RestrictedRunner.Build.Paths;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary>The host's files that the messages of a container's tools name.</summary>
/// <param name="mounts">What the container sees of the host.</param>
/// <param name="workDir">Where relative names start in the container; empty when not known.</param>
/// <param name="exists">Tells whether there is a file of the host.</param>
internal sealed class MessageFiles(MountMap mounts, string workDir, Func<string, bool> exists)
{
    /// <summary>The message with the host's path; unchanged when no mount reaches its file.</summary>
    public ToolMessage OnHost(ToolMessage message) => message.File.Length == 0 ? message : message with { File = OnHost(message.File, message.Folders) };

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
            return mounts.OnHost(ContainerPath.Normal(path)) ?? name;
        }

        return Found(entered.Open, path).FirstOrDefault()
            ?? (workDir.Length > 0 ? Found([workDir, .. entered.Left], path).FirstOrDefault()
                : Found([.. mounts.Mounts.Select(mount => mount.ContainerPath), "/", .. entered.Left], path).ToList() is [var only] ? only
                : null)
            ?? name;
    }

    private IEnumerable<string> Found(IEnumerable<string> folders, string path) =>
        folders.Select(folder => mounts.OnHost(ContainerPath.Normal($"{folder}/{path}"))).OfType<string>().Distinct().Where(exists);

    private static string WithoutScheme(string name) =>
        name.StartsWith("file:///", StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(name["file://".Length..]) : name;
}
