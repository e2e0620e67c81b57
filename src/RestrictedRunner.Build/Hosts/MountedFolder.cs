using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Hosts;

/// <summary>A folder that a container keeps seeing while its content is replaced, and the state that it was created in.</summary>
/// <param name="FullPath">Its full path.</param>
/// <param name="Mode">Kind and permissions.</param>
/// <param name="Owner">Id of its owner.</param>
/// <param name="Attributes">Names of its extended attributes, which may be rights too.</param>
internal sealed record MountedFolder(string FullPath, uint Mode, uint Owner, string Attributes)
{
    /// <summary>True when it is empty and otherwise as it was created.</summary>
    public bool IsAsCreated => Look(FullPath) == this && FolderContent.Of(FullPath).Count == 0;

    /// <summary>Creates a folder, with those that it is in.</summary>
    public static MountedFolder Create(string path)
    {
        Directory.CreateDirectory(path);
        return Look(path)!;
    }

    private static MountedFolder? Look(string path) =>
        FileStatus.OfLink(path) is { } status ? new(path, status.Mode, status.OwnerId, NamesOfAttributes(path)) : null;

    // https://man7.org/linux/man-pages/man2/listxattr.2.html
    private static string NamesOfAttributes(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return "";
        }

        var names = new byte[4096];
        var length = LibC.ListAttributes(RawName.Encode(path), names, names.Length);

        // More than there is room for is not what there was.
        return length < 0 ? "not listed" : Convert.ToHexString(names.AsSpan(0, (int)length));
    }
}
