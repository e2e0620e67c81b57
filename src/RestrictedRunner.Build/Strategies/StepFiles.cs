using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;

namespace RestrictedRunner.Build.Strategies;

/// <summary>The files of the project that a step makes, and those among them that may be removed for it.</summary>
internal sealed class StepFiles(DeclaredStep step, string projectDirectory, WrittenFiles earlier, FileSnapshot inputs)
{
    // A step that changes files in place has them as inputs, too. Of an unchanged step nobody asks.
    private readonly Lazy<InputPaths> _inputs = new(() => new(inputs.Found, step.Outputs.Host));

    /// <summary>The step that makes them.</summary>
    public DeclaredStep Step => step;

    /// <summary>Finds what it has made in the project's folder.</summary>
    public OutputSearch Outputs { get; } = new(step.Outputs);

    /// <summary>Where it is to be.</summary>
    public OutputPlaces Places => new(projectDirectory, Outputs.Named)
    {
        Host = step.Outputs.Host,
        Globs = Outputs.Globs,
        Earlier = [.. earlier.Contents.Keys],
        Stays = step.Outputs.AreIn,
        // By then files have changed.
        MayGo = output => earlier.Has(output, CancellationToken.None) && !IsInput(output),
    };

    /// <summary>What was written, without what is an input too: nobody may remove that.</summary>
    public WrittenFiles Own(WrittenFiles written) => written.Without(path => _inputs.Value.Has(OutputPath.Absolute(projectDirectory, path)));

    /// <summary>Paths of the files that are among the outputs, or were when the step last succeeded.</summary>
    public IReadOnlyList<string> Paths() =>
        [.. earlier.Files.Concat(Outputs.Find().Where(output => !output.IsFolder).Select(output => output.Path)).Distinct()];

    /// <summary>Removes what an earlier run wrote.</summary>
    public void RemoveEarlier(CancellationToken cancellation) => Remove(earlier.FindIn(projectDirectory, cancellation));

    /// <summary>Removes outputs, unless they are inputs too.</summary>
    public void Remove(IEnumerable<OutputOnDisk> outputs) => OutputOnDisk.Remove([.. outputs.Where(output => !IsInput(output))], new(projectDirectory), step.Outputs.AreIn);

    private bool IsInput(OutputOnDisk output) => _inputs.Value.Has(output.Info.FullName);
}
