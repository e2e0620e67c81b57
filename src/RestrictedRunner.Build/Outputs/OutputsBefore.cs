using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Outputs;

/// <summary>What was among a step's outputs before it ran, to tell what it wrote from what it found.</summary>
internal sealed class OutputsBefore
{
    private readonly HostPaths _host;
    private readonly OutputSearch _outputs;
    private readonly HashSet<string> _named;
    private readonly Dictionary<string, (FileStamp? Stamp, string? Target)> _found;
    private readonly HashSet<string> _rawNames;

    /// <param name="outputs">The declared outputs, in the folder that the step will run in.</param>
    public OutputsBefore(DeclaredOutputs outputs)
    {
        _host = outputs.Host;
        _outputs = new(outputs);
        _named = [.. _outputs.Named];
        _found = _outputs.Find().ToDictionary(output => output.Path, Look);
        _rawNames = [.. _outputs.RawNames()];
    }

    /// <summary>What the step made, and what it changed of that which has an output's very name.</summary>
    public IReadOnlyList<OutputOnDisk> Changed() => [.. _outputs.Find().Where(output => !IsUnchanged(output) && !WasThere(output))];

    /// <summary>Full paths of what the step made with a name that is no UTF-8: each a <see cref="RawName"/>.</summary>
    public IReadOnlyList<string> NewRawNames() => [.. _outputs.RawNames().Except(_rawNames)];

    /// <summary>What is the step's after it has succeeded: also a file that has an output's very name and the step left as it was.</summary>
    public IReadOnlyList<OutputOnDisk> Own() => [.. _outputs.Find().Where(output => !IsUntouched(output))];

    /// <summary>What is among the outputs as it was, and is not the step's.</summary>
    public IReadOnlyList<OutputOnDisk> Untouched() => [.. _outputs.Find().Where(IsUntouched)];

    /// <summary>
    /// Files and links that were there before, whether or not they have changed: it may have been by "chmod -R", or by the user
    /// meanwhile.
    /// </summary>
    public IReadOnlyList<OutputOnDisk> WereThere() => [.. _outputs.Find().Where(WasThere)];

    /// <summary>True for a file that was there and is as it was.</summary>
    /// <param name="file">Full path of an output that is declared by its name.</param>
    public bool IsUntouched(string file) => _outputs.Find().Any(output => _host.Comparer.Equals(output.Info.FullName, file) && IsUnchanged(output));

    private bool IsUntouched(OutputOnDisk output) => WasThere(output) && IsUnchanged(output);

    // A link in place of an output's folder is the user's: to a disk with more room.
    private bool WasThere(OutputOnDisk output) => !output.IsFolder && (output.IsLink || !_named.Contains(output.Path)) && _found.ContainsKey(output.Path);

    private bool IsUnchanged(OutputOnDisk output) => _found.TryGetValue(output.Path, out var before) && before == Look(output);

    private static (FileStamp? Stamp, string? Target) Look(OutputOnDisk output) =>
        output.IsLink ? (null, output.Target) : output.IsFolder ? default : (FileStamp.Of(output.Info.FullName), null);
}
