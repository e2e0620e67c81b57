namespace RestrictedRunner.Build;

/// <summary>The folders that a step's outputs are in, of which the container has to see those that are not in the project's.</summary>
/// <param name="Step">Its outputs are relative to the project's folder or absolute.</param>
/// <param name="ProjectDirectory">Full path of the project's folder.</param>
internal sealed record OutputFolders(DeclaredStep Step, string ProjectDirectory)
{
    /// <summary>How many folders above the project's the outputs begin.</summary>
    public int Depth => ProjectTree.Depth(Step.OutputsFrom(ProjectDirectory).Select(FromProject));

    /// <summary>Their full paths.</summary>
    public IEnumerable<string> Paths => Step.OutputsFrom(ProjectDirectory).Select(output => Of(ProjectDirectory, output)).Distinct();

    /// <summary>Outputs that are the project's folder, or right in one that the project is in: the step would see and could write all of it.</summary>
    public IEnumerable<string> ThatHoldProject() =>
        Step.Outputs.Where(output => ProjectTree.IsAboveProject(FromProject(output)) || IsProject(output));

    /// <summary>Makes the folders, as the parents of files have to be there.</summary>
    /// <param name="projectDirectory">Full path of the project's folder, or of what stands in for it.</param>
    public void CreateIn(string projectDirectory)
    {
        var own = new CallersFiles(projectDirectory);
        foreach (var output in Step.OutputsFrom(ProjectDirectory))
        {
            own.CreateFolder(Of(projectDirectory, output));
        }
    }

    /// <summary>What shows the folders that are not below the project's at their places beside it, and those of absolute outputs at their own.</summary>
    /// <param name="projectDirectory">Full path of the project's folder, or of what stands in for it.</param>
    /// <param name="beside">False where their places beside the project are shown already.</param>
    public IReadOnlyList<Mount> Mounts(string projectDirectory, bool beside)
    {
        var relative = Step.OutputsFrom(ProjectDirectory).Select(FromProject).Where(folder => beside && ProjectTree.Parents(folder) > 0);
        var absolute = Step.Outputs.Where(Path.IsPathRooted).Select(output => Of(ProjectDirectory, output));
        return
        [
            .. relative.Distinct().Select(folder => new Mount(Path.GetFullPath(folder, projectDirectory), ProjectMount.At(ProjectTree.PathAt(Depth, folder)))),
            .. absolute.Distinct().Select(folder => new Mount(Path.GetFullPath(Path.GetRelativePath(ProjectDirectory, folder), projectDirectory), folder)),
        ];
    }

    /// <summary>True for a folder that has to be there for an output: another step may be about to write into it, too.</summary>
    /// <param name="folder">Full path.</param>
    public bool AreIn(string folder) => Step.OutputsFrom(ProjectDirectory).Any(output => HostFolder.IsAtOrBelow(Of(ProjectDirectory, output), folder));

    private bool IsProject(string output) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(output, ProjectDirectory)) == Path.TrimEndingDirectorySeparator(ProjectDirectory);

    private string FromProject(string output) => ProjectTree.FromProject(ProjectDirectory, Of(ProjectDirectory, output));

    // A folder that is an output may be there when the step starts, as the parent of a file has to be.
    private static string Of(string projectDirectory, string output)
    {
        var path = Glob.Parse(output, projectDirectory);
        return output.EndsWith('/') || !path.IsPlain ? path.Start : Path.GetDirectoryName(path.Start)!;
    }
}
