using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Outputs;

/// <summary>A file, a folder or a symbolic link that is an output, or in one.</summary>
/// <param name="Path">Relative to the folder of all outputs.</param>
/// <param name="Info">What is there; a link is not followed.</param>
internal sealed record OutputOnDisk(string Path, FileSystemInfo Info)
{
    public bool IsLink => LinkEntry.IsLink(Info);

    /// <summary>What is written in a link, with <c>/</c>; null of what is none.</summary>
    public string? Target => LinkEntry.TargetOf(Info);

    public bool IsFolder => !IsLink && Info.Attributes.HasFlag(FileAttributes.Directory);

    /// <summary>Whether it is a folder with nothing in it by now.</summary>
    public bool IsEmptyFolder => IsFolder && IsEmpty(Info.FullName);

    /// <summary>Whether it has content that can be read to its end, unlike a pipe or a device.</summary>
    public bool IsFile => !IsLink && !IsFolder && Info is FileInfo file && (file.Length > 0 || FileStatus.OfLink(Info.FullName) is not { IsRegularFile: false });

    /// <summary>The one bit of a file's mode that is kept.</summary>
    public bool IsExecutable => UnixMode.IsExecutableByOwner(Info);

    /// <summary>What is at a path.</summary>
    /// <returns>Null, if nothing is there.</returns>
    public static OutputOnDisk? At(string folder, string path)
    {
        var absolute = OutputPath.Absolute(folder, path);
        FileInfo? info = null;
        new CallersFiles(folder).In(System.IO.Path.GetDirectoryName(absolute)!, () => info = new FileInfo(absolute) is { Attributes: not (FileAttributes)(-1) } found ? found : null);
        return info is null ? null : new(path, info);
    }

    /// <summary>An output with all that is in it, each folder before its content; not what has a name that is no UTF-8.</summary>
    /// <returns>Nothing, if it is not there.</returns>
    public static IEnumerable<OutputOnDisk> Find(string folder, string path)
    {
        var own = new CallersFiles(folder);
        var left = new Stack<OutputOnDisk>();
        if (At(folder, path) is { } output)
        {
            left.Push(output);
        }

        while (left.TryPop(out var next))
        {
            yield return next;
            if (next.IsFolder)
            {
                own.In(next.Info.FullName, () => Children(folder, next).ForEach(left.Push));
            }
        }
    }

    /// <summary>Full paths of what is in an output with a name that is no UTF-8, each a <see cref="RawName"/>; not what is below that.</summary>
    public static IEnumerable<string> RawNames(string folder, string path) =>
        from output in Find(folder, path).ToList()
        where output.IsFolder
        from entry in FolderContent.Of(output.Info.FullName)
        where RawName.IsRaw(entry.Name)
        select System.IO.Path.Join(output.Info.FullName, entry.Name);

    /// <summary>Removes files and links, and folders that are empty then, also those that they were in.</summary>
    /// <param name="outputs">Each folder before its content.</param>
    /// <param name="own">Removes them.</param>
    /// <param name="stays">Tells by its full path a folder that stays.</param>
    public static void Remove(IEnumerable<OutputOnDisk> outputs, CallersFiles own, Predicate<string> stays)
    {
        foreach (var output in outputs.Reverse())
        {
            if (!output.IsFolder)
            {
                own.Remove(output.Info.FullName);
            }

            for (var folder = output.IsFolder ? output.Info.FullName : System.IO.Path.GetDirectoryName(output.Info.FullName)!; IsEmpty(folder) && !stays(folder); folder = System.IO.Path.GetDirectoryName(folder)!)
            {
                own.Remove(folder);
            }
        }
    }

    // Without what has gone meanwhile.
    private static List<OutputOnDisk> Children(string folder, OutputOnDisk of) =>
        [.. FolderContent.Of(of.Info.FullName).Where(entry => !RawName.IsRaw(entry.Name)).Select(entry => At(folder, $"{of.Path}/{entry.Name}")).OfType<OutputOnDisk>()];

    // A link to a folder is the user's.
    private static bool IsEmpty(string folder) => Directory.Exists(folder) && new DirectoryInfo(folder).LinkTarget is null && !Directory.EnumerateFileSystemEntries(folder).Any();
}
