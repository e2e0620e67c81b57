using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.Steps;

namespace RestrictedRunner.Build.State;

/// <summary>An output that a step of another project had written too.</summary>
/// <param name="Path">From the folder of the project whose step wrote last.</param>
/// <param name="By">The other step.</param>
/// <param name="Project">The other project's file, from the same folder.</param>
internal sealed record OverwrittenOutput(string Path, StepWriter By, string Project)
{
    /// <summary>What is among a step's outputs as steps of other projects left it, before this one runs.</summary>
    /// <returns>Tells after the run, of each of these steps, the first file that has changed.</returns>
    public static Func<IReadOnlyList<OverwrittenOutput>> Watch(DeclaredOutputs outputs, OutputWriters? writers, string project, CancellationToken cancellation)
    {
        var theirs = (writers?.Others(outputs.Folders, project) ?? []).Select(written => (Written: written, Found: Find(written, outputs, cancellation))).ToList();
        return () =>
        [
            .. from written in theirs
               let overwritten = written.Found.FirstOrDefault(output => OutputOnDisk.At(FolderOf(written.Written), output.Path) is { } now && !written.Written.Made(now, cancellation))
               where overwritten is not null
               select new OverwrittenOutput(
                   ProjectTree.FromProject(outputs.ProjectDirectory, OutputPath.Absolute(FolderOf(written.Written), overwritten.Path)),
                   written.Written.Writer,
                   ProjectTree.FromProject(outputs.ProjectDirectory, written.Written.Writer.Project)),
        ];
    }

    private static List<OutputOnDisk> Find(WrittenFiles written, DeclaredOutputs outputs, CancellationToken cancellation) =>
    [
        .. written.Contents.Keys.Concat(written.InPlace.Keys).Order(Utf8Order.Comparer)
            .Where(path => outputs.Has(OutputPath.Absolute(FolderOf(written), path)))
            .Select(path => OutputOnDisk.At(FolderOf(written), path)).OfType<OutputOnDisk>()
            .Where(output => !output.IsFolder && written.Made(output, cancellation)),
    ];

    private static string FolderOf(WrittenFiles written) => System.IO.Path.GetDirectoryName(written.Writer.Project)!;
}
