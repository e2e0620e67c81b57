using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.Steps;

namespace RestrictedRunner.Build.Cluster;

/// <summary>What a cluster says of what a step wrote.</summary>
internal static class ClusterResult
{
    /// <summary>The result with its paths as <see cref="OutputPath"/> has them, and without what is ours.</summary>
    public static ActionResult Outputs(ActionResult result)
    {
        var outputs = new ActionResult();
        outputs.OutputFiles.Add(result.OutputFiles.Where(file => file.Path != ClusterAction.PreparedFile).Select(file => new OutputFile(file) { Path = OutputPath.Of(file.Path) }));
        outputs.OutputSymlinks.Add(result.OutputSymlinks.Select(link => new OutputSymlink(link) { Path = OutputPath.Of(link.Path) }));
        outputs.OutputDirectories.Add(result.OutputDirectories.Select(folder => new OutputDirectory(folder) { Path = OutputPath.Of(folder.Path) }));
        return outputs;
    }

    /// <summary>Of all that came back what the step declares: a glob's folder comes as a whole.</summary>
    /// <param name="entries">All of it.</param>
    /// <param name="outputs">What the step declares.</param>
    public static IReadOnlyList<InputEntry> Declared(IEnumerable<InputEntry> entries, DeclaredOutputs outputs) =>
        [.. entries.Where(entry => IsDeclared(OutputPath.Absolute(outputs.ProjectDirectory, entry.Path), entry is InputEntry.Folder, outputs))];

    private static bool IsDeclared(string path, bool isFolder, DeclaredOutputs outputs) =>
        outputs.Paths.Any(output => output.IsPlain ? outputs.Host.IsAtOrBelow(path, output.Glob.Start) : !isFolder && output.Glob.IsMatch(path));
}
