namespace RestrictedRunner.Build;

/// <summary>What the declared outputs of a step stand for.</summary>
/// <param name="Declared">Files, folders and globs, relative to the project's folder or absolute.</param>
internal sealed record OutputSearch(IReadOnlyList<string> Declared)
{
    /// <summary>The outputs that are declared by their names, as an <see cref="OutputPath"/> from the project's folder.</summary>
    public IReadOnlyList<string> Named(string projectDirectory) =>
        [.. Parse(projectDirectory).Where(output => output.IsPlain).Select(output => OutputPath.Of(Path.GetRelativePath(projectDirectory, output.Start).Replace(Path.DirectorySeparatorChar, '/')))];

    /// <summary>The outputs that are declared by patterns.</summary>
    public IReadOnlyList<Glob> Globs(string projectDirectory) => [.. Parse(projectDirectory).Where(output => !output.IsPlain)];

    /// <summary>All that is there, each once: files, links, and folders before their content.</summary>
    /// <param name="projectDirectory">Full path of the project's folder, or of what stands in for it.</param>
    public IReadOnlyList<OutputOnDisk> FindIn(string projectDirectory) =>
        [.. Named(projectDirectory).SelectMany(path => OutputOnDisk.Find(projectDirectory, path)).Concat(Matched(projectDirectory)).DistinctBy(output => output.Path)];

    // What is behind a link that a step makes is not its own: packages of one repository are linked into node_modules.
    private IEnumerable<OutputOnDisk> Matched(string projectDirectory) =>
        InputFiles.Find(projectDirectory, Declared.Where(output => !Glob.Parse(output, projectDirectory).IsPlain), followsLinks: false).Files
            .Select(file => new OutputOnDisk(OutputPath.Of(file.Path), new FileInfo(file.FullPath)));

    private IEnumerable<Glob> Parse(string projectDirectory) => Declared.Select(output => Glob.Parse(output, projectDirectory));
}
