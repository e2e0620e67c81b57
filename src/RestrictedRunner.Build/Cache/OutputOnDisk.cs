namespace RestrictedRunner.Build;

/// <summary>A file, a folder or a symbolic link that is an output, or in one.</summary>
/// <param name="Path">Relative to the folder of all outputs.</param>
/// <param name="Info">What is there; a link is not followed.</param>
internal sealed record OutputOnDisk(string Path, FileSystemInfo Info)
{
    public bool IsLink => Info.Attributes.HasFlag(FileAttributes.ReparsePoint);

    public bool IsFolder => !IsLink && Info.Attributes.HasFlag(FileAttributes.Directory);

    /// <summary>Whether it has content that can be read to its end, unlike a pipe or a device.</summary>
    public bool IsFile => !IsLink && !IsFolder && Info is FileInfo file && (file.Length > 0 || FileStatus.OfLink(Info.FullName) is not { IsRegularFile: false });

    /// <summary>The one bit of a file's mode that is kept.</summary>
    public bool IsExecutable => !OperatingSystem.IsWindows() && Info.UnixFileMode.HasFlag(UnixFileMode.UserExecute);

    /// <summary>An output with all that is in it, each folder before its content.</summary>
    /// <returns>Nothing, if it is not there.</returns>
    public static IEnumerable<OutputOnDisk> Find(string folder, string path)
    {
        var left = new Stack<OutputOnDisk>();
        var output = new FileInfo(OutputPath.Absolute(folder, path));
        if ((int)output.Attributes != -1)
        {
            left.Push(new(path, output));
        }

        while (left.TryPop(out var next))
        {
            yield return next;
            foreach (var child in next.IsFolder ? new DirectoryInfo(next.Info.FullName).EnumerateFileSystemInfos() : [])
            {
                left.Push(new($"{next.Path}/{child.Name}", child));
            }
        }
    }
}
