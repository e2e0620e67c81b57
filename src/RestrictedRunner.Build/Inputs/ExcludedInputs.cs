using RestrictedRunner.Hosts;


namespace RestrictedRunner.Build.Inputs;

/// <summary>
/// What the folders and globs among a step's inputs come upon, and is no input: what the build makes, what the step itself
/// makes, and files of ours. A path that names a file or folder stands for it all the same.
/// </summary>
/// <param name="host">The form of paths on the host.</param>
/// <param name="paths">Full paths of files, and of folders with all that is below them.</param>
/// <param name="folders">Full paths of the folders that files of ours are in, among what may be the user's.</param>
/// <param name="written">Full paths of what the step wrote, looked up when something is come upon.</param>
/// <param name="outputs">Full paths of the outputs, and of the folders in which globs of them start.</param>
/// <param name="isOurs">True for the name of a file of ours in one of the folders. One of them is held open while the step is built.</param>
/// <param name="isStaging">True for the name of a folder, wherever it is, in which outputs are restored.</param>
internal sealed class ExcludedInputs(
    HostPaths host,
    IReadOnlySet<string> paths,
    IReadOnlyList<string> folders,
    Lazy<HashSet<string>> written,
    IReadOnlyList<string> outputs,
    Predicate<string> isOurs,
    Predicate<string> isStaging)
{
    /// <summary>True for a link at whose place an output is to be, or which one is to be behind: where that is a copy, what it leads to stays as it is.</summary>
    /// <param name="link">Full path.</param>
    public bool LeadsToOutput(string link) => outputs.Any(output => host.IsAtOrBelow(output, link));

    /// <summary>True for a file or folder that is left out.</summary>
    /// <param name="path">Full path.</param>
    public bool Has(string path) => paths.Contains(path) || IsOurs(path) || isStaging(host.Name(path)) || written.Value.Contains(path);

    private bool IsOurs(string path)
    {
        foreach (var folder in folders)
        {
            if (path.StartsWith(folder, host.Comparison) && host.Comparer.Equals(host.Parent(path), folder) && isOurs(host.Name(path)))
            {
                return true;
            }
        }

        return false;
    }
}
