using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Steps;

namespace RestrictedRunner.Build.State;

/// <summary>A step that is remembered, though the project as it is now declares it in no build: it was removed, or has another name or other outputs.</summary>
/// <param name="State">What is remembered of it.</param>
/// <param name="Path">Path of the file that holds that.</param>
internal sealed record GoneStep(StepState State, string Path)
{
    /// <summary>The name that it had.</summary>
    public string Name => State.Writer.Step;

    /// <summary>Removes what it wrote and is as it was then, unless a step of today reads it by its name, and forgets the step.</summary>
    /// <param name="declared">The steps of today.</param>
    /// <param name="state">Where they are remembered.</param>
    /// <param name="project">Full path of the project's folder.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The files, as <see cref="OutputPath"/> from the project's folder.</returns>
    /// <exception cref="IOException">A file cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be removed.</exception>
    public IReadOnlyList<string> Remove(IReadOnlyList<DeclaredStep> declared, StateFolder state, string project, CancellationToken cancellation)
    {
        var inputs = declared.SelectMany(step => step.Inputs.Named).ToHashSet(state.Host.Comparer);
        var ofOthers = declared.Select(step => state.Of(step).State).SelectMany(path => StateFile.Load(path).Written.Contents.Keys).ToHashSet(state.Host.Comparer);
        var outputs = State.Written.FindIn(project, cancellation).Where(output => !ofOthers.Contains(output.Path) && !inputs.Contains(output.Info.FullName)).ToList();
        OutputOnDisk.Remove(outputs, new(project), folder => declared.Any(step => step.Outputs.AreIn(folder)));
        state.Forget(Path);
        state.ForgetFormerProject(State.Writer);
        return [.. outputs.Where(output => !output.IsFolder).Select(output => output.Path)];
    }
}
