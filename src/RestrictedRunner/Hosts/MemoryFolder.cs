using System.Text;

namespace RestrictedRunner.Hosts;

/// <summary>A folder of the host whose files are in memory, and on no disk.</summary>
internal static class MemoryFolder
{
    // W_OK and X_OK.
    private const int MayBeWrittenTo = 3;

    /// <summary>The first of <see cref="Host.MemoryFolders"/> that can be used; null where there is none.</summary>
    public static string? Find(Host host) => host.MemoryFolders.FirstOrDefault(IsUsable);

    private static bool IsUsable(string folder)
    {
        try
        {
            return Directory.Exists(folder) && new DriveInfo(folder).DriveFormat is "tmpfs" or "ramfs" && LibC.Access([.. Encoding.UTF8.GetBytes(folder), 0], MayBeWrittenTo) == 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
