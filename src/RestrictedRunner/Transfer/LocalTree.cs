using RestrictedRunner.Hosts;

namespace RestrictedRunner.Transfer;

/// <summary>A file of this machine that is copied.</summary>
/// <param name="HostPath">Full path.</param>
/// <param name="ContainerPath">Path in the container.</param>
/// <param name="Status">What the system says of it.</param>
/// <param name="Target">What it leads to, if it is a symbolic link.</param>
internal sealed record LocalFile(string HostPath, string ContainerPath, FileStatus Status, string? Target)
{
    /// <summary>SHA-256 of its content, in capitals, where that is known without reading it.</summary>
    public string? Digest { get; init; }
}

/// <summary>The files below what is copied, in an order that is the same each time.</summary>
internal static class LocalTree
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>The file or folder, and all that is in it. A link that is to be mounted is what it leads to.</summary>
    /// <param name="mount">What is copied.</param>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be read.</exception>
    public static IEnumerable<LocalFile> Of(CopiedMount mount) =>
        FileStatus.Of(mount.HostPath) is { } status
            ? Below(new(mount.HostPath, mount.ContainerPath, status, Target: null), mount.Without).Concat(Elsewhere(mount, status)).DistinctBy(static file => file.ContainerPath).OrderBy(static file => file.ContainerPath, StringComparer.Ordinal)
            : throw new IOException($"'{mount.HostPath}' is not there any more.");

    /// <summary>Number and bytes of the regular files.</summary>
    /// <inheritdoc cref="Of"/>
    public static TransferCount CountOf(IEnumerable<CopiedMount> mounts) =>
        mounts.SelectMany(Of).Where(file => file.Status.IsRegularFile).Aggregate(default(TransferCount), static (count, file) => count + new TransferCount(1, file.Status.Size, TimeSpan.Zero));

    // As copies of them would be: of the folder's owner, and each a file of its own. One that is gone by now is an input that has changed.
    private static IEnumerable<LocalFile> Elsewhere(CopiedMount mount, FileStatus folder) =>
        from file in mount.Elsewhere
        let status = FileStatus.Of(file.HostPath)
        where status is { IsRegularFile: true }
        select new LocalFile(file.HostPath, $"{mount.ContainerPath}/{file.Path}", status with { OwnerId = folder.OwnerId, GroupId = folder.GroupId, LinkCount = 1 }, null) { Digest = file.Digest };

    private static IEnumerable<LocalFile> Below(LocalFile root, IReadOnlySet<string> without)
    {
        var rest = new Stack<LocalFile>([root]);
        while (rest.TryPop(out var file))
        {
            var isHidden = without.Contains(file.ContainerPath);
            if (!isHidden || file.Status.IsFolder)
            {
                yield return file;
            }

            if (file.Status.IsFolder && !isHidden)
            {
                foreach (var inner in Inside(file))
                {
                    rest.Push(inner);
                }
            }
        }
    }

    // A pipe, a socket or a device is nothing to copy; and .NET cannot open a file whose name is no text.
    private static IEnumerable<LocalFile> Inside(LocalFile folder) =>
        from entry in new DirectoryInfo(folder.HostPath).EnumerateFileSystemInfos("*", Everything)
        let status = FileStatus.OfLink(entry.FullName)
        where status is not null && (status.IsRegularFile || status.IsFolder || status.IsLink)
        select new LocalFile(entry.FullName, $"{folder.ContainerPath}/{entry.Name}", status, status.IsLink ? entry.LinkTarget ?? "" : null);
}
