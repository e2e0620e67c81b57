namespace RestrictedRunner.Build.MSBuild;

/// <summary>A line of a project file.</summary>
/// <param name="File">Absolute path.</param>
/// <param name="LookUp">Finds the line: only a step that has something to tell needs it, and it takes reading the project.</param>
internal sealed record ProjectPlace(string File, Func<int> LookUp)
{
    /// <summary>From 1; 0 when it is not known.</summary>
    public int Line => LookUp();
}
