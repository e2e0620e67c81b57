using RestrictedRunner.Build.Paths;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Outputs;

/// <summary>Where the outputs of a result are to be, and what may go for them.</summary>
/// <param name="Folder">Absolute; all outputs are below it.</param>
/// <param name="Paths">Outputs that are declared by their names. A result that lacks one of them is none of this step.</param>
internal sealed record OutputPlaces(string Folder, IReadOnlyList<string> Paths)
{
    /// <summary>The form of paths on the host.</summary>
    public HostPaths Host { get; init; } = HostPaths.Linux;

    /// <summary>Outputs that are declared by patterns: the result says what they stood for.</summary>
    public IReadOnlyList<Glob> Globs { get; init; } = [];

    /// <summary>Paths of what an earlier run left, relative to the folder. It goes unless the result has it too.</summary>
    public IReadOnlyCollection<string> Earlier { get; init; } = [];

    /// <summary>Tells by its full path a folder that stays, though nothing is left in it.</summary>
    public Predicate<string> Stays { get; init; } = static _ => false;

    /// <summary>What else is among the outputs and may go: all of it, unless the user may have files of their own there.</summary>
    public Func<OutputOnDisk, bool> MayGo { get; init; } = static _ => true;
}
