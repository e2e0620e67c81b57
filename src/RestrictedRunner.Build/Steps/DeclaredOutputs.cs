using RestrictedRunner.Build.Paths;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Steps;

/// <summary>What a step writes, as the project declares it.</summary>
/// <param name="Host">The form of paths on the host.</param>
/// <param name="ProjectDirectory">Full path of the project's folder, or of what stands in for it.</param>
/// <param name="Paths">Files, folders and globs.</param>
internal sealed record DeclaredOutputs(HostPaths Host, string ProjectDirectory, IReadOnlyList<DeclaredPath> Paths)
{
    /// <summary>No outputs.</summary>
    public static DeclaredOutputs None { get; } = new(HostPaths.Linux, "", []);

    /// <summary>The file in which the step tells what it read; null when it has none. It is an output like others.</summary>
    public DeclaredPath? DependencyFile { get; private init; }

    /// <summary>Reads the texts of a step.</summary>
    /// <param name="host">The form of paths on the host.</param>
    /// <param name="projectDirectory">Full path of the project's folder.</param>
    /// <param name="texts">Relative to it, or absolute.</param>
    public static DeclaredOutputs Of(HostPaths host, string projectDirectory, IReadOnlyList<string> texts) =>
        new(host, projectDirectory, [.. texts.Select(text => DeclaredPath.Output(host, text, projectDirectory))]);

    /// <summary>The outputs with a dependency file.</summary>
    /// <param name="text">Its path, relative to the project's folder or absolute.</param>
    public DeclaredOutputs WithDependencyFile(string text)
    {
        var file = DeclaredPath.File(Host, text, ProjectDirectory);
        return this with { DependencyFile = file, Paths = Paths.Any(path => path.IsPlain && Host.Comparer.Equals(path.FullPath, file.FullPath)) ? Paths : [.. Paths, file] };
    }

    /// <summary>The texts.</summary>
    public IReadOnlyList<string> Texts => [.. Paths.Select(path => path.Text)];

    /// <summary>The texts without that of the dependency file, unless it is declared as an output too.</summary>
    public IReadOnlyList<string> DeclaredTexts => [.. Paths.Where(path => !ReferenceEquals(path, DependencyFile)).Select(path => path.Text)];

    /// <summary>The texts, all of them relative: the folder of the checkout is in none.</summary>
    public IReadOnlyList<string> RelativeTexts => [.. Paths.Select(RelativeText)];

    /// <summary>The text of an output, relative to the project's folder.</summary>
    public string RelativeText(DeclaredPath path) => Host.IsRooted(path.Text) ? Host.Relative(ProjectDirectory, Host.Full(path.Text, ProjectDirectory)) : path.Text;

    /// <summary>How many folders above the project's the outputs begin.</summary>
    public int Depth => ProjectTree.Depth(Paths.Select(FolderFromProject));

    /// <summary>Full paths of the folders that the outputs are in. Those have to be there when the step starts, also one that is an output.</summary>
    public IEnumerable<string> Folders => Paths.Select(path => path.Folder).Distinct(Host.Comparer);

    /// <summary>The same outputs in a folder that stands in for the project's.</summary>
    /// <param name="projectDirectory">Full path of that folder.</param>
    public DeclaredOutputs In(string projectDirectory) =>
        projectDirectory == ProjectDirectory ? this : new(Host, projectDirectory, [.. Paths.Select(path => path.Moved(ProjectDirectory, projectDirectory))]);

    /// <summary>The outputs without some.</summary>
    public DeclaredOutputs Without(Predicate<DeclaredPath> path) => this with { Paths = [.. Paths.Where(output => !path(output))] };

    /// <summary>True for a path that is one of the outputs, or in one.</summary>
    /// <param name="path">Full path.</param>
    public bool Has(string path) => Paths.Any(output => output.IsPlain ? Host.IsAtOrBelow(path, output.Glob.Start) : output.Glob.IsMatch(path));

    /// <summary>True for the path of an output that is declared by its name.</summary>
    /// <param name="path">Full path.</param>
    public bool Names(string path) => Paths.Any(output => output.IsPlain && !output.IsFolder && Host.Comparer.Equals(output.FullPath, path));

    /// <summary>Outputs that are the project's folder, or right in one that the project is in: the step would see and could write all of it.</summary>
    public IEnumerable<string> ThatHoldProject() =>
        Paths.Where(path => ProjectTree.IsAboveProject(FolderFromProject(path)) || Host.Comparer.Equals(path.FullPath, Host.Trimmed(ProjectDirectory))).Select(path => path.Text);

    /// <summary>True for a folder that has to be there for an output: another step may be about to write into it, too.</summary>
    /// <param name="folder">Full path.</param>
    public bool AreIn(string folder) => Paths.Any(path => Host.IsAtOrBelow(path.Folder, folder));

    /// <summary>The names in a folder at or below which the outputs in it are; none when they may have any name.</summary>
    /// <param name="folder">Full path.</param>
    public IReadOnlyList<string> NamesIn(string folder)
    {
        string[] starts = [.. Paths.Select(path => path.Glob.Start)];
        return starts.Any(start => Host.IsAtOrBelow(folder, start))
            ? []
            : [.. starts.Where(start => Host.IsAtOrBelow(start, folder)).Select(start => Host.Relative(folder, start).Split('/')[0]).Distinct(Host.Comparer)];
    }

    /// <summary>What shows the folders that are not below the project's at their places beside it, and those of absolute outputs at their own.</summary>
    /// <param name="projectDirectory">Full path of the project's folder, or of what stands in for it.</param>
    /// <param name="beside">False where their places beside the project are shown already.</param>
    public IReadOnlyList<Mount> Mounts(string projectDirectory, bool beside)
    {
        var relative = Paths.Select(FolderFromProject).Where(folder => beside && ProjectTree.Parents(folder) > 0);
        var absolute = Paths.Where(path => Host.IsRooted(path.Text)).Select(path => path.Folder);
        return
        [
            .. relative.Distinct().Select(folder => new Mount(Host.At(projectDirectory, folder), ProjectMount.At(ProjectTree.PathAt(Depth, folder)))),
            .. absolute.Distinct(Host.Comparer).Select(folder => new Mount(Host.At(projectDirectory, Host.Relative(ProjectDirectory, folder)), Host.InContainer(folder))),
        ];
    }

    private string FolderFromProject(DeclaredPath path) => Host.Relative(ProjectDirectory, path.Folder);
}
