using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Building;

/// <summary>A step that was found up to date, and what was looked at for that.</summary>
/// <param name="Step">The step.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="State">What was remembered of it.</param>
/// <param name="Paths">Where that is.</param>
/// <param name="Inputs">Its inputs.</param>
/// <param name="Outputs">The files that it wrote.</param>
internal sealed record SeenStep(DeclaredStep Step, StepParameters Parameters, StepState State, StatePaths Paths, InputFiles Inputs, InputFiles Outputs)
{
    /// <summary>
    /// True where stamps alone tell that nothing has changed. What a symbolic link leads to may change with none of the files
    /// and folders that were looked at, and what is not there, or has warnings to tell, is looked at in each build.
    /// </summary>
    public bool IsKnownByStamps =>
        !Inputs.MetLinks
        && Inputs is { Missing.Count: 0, Links.Count: 0, Nowhere.Count: 0, RawNames.Count: 0 }
        && State.Warnings.Count == 0
        && Outputs.Files.Select(file => file.FullPath).ToHashSet(Host.Comparer).SetEquals(Written)
        && Step.Outputs.Paths.All(output => output.IsPlain || Written.Any(output.Glob.IsMatch))
        && Own.All(path => path.IsThere);

    /// <summary>All that the step was found up to date by.</summary>
    public IEnumerable<SeenPath> Seen => [.. Inputs.Files.Concat(Outputs.Files).Select(file => SeenPath.Of(file.FullPath, file.Stamp)), .. Inputs.Folders.Select(SeenPath.Now), .. Own];

    // Each of them was there, or the step would not have been up to date.
    private IEnumerable<SeenPath> Own =>
    [
        SeenPath.Now(Paths.State),
        .. Step.Outputs.Paths.Where(output => output.IsPlain).Select(output => SeenPath.KindNow(output.Glob.Start)),
        .. Parameters.Options.Mounts.Select(mount => SeenPath.KindNow(mount.HostPath)),
        .. Parameters.WorkingDirectory.Length > 0 ? new[] { SeenPath.KindNow(Host.Full(Parameters.WorkingDirectory, Step.Outputs.ProjectDirectory)) } : [],
    ];

    private IReadOnlyList<string> Written => [.. State.Written.Files.Select(file => OutputPath.Absolute(Step.Outputs.ProjectDirectory, file))];

    private HostPaths Host => Step.Outputs.Host;
}
