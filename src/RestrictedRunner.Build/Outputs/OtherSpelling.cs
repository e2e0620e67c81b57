using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.Steps;

namespace RestrictedRunner.Build.Outputs;

/// <summary>
/// A file at the place of an output whose name differs from the output's in case only. Where case does not count the two are
/// one file, and nobody can tell whether it is the step's: elsewhere it would be the user's.
/// </summary>
/// <param name="Output">The output.</param>
/// <param name="Name">What the file is called.</param>
internal sealed record OtherSpelling(DeclaredPath Output, string Name)
{
    /// <summary>Those that are there; none where case counts.</summary>
    /// <param name="outputs">The outputs of a step.</param>
    public static IEnumerable<OtherSpelling> Of(DeclaredOutputs outputs) =>
        !outputs.Host.IgnoresCase ? [] :
        from output in outputs.Paths
        where output.IsPlain && !output.IsFolder
        let place = output.Glob.Start
        let names = FolderContent.Of(outputs.Host.Parent(place)!).Where(entry => !entry.IsFolder && outputs.Host.Comparer.Equals(entry.Name, outputs.Host.Name(place))).Select(entry => entry.Name).ToList()
        where names.Count > 0 && !names.Contains(outputs.Host.Name(place))
        select new OtherSpelling(output, names[0]);
}
