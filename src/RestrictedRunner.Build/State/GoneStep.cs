using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Steps;

namespace RestrictedRunner.Build.State;

/// <summary>A step that is remembered, though the project as it is now declares it in no build: it was removed, or has another name or other outputs.</summary>
/// <param name="Written">What it wrote.</param>
/// <param name="Path">Path of the file that remembers that.</param>
internal sealed record GoneStep(WrittenFiles Written, string Path)
{
    /// <summary>The name that it had.</summary>
    public string Name => Written.Writer.Step;

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
        HashSet<string> inputs = [.. declared.SelectMany(step => step.Inputs.Named)];
        HashSet<string> ofOthers = [.. declared.Select(step => state.Of(step).Written).Where(File.Exists).SelectMany(path => WrittenFiles.Load(path).Contents.Keys)];
        var outputs = Written.FindIn(project, cancellation).Where(output => !ofOthers.Contains(output.Path) && !inputs.Contains(output.Info.FullName)).ToList();
        OutputOnDisk.Remove(outputs, new(project), folder => declared.Any(step => step.Outputs.AreIn(folder)));
        state.Forget(Path);
        state.ForgetFormerProject(Written.Writer);
        return [.. outputs.Where(output => !output.IsFolder).Select(output => output.Path)];
    }
}
