using RestrictedRunner.Build.Paths;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Steps;

/// <summary>What a step reads, as the project declares it.</summary>
/// <param name="Host">The form of paths on the host.</param>
/// <param name="ProjectDirectory">Full path of the project's folder.</param>
/// <param name="Paths">Files, folders and globs, each once.</param>
/// <param name="Exclusions">What of them is not read.</param>
internal sealed record DeclaredInputs(HostPaths Host, string ProjectDirectory, IReadOnlyList<DeclaredPath> Paths, IReadOnlyList<Glob> Exclusions)
{
    private const char Exclusion = '!';

    /// <summary>No inputs.</summary>
    public static DeclaredInputs None { get; } = new(HostPaths.Linux, "", [], []);

    /// <summary>Full paths of the inputs that are declared by their names.</summary>
    public IEnumerable<string> Named => Paths.Where(path => path.IsPlain).Select(path => path.Glob.Start);

    /// <summary>Reads the texts of a step.</summary>
    /// <param name="host">The form of paths on the host.</param>
    /// <param name="projectDirectory">Full path of the project's folder.</param>
    /// <param name="texts">
    /// Files, folders with all that is below them, and globs (see <see cref="Glob.ParseInput"/>), relative to the folder or
    /// absolute. What begins with <c>!</c> takes files and folders away again, wherever it stands in the list; <c>./!name</c> is
    /// a file with such a name.
    /// </param>
    /// <param name="standardInput">The file that the step reads as its standard input; empty when there is none.</param>
    public static DeclaredInputs Of(HostPaths host, string projectDirectory, IReadOnlyList<string> texts, string standardInput = "")
    {
        string[] inputs = [.. texts.Where(text => !text.StartsWith(Exclusion)).Distinct()];
        var exclusions = texts.Where(text => text.StartsWith(Exclusion)).Select(text => DeclaredPath.Output(host, text[1..], projectDirectory).Glob);
        var isMore = standardInput.Length > 0 && !inputs.Contains(standardInput);
        return new(
            host,
            projectDirectory,
            [.. inputs.Select(text => DeclaredPath.Input(host, text, projectDirectory)), .. isMore ? new[] { DeclaredPath.File(host, standardInput, projectDirectory) } : []],
            [.. exclusions]);
    }

    /// <summary>The inputs with files and folders that a step has read without declaring them.</summary>
    /// <param name="paths">From the project's folder. What is there no longer, also behind a link, is read no longer.</param>
    public DeclaredInputs With(IReadOnlyList<string> paths) => paths.Count == 0 ? this : this with
    {
        Paths = [.. Paths, .. paths.Where(path => FileStatus.Of(Host.At(ProjectDirectory, path)) is not null).Select(path => DeclaredPath.File(Host, path, ProjectDirectory))],
    };

    /// <summary>True for a path that is taken away from the inputs, or is in a folder that is.</summary>
    /// <param name="path">Full path.</param>
    public bool Excludes(string path) => Exclusions.Count > 0 && Host.WithParents(path).Any(parent => Exclusions.Any(exclusion => exclusion.IsMatch(parent)));

    /// <summary>True when one of the inputs may overlap with an output that is not taken away from them.</summary>
    public bool Reads(DeclaredPath output) => Paths.Any(input => input.MayOverlap(output)) && !Exclusions.Any(exclusion => exclusion.IsMatch(output.FullPath));
}
