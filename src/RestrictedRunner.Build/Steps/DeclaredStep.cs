namespace RestrictedRunner.Build;

/// <summary>A step as a <c>DockerExecStep</c> item declares it.</summary>
/// <param name="Name">The item's identity.</param>
/// <param name="Place">Where the project declares it.</param>
internal sealed record DeclaredStep(string Name, ProjectPlace Place)
{
    /// <summary>Heads the step's log; the name when there is none.</summary>
    public string Description { get; init; } = "";

    /// <summary>Files, folders and globs that the step reads, relative to the project.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>The same with the file that the step reads as standard input, which is declared by that.</summary>
    public IReadOnlyList<string> AllInputs =>
        Parameters.TryGetValue(nameof(DockerExec.StandardInput), out var file) ? [.. Inputs, EscapedText.Unescape(file)] : Inputs;

    /// <summary>Files, folders and globs that the step writes, relative to the project.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>The same, all of them relative: the folder of the checkout is in none.</summary>
    public IReadOnlyList<string> OutputsFrom(string projectDirectory) =>
        [.. Outputs.Select(output => Path.IsPathRooted(output) ? ProjectTree.FromProject(projectDirectory, output) : output)];

    /// <summary>Names of the steps that come before it.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>True for a step that sees only what it declares.</summary>
    public bool Hermetic { get; init; }

    /// <summary>True where a glob or folder among the inputs may stand for nothing.</summary>
    public bool AllowEmptyInputs { get; init; }

    /// <summary>True for a step that each of several frameworks has for itself.</summary>
    public bool PerTargetFramework { get; init; }

    /// <summary>What is wrong with the step's own metadata.</summary>
    public IReadOnlyList<OptionProblem> Problems { get; init; } = [];

    /// <summary>Parameters of the task <see cref="DockerExec"/> by name, as MSBuild has them (escaped), from metadata or else from properties.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();
}

/// <summary>A line of a project file.</summary>
/// <param name="File">Absolute path.</param>
/// <param name="LookUp">Finds the line: only a step that has something to tell needs it, and it takes reading the project.</param>
internal sealed record ProjectPlace(string File, Func<int> LookUp)
{
    /// <summary>From 1; 0 when it is not known.</summary>
    public int Line => LookUp();
}
