using RestrictedRunner.Build.Inputs;
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
        && Inputs.Missing.Count + Inputs.Links.Count + Inputs.Nowhere.Count + Inputs.RawNames.Count + State.Warnings.Count == 0
        && Outputs.Files.Count == State.Written.Files.Count();

    /// <summary>All that the step was found up to date by.</summary>
    public IEnumerable<SeenPath> Seen =>
    [
        .. Inputs.Files.Concat(Outputs.Files).Select(file => new SeenPath(file.FullPath, file.Stamp)),
        .. Inputs.Folders.Append(Paths.State).Select(SeenPath.Now),
        .. Step.Outputs.Paths.Where(output => output.IsPlain).Select(output => SeenPath.Existence(output.Glob.Start)),
        .. Parameters.Options.Mounts.Select(mount => SeenPath.Existence(mount.HostPath)),
        .. Parameters.WorkingDirectory.Length > 0 ? new[] { SeenPath.Existence(Host.Full(Parameters.WorkingDirectory, Step.Outputs.ProjectDirectory)) } : [],
    ];

    private HostPaths Host => Step.Outputs.Host;
}
