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
    public static Func<IReadOnlyList<OverwrittenOutput>> Watch(DeclaredOutputs outputs, OutputWriters? writers, StateFolder own, CancellationToken cancellation)
    {
        var theirs = (writers?.Others(outputs.Folders, own) ?? []).Select(step => (Step: step, Found: Find(step, outputs, cancellation))).ToList();
        return () =>
        [
            .. from other in theirs
               let folder = FolderOf(other.Step)
               let overwritten = other.Found.FirstOrDefault(output => OutputOnDisk.At(folder, output.Path) is { } now && !other.Step.Written.Made(now, cancellation))
               where overwritten is not null
               select new OverwrittenOutput(
                   outputs.Host.Relative(outputs.ProjectDirectory, OutputPath.Absolute(folder, overwritten.Path)),
                   other.Step.Writer,
                   outputs.Host.Relative(outputs.ProjectDirectory, other.Step.Writer.Project)),
        ];
    }

    private static List<OutputOnDisk> Find(StepState step, DeclaredOutputs outputs, CancellationToken cancellation) =>
    [
        .. step.Written.Contents.Keys.Concat(step.Written.InPlace.Keys).Order(Utf8Order.Comparer)
            .Where(path => outputs.Has(OutputPath.Absolute(FolderOf(step), path)))
            .Select(path => OutputOnDisk.At(FolderOf(step), path)).OfType<OutputOnDisk>()
            .Where(output => !output.IsFolder && step.Written.Made(output, cancellation)),
    ];

    private static string FolderOf(StepState step) => System.IO.Path.GetDirectoryName(step.Writer.Project)!;
}
