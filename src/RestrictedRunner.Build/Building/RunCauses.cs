using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Strategies;

namespace RestrictedRunner.Build.Building;

/// <summary>
/// Finds why a step is not up to date. Each cause is a part of a sentence, such as <c>input grammar.y changed</c>. The first is
/// the one that explains most: what concerns the whole step comes before single files.
/// </summary>
internal static class RunCauses
{
    // What a user looks for first. The other parameters follow by their names.
    private static readonly string[] FirstParameters = ["Hermetic", nameof(StepOptions.Command), nameof(StepOptions.Arguments)];

    /// <summary>All causes; at least one.</summary>
    /// <param name="look">A step that is to run or to be restored.</param>
    /// <param name="setting">Of all steps.</param>
    /// <param name="cancellation">Ends the search.</param>
    public static IReadOnlyList<string> Of(StepLook look, StepBuildSetting setting, CancellationToken cancellation)
    {
        var (earlier, options) = (look.Earlier, look.Options);
        return look switch
        {
            { IsSame: true } => ["its output had warnings, which are errors in this build"],
            _ when earlier.Key.Length == 0 => [BeforeFirst(earlier)],
            { WaitsForImage: true } => [$"its image {options.Image} has to be built"],
            { Key: "" } => [setting.Images[options.EngineChoice].WhyAbsent(options.Image, cancellation) is null ? $"the engine does not have its image {options.ImageName}" : $"no engine tells what its image {options.Image} is"],
            _ when earlier.Key == look.Key => OfOutputs(look, setting, cancellation),
            _ => RememberedKey.Load(look.Paths.Key, earlier.Key) is { } before && Changes(look, before) is { Count: > 0 } changes ? changes : ["its inputs or parameters changed"],
        };
    }

    private static string BeforeFirst(StepState earlier) => earlier.LastRun switch
    {
        LastRun.Failed => "its last run failed",
        LastRun.Cancelled => "its last run was cancelled",
        LastRun.InputsChanged => "its inputs changed during its last run",
        LastRun.ImageUnknown => "it is not known which image its last run had",
        LastRun.TooManyWarnings => "its last run had too many warnings",
        _ => earlier.Writer == StepWriter.Unknown ? "it has not run here before" : "its last run was interrupted",
    };

    private static List<string> Changes(StepLook look, RememberedKey before)
    {
        var parts = StepActions.PartsOf(look.Action(look.Inputs)!, look.Options);
        return
        [
            .. before.Version != parts.Version ? new[] { $"the version of this package changed: {before.Version} → {parts.Version}" } : [],
            .. before.Image != parts.Image ? new[] { $"its image changed: {ShortImage.Of(before.Image)} → {ShortImage.Of(parts.Image)}" } : [],
            .. Differences(before.Parameters, before.Hashes(parts.Parameters)).Select(change => change.Name).OrderBy(Rank).ThenBy(static name => name, StringComparer.Ordinal).Select(static name => $"{name} changed"),
            .. Differences(before.Variables, before.Hashes(parts.Variables)).OrderBy(change => change.Name, StringComparer.Ordinal).Select(static change => $"variable {Plain(change.Name)} {change.What}"),
            .. before.InputRoot != look.Inputs.Root.Hash ? OfInputs(before.Inputs, look.Inputs.Contents()) : [],
        ];
    }

    private static IEnumerable<string> OfInputs(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now) =>
        from change in Differences(before, now)
        orderby change.Kind, change.Name
        select $"input {Plain(change.Name)} {(change.Kind == Difference.Changed ? ChangeOf(before[change.Name], now[change.Name]) : change.What)}";

    private static string ChangeOf(string before, string now) =>
        !FileSnapshot.DifferInModeOnly(before, now) ? "changed" : FileSnapshot.IsExecutable(now) ? "is executable now" : "is no longer executable";

    private static string[] OfOutputs(StepLook look, StepBuildSetting setting, CancellationToken cancellation)
    {
        var written = look.Earlier.Written;
        var gone = new List<string>();
        var changed = new List<string>();
        foreach (var path in written.Files)
        {
            var output = OutputOnDisk.At(setting.ProjectDirectory, path);
            if (output is null)
            {
                gone.Add(OutputPath.Ordinary(path));
            }
            else if (!written.Made(output, cancellation))
            {
                changed.Add(OutputPath.Ordinary(path));
            }
        }

        // A folder or glob all of whose files are gone has told so by them.
        var absent = gone.Count > 0 ? [] : look.Files.Outputs.Absent().Select(output => output.Text);
        string[] causes =
        [
            .. gone.Concat(absent).Select(static path => $"output {Plain(path)} is gone"),
            .. changed.Select(static path => $"output {Plain(path)} changed since it was written"),
        ];
        return causes.Length > 0 ? causes : ["its outputs are not those that it wrote"];
    }

    private static int Rank(string parameter) => Array.IndexOf(FirstParameters, parameter) is >= 0 and var rank ? rank : FirstParameters.Length;

    private static IEnumerable<Change> Differences(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now) =>
    [
        .. before.Where(part => now.TryGetValue(part.Key, out var value) && value != part.Value).Select(part => new Change(part.Key, Difference.Changed)),
        .. now.Keys.Where(name => !before.ContainsKey(name)).Select(name => new Change(name, Difference.New)),
        .. before.Keys.Where(name => !now.ContainsKey(name)).Select(name => new Change(name, Difference.Gone)),
    ];

    // A file's name may hold a line break.
    private static string Plain(string text) => string.Concat(text.Select(static character => char.IsControl(character) ? '?' : character));

    private enum Difference
    {
        Changed,
        New,
        Gone,
    }

    private sealed record Change(string Name, Difference Kind)
    {
        public string What => Kind switch
        {
            Difference.New => "is new",
            Difference.Gone => "is gone",
            _ => "changed",
        };
    }
}
