using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Outputs;

/// <summary>Finds what is there of the outputs that a step declares.</summary>
/// <param name="declared">The outputs, in the project's folder or in what stands in for it.</param>
internal sealed class OutputSearch(DeclaredOutputs declared)
{
    private readonly string _folder = declared.ProjectDirectory;
    private readonly OneSpelling _spelling = new(declared.Host);

    /// <summary>The outputs that are declared by their names, as an <see cref="OutputPath"/> from the project's folder.</summary>
    public IReadOnlyList<string> Named => field ??= [.. declared.Paths.Where(path => path.IsPlain).Select(path => _spelling.Of(OutputPath.Of(declared.Host.Relative(_folder, path.Glob.Start)))).Distinct()];

    /// <summary>The outputs that are declared by patterns.</summary>
    public IReadOnlyList<Glob> Globs { get; } = [.. declared.Paths.Where(path => !path.IsPlain).Select(path => path.Glob)];

    /// <summary>All that is there, each once: files, links, and folders before their content.</summary>
    public IReadOnlyList<OutputOnDisk> Find() => [.. Named.SelectMany(path => OutputOnDisk.Find(_folder, path)).Concat(Matched()).Select(output => output with { Path = _spelling.Of(output.Path) }).DistinctBy(output => output.Path)];

    /// <summary>What is there, by names: of a glob, what it stands for.</summary>
    public IReadOnlyList<string> FindPaths() => [.. Named.Concat(Find().Select(output => output.Path))];

    /// <summary>The declared outputs that nothing is there for.</summary>
    public IEnumerable<DeclaredPath> Absent() =>
        declared.Paths.Where(path => path.IsPlain ? !Path.Exists(path.Glob.Start) : InputFiles.FindOutputs(declared.Host, _folder, [path.Glob], followsLinks: true).Files.Count == 0);

    /// <summary>Full paths of what is there with a name that is no UTF-8, and so cannot be an output: each a <see cref="RawName"/>.</summary>
    public IEnumerable<string> RawNames() =>
        Named.SelectMany(path => OutputOnDisk.RawNames(_folder, path)).Concat(OfGlobs().RawNames.Select(path => declared.Host.At(_folder, path))).Distinct();

    // What is behind a link that a step makes is not its own: packages of one repository are linked into node_modules.
    private IEnumerable<OutputOnDisk> Matched() => OfGlobs().Files.Select(file => new OutputOnDisk(OutputPath.Of(file.Path), new FileInfo(file.FullPath)));

    private InputFiles OfGlobs() => InputFiles.FindOutputs(declared.Host, _folder, Globs, followsLinks: false);
}
