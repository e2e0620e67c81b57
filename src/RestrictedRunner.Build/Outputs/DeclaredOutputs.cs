namespace RestrictedRunner.Build;

/// <summary>The outputs that a step declares, and what they stand for.</summary>
/// <param name="Texts">Files, folders and globs, relative to the project's folder or absolute.</param>
internal sealed record DeclaredOutputs(IReadOnlyList<string> Texts)
{
    /// <summary>The outputs that are declared by their names, as an <see cref="OutputPath"/> from the project's folder.</summary>
    public IReadOnlyList<string> Named(string projectDirectory) =>
        [.. Parse(projectDirectory).Where(output => output.IsPlain).Select(output => OutputPath.Of(ProjectTree.FromProject(projectDirectory, output.Start)))];

    /// <summary>The outputs that are declared by patterns.</summary>
    public IReadOnlyList<Glob> Globs(string projectDirectory) => [.. Parse(projectDirectory).Where(output => !output.IsPlain)];

    /// <summary>True for a path that is one of the outputs, or in one.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="projectDirectory">Full path of the project's folder.</param>
    public bool Has(string path, string projectDirectory) => Parse(projectDirectory).Any(output => output.IsPlain ? HostFolder.IsAtOrBelow(path, output.Start) : output.IsMatch(path));

    /// <summary>All that is there, each once: files, links, and folders before their content.</summary>
    /// <param name="projectDirectory">Full path of the project's folder, or of what stands in for it.</param>
    public IReadOnlyList<OutputOnDisk> FindIn(string projectDirectory) =>
        [.. Named(projectDirectory).SelectMany(path => OutputOnDisk.Find(projectDirectory, path)).Concat(Matched(projectDirectory)).DistinctBy(output => output.Path)];

    /// <summary>The declared outputs that nothing is there for.</summary>
    /// <param name="projectDirectory">Full path of the project's folder, or of what stands in for it.</param>
    public IEnumerable<string> Absent(string projectDirectory) =>
        Texts.Where(output => Glob.Parse(output, projectDirectory) is { IsPlain: true } path ? !Path.Exists(path.Start) : InputFiles.FindOutputs(projectDirectory, [output], followsLinks: true).Files.Count == 0);

    /// <summary>Full paths of what is there with a name that is no UTF-8, and so cannot be an output: each a <see cref="RawName"/>.</summary>
    /// <param name="projectDirectory">Full path of the project's folder, or of what stands in for it.</param>
    public IEnumerable<string> RawNames(string projectDirectory) =>
        Named(projectDirectory).SelectMany(path => OutputOnDisk.RawNames(projectDirectory, path))
            .Concat(Find(projectDirectory).RawNames.Select(path => Path.GetFullPath(path, projectDirectory)))
            .Distinct();

    // What is behind a link that a step makes is not its own: packages of one repository are linked into node_modules.
    private IEnumerable<OutputOnDisk> Matched(string projectDirectory) =>
        Find(projectDirectory).Files.Select(file => new OutputOnDisk(OutputPath.Of(file.Path), new FileInfo(file.FullPath)));

    private InputFiles Find(string projectDirectory) =>
        InputFiles.FindOutputs(projectDirectory, [.. Texts.Where(output => !Glob.Parse(output, projectDirectory).IsPlain)], followsLinks: false);

    private IEnumerable<Glob> Parse(string projectDirectory) => Texts.Select(output => Glob.Parse(output, projectDirectory));
}
