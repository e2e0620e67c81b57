namespace RestrictedRunner.Build;

/// <summary>The files of the project that a step makes, and those among them that may be removed for it.</summary>
internal sealed class StepFiles(DeclaredStep step, string projectDirectory, WrittenFiles earlier, FileSnapshot inputs)
{
    // A step that changes files in place has them as inputs, too. Of an unchanged step nobody asks.
    private readonly Lazy<InputPaths> _inputs = new(() => new(inputs.Found));

    /// <summary>The step that makes them.</summary>
    public DeclaredStep Step => step;

    /// <summary>What it is to make.</summary>
    public DeclaredOutputs Outputs { get; } = new(step.OutputsFrom(projectDirectory));

    /// <summary>The folders that this is in.</summary>
    public OutputFolders Folders { get; } = new(step, projectDirectory);

    /// <summary>Where it is to be.</summary>
    public OutputPlaces Places => new(projectDirectory, Outputs.Named(projectDirectory))
    {
        Globs = Outputs.Globs(projectDirectory),
        Earlier = [.. earlier.Contents.Keys],
        Stays = Folders.AreIn,
        // By then files have changed.
        MayGo = output => earlier.Has(output, CancellationToken.None) && !IsInput(output),
    };

    /// <summary>The outputs that are there, by names: of a glob, what it stands for.</summary>
    /// <param name="folder">Full path of the project's folder, or of what stands in for it.</param>
    public IReadOnlyList<string> PathsIn(string folder) => [.. Outputs.Named(folder).Concat(Outputs.FindIn(folder).Select(output => output.Path))];

    /// <summary>What was written, without what is an input too: nobody may remove that.</summary>
    public WrittenFiles Own(WrittenFiles written) => written.Without(path => _inputs.Value.Has(OutputPath.Absolute(projectDirectory, path)));

    /// <summary>Paths of the files that are among the outputs, or were when the step last succeeded.</summary>
    public IReadOnlyList<string> Paths() =>
        [.. earlier.Files.Concat(Outputs.FindIn(projectDirectory).Where(output => !output.IsFolder).Select(output => output.Path)).Distinct()];

    /// <summary>Removes what an earlier run wrote.</summary>
    public void RemoveEarlier(CancellationToken cancellation) => Remove(earlier.FindIn(projectDirectory, cancellation));

    /// <summary>Removes outputs, unless they are inputs too.</summary>
    public void Remove(IEnumerable<OutputOnDisk> outputs) => OutputOnDisk.Remove([.. outputs.Where(output => !IsInput(output))], new(projectDirectory), Folders.AreIn);

    private bool IsInput(OutputOnDisk output) => _inputs.Value.Has(output.Info.FullName);
}
