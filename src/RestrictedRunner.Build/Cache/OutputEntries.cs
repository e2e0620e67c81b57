using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.Cache;

/// <summary>From a result to what it says is to be there.</summary>
internal static class OutputEntries
{
    /// <summary>Every file, folder and link, each folder before its content. All of them are below the folder of the outputs.</summary>
    /// <param name="result">From anywhere: it may be forged.</param>
    /// <param name="read">Reads a blob; null if it is not there.</param>
    /// <exception cref="InvalidDataException">The result is not one that can be restored.</exception>
    public static IReadOnlyList<InputEntry> Of(ActionResult result, Func<Digest, byte[]?> read)
    {
        List<InputEntry> entries =
        [
            .. result.OutputFiles.Select(file => new InputEntry.File(file.Path, file.Digest ?? new Digest(), file.IsExecutable)),
            .. result.OutputSymlinks.Select(link => new InputEntry.Link(link.Path, link.Target)),
        ];
        foreach (var folder in result.OutputDirectories)
        {
            entries.AddRange(OutputTree.Entries(folder.Path, ReadTree(folder, read), OutputTree.MostEntries - entries.Count));
        }

        var paths = new HashSet<string>();
        foreach (var entry in entries)
        {
            if (!OutputPath.IsBelow(entry.Path) || entry is InputEntry.Link link && !OutputPath.StaysBelow(link.Path, link.Target))
            {
                throw new InvalidDataException($"\"{entry.Path}\" leads out of the folder of the outputs");
            }

            if (!paths.Add(entry.Path))
            {
                throw new InvalidDataException($"\"{entry.Path}\" is two things at once");
            }
        }

        if (!OutputPath.Outermost(Paths(result)).SequenceEqual(Paths(result)))
        {
            throw new InvalidDataException("an output is in another");
        }

        return entries;
    }

    /// <summary>The outputs that a result has, in the order of <see cref="OutputPath.Outermost"/>.</summary>
    public static IEnumerable<string> Paths(ActionResult result) =>
        result.OutputFiles.Select(file => file.Path)
            .Concat(result.OutputSymlinks.Select(link => link.Path))
            .Concat(result.OutputDirectories.Select(folder => folder.Path))
            .Order(Utf8Order.Comparer);

    private static Tree ReadTree(OutputDirectory folder, Func<Digest, byte[]?> read) =>
        OutputTree.Read(read(folder.TreeDigest ?? new Digest()) ?? throw new InvalidDataException($"the content of \"{folder.Path}\" is gone"));
}
