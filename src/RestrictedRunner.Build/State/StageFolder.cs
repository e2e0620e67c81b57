namespace RestrictedRunner.Build.State;

/// <summary>The folder of a <c>Stage</c>.</summary>
/// <param name="FullPath">Its full path.</param>
internal sealed record StageFolder(string FullPath)
{
    /// <summary>What a step sees.</summary>
    public string Tree => Path.Combine(FullPath, "tree");

    /// <summary>What stands in for the project's folder.</summary>
    /// <param name="projectInTree">Where the project's folder is in the tree.</param>
    public string ProjectDirectory(string projectInTree) => Path.Combine(Tree, projectInTree);

    /// <summary>What it has written, on its way into the project.</summary>
    public string Outputs => Path.Combine(FullPath, "outputs");
}
