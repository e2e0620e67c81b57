using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Hosts;

/// <summary>
/// Removes and replaces what belongs to this user, whatever permissions a step has left there: a tool may take them from
/// folders that nobody is to change, as Go does in its module cache. Who owns a folder may give them back.
/// </summary>
/// <param name="Root">Full path of a folder that keeps its permissions, and so do those that it is in.</param>
internal sealed record CallersFiles(string Root)
{
    private const uint OwnerDoesAll = 0x1c0;
    private const uint Permissions = 0xfff;

    /// <summary>Removes a file, a link or an empty folder, if it is there.</summary>
    /// <param name="path">Full path, a <see cref="RawName"/>.</param>
    /// <exception cref="IOException">It cannot be removed, or is a folder with something in it.</exception>
    /// <exception cref="UnauthorizedAccessException">It is in a folder of somebody else's.</exception>
    public void Remove(string path)
    {
        if (!TryRemove(path))
        {
            throw new IOException($"Directory not empty : '{RawName.Shown(path)}'");
        }
    }

    /// <summary>The same with all that is in a folder.</summary>
    /// <inheritdoc cref="Remove(string)"/>
    public void RemoveTree(string path)
    {
        if (!TryRemove(path))
        {
            RemoveContent(path);
            Remove(path);
        }
    }

    /// <summary>Removes all that is in a folder, which stays.</summary>
    /// <inheritdoc cref="Remove(string)"/>
    public void RemoveContent(string folder)
    {
        IReadOnlyList<FolderEntry> content = [];
        In(folder, () => content = FolderContent.Of(folder));
        foreach (var entry in content)
        {
            RemoveTree(Path.Join(folder, entry.Name));
        }
    }

    /// <summary>Creates a folder and those that it is in, as far as they are not there.</summary>
    /// <param name="path">Full path.</param>
    public void CreateFolder(string path) => In(path, () => Directory.CreateDirectory(path));

    /// <summary>Does something that needs permissions in a folder.</summary>
    /// <param name="folder">Full path; it need not be there yet.</param>
    /// <param name="action">Done again after it was denied, once the folder permits it.</param>
    /// <exception cref="UnauthorizedAccessException">It was denied, and there is nothing that this user could permit.</exception>
    public void In(string folder, Action action)
    {
        while (true)
        {
            try
            {
                action();
                return;
            }
            catch (UnauthorizedAccessException) when (Permit(folder))
            {
            }
        }
    }

    // False for a folder that is not empty.
    private bool TryRemove(string path)
    {
        var isGone = true;
        In(Path.GetDirectoryName(path)!, () => isGone = OperatingSystem.IsWindows() ? Replacement.Patiently(path, () => TryRemoveOnWindows(path)) : TryRemoveOnUnix(path));
        return isGone;
    }

    private static bool TryRemoveOnWindows(string path)
    {
        var attributes = new FileInfo(path).Attributes;
        if ((int)attributes == -1)
        {
            return true;
        }

        ReadOnlyAttribute.Clear(path);
        if (!attributes.HasFlag(FileAttributes.Directory))
        {
            File.Delete(path);
        }
        else if (!LinkEntry.IsLink(new DirectoryInfo(path)) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            return false;
        }
        else
        {
            // Of a link to a folder, or a junction, the link.
            Directory.Delete(path);
        }

        return true;
    }

    private static bool TryRemoveOnUnix(string path) => SystemError.Of(() => LibC.Remove(RawName.Encode(path)) == 0) switch
    {
        null or { IsNotThere: true } => true,
        { IsNotEmpty: true } => false,
        { } error => throw error.Exception(path),
    };

    // True when something has changed.
    private bool Permit(string folder)
    {
        if (OperatingSystem.IsWindows() || Host.OfThisMachine.Paths.IsAtOrBelow(Root, folder))
        {
            return false;
        }

        if (FileStatus.OfLink(folder) is not { } status)
        {
            // It is not there yet, or it is in a folder that may not be looked into.
            if (!Permit(Path.GetDirectoryName(folder)!))
            {
                return false;
            }

            Permit(folder);
            return true;
        }

        return status.IsFolder
            && status.OwnerId == ProcessUser.Id
            && (status.Mode & OwnerDoesAll) != OwnerDoesAll
            && LibC.ChangeMode(RawName.Encode(folder), (status.Mode & Permissions) | OwnerDoesAll) == 0;
    }
}
