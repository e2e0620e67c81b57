using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Strategies;

/// <summary>Where a step runs.</summary>
/// <param name="ProjectDirectory">Full path of the project's folder, or of what stands in for it.</param>
/// <param name="Start">Where that is in the container, below <see cref="ProjectMount.Path"/>; empty when it is that.</param>
/// <param name="Project">What shows it to the container.</param>
internal sealed record StepPlace(string ProjectDirectory, string Start, Mount Project)
{
    /// <summary>What shows the folders of outputs that are elsewhere.</summary>
    public IReadOnlyList<Mount> Outputs { get; init; } = [];

    /// <summary>True for a folder that stands in for the project's.</summary>
    public bool IsStage => DisplayMounts is not null;

    /// <summary>The mounts as the log is to speak of them, where the folders stand in for others; null when they are the project's own.</summary>
    public IReadOnlyList<Mount>? DisplayMounts { get; init; }

    /// <summary>The project's folder itself. The folders of outputs come when they are there; they are no part of the key.</summary>
    public static StepPlace InProject(DeclaredStep step, string projectDirectory)
    {
        var start = ProjectTree.ProjectAt(step.Outputs.Depth);
        return new(projectDirectory, start, new(projectDirectory, ProjectMount.At(start)));
    }

    /// <summary>The project's folder, and those of the outputs, which are there.</summary>
    public static StepPlace InProjectWithOutputs(DeclaredStep step, string projectDirectory) =>
        InProject(step, projectDirectory) with { Outputs = step.Outputs.Mounts(projectDirectory, beside: true) };

    /// <summary>A stage, of which the log speaks as if it were the project's folder.</summary>
    public static StepPlace InStage(StageFolder stage, FileSnapshot inputs, DeclaredStep step, string projectDirectory)
    {
        var stagedProject = stage.ProjectDirectory(inputs.ProjectInTree);
        return new(stagedProject, inputs.ProjectInTree, new(stage.Tree, ProjectMount.Path))
        {
            Outputs = step.Outputs.Mounts(stagedProject, beside: false),
            DisplayMounts = InPlaceOfStage(inputs, step, projectDirectory),
        };
    }

    /// <summary>A stage for a step that is not hermetic: the project's folder is where the step sees it otherwise, and nothing above it is there.</summary>
    public static StepPlace OnCopies(StageFolder stage, FileSnapshot inputs, DeclaredStep step, string projectDirectory)
    {
        var staged = InProjectWithOutputs(step, stage.ProjectDirectory(inputs.ProjectInTree));
        var project = InProjectWithOutputs(step, projectDirectory);
        return staged with { DisplayMounts = [project.Project, .. project.Outputs] };
    }

    /// <summary>Where the lines of an earlier run are logged again, with the paths that they had.</summary>
    public static StepPlace OfEarlierRun(FileSnapshot inputs, DeclaredStep step, string projectDirectory) =>
        step.Hermetic
            ? InProject(step, projectDirectory) with { Start = inputs.ProjectInTree, DisplayMounts = InPlaceOfStage(inputs, step, projectDirectory) }
            : InProject(step, projectDirectory);

    /// <summary>A stage, for an engine that it is copied to.</summary>
    /// <param name="names">What of it has to come back, as <see cref="Mount.OutputNames"/>.</param>
    /// <param name="elsewhere">Inputs that are not in it, as <see cref="Mount.Elsewhere"/>.</param>
    public StepPlace Copied(IReadOnlyList<string> names, IReadOnlyList<PlacedFile> elsewhere) => this with { Project = Project with { OutputNames = names, Elsewhere = elsewhere } };

    private static IReadOnlyList<Mount> InPlaceOfStage(FileSnapshot inputs, DeclaredStep step, string projectDirectory)
    {
        var project = new Mount(projectDirectory, ProjectMount.At(inputs.ProjectInTree));
        var above = new Mount(step.Outputs.Host.At(projectDirectory, string.Join('/', Enumerable.Repeat("..", inputs.Depth))), ProjectMount.Path);
        return [.. inputs.Depth > 0 ? new[] { above } : [], project, .. step.Outputs.Mounts(projectDirectory, beside: false)];
    }

    /// <summary>The parameters of a step that runs here.</summary>
    /// <param name="step">The step.</param>
    /// <param name="mounts">Mounts of every step that is not hermetic.</param>
    public StepParameters Parameters(DeclaredStep step, IReadOnlyList<Mount> mounts)
    {
        var options = ProjectMount.AddTo(step.Parameters, [Project, .. Outputs, .. step.Hermetic ? [] : mounts], Start);
        var given = step.Parameters with { Options = step.Hermetic ? HermeticOptions.AddTo(options, step.Given.Has) : options };

        // Those that the user gave are what they are, wherever the project is.
        IReadOnlyList<Mount> shown = DisplayMounts is null ? given.Options.Mounts : [.. DisplayMounts, .. given.Options.Mounts.Skip(1 + Outputs.Count)];
        var translated = HostWorkingDirectory.Translate(given with { Options = given.Options with { Mounts = shown } });
        return translated with { Options = translated.Options with { Mounts = given.Options.Mounts }, DisplayMounts = shown };
    }
}
