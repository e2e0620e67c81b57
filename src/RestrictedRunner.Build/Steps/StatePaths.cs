using System.Text;
using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>Paths of the files that remember a step from one build to the next.</summary>
/// <param name="State">The <see cref="StepState"/>.</param>
internal sealed partial record StatePaths(string State)
{
    private const string WrittenEnding = ".written";

    // A file's name has at most 255 bytes, with the endings and what NewFile adds.
    private const int LongestName = 80;
    private const int KeptOfLongName = 64;
    private const int HashOfLongName = 16;

    /// <summary>The <see cref="WrittenFiles"/>.</summary>
    public string Written => Path.ChangeExtension(State, WrittenEnding);

    /// <summary>What is known of the inputs' content.</summary>
    public string Inputs => Path.ChangeExtension(State, "inputs");

    /// <summary>What is known of the outputs' content.</summary>
    public string Outputs => Path.ChangeExtension(State, "outputs");

    /// <summary>The folder of a hermetic step's <see cref="Build.Stage"/>.</summary>
    public string Stage => Path.ChangeExtension(State, "stage");

    /// <summary>Those of a step.</summary>
    /// <param name="folder">Where the project's files of ours are.</param>
    /// <param name="step">Of one name there is a step for each framework, with outputs of its own.</param>
    public static StatePaths Of(string folder, DeclaredStep step) =>
        new(Path.Combine(folder, $"{Name(step.Name)}-{HashOf(string.Join('\n', step.Outputs))[..8]}.state"));

    /// <summary>All of a project's <see cref="WrittenFiles"/>.</summary>
    /// <param name="folder">Where the project's files of ours are.</param>
    public static IEnumerable<string> AllWritten(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, $"*{WrittenEnding}").Order(StringComparer.Ordinal) : [];

    /// <summary>Whether a file or folder where the project's files of ours are is one of them: what remembers a step, or a log.</summary>
    public static bool IsName(string name) => NameOfOurs().IsMatch(name) || LogFilePlace.IsName(name);

    /// <summary>Removes what is remembered of steps and logs of theirs, and the folder if nothing else is in it: it may be any folder of the user's.</summary>
    /// <param name="folder">Where the project's files of ours are.</param>
    /// <param name="stays">Tells of the path of <see cref="WrittenFiles"/> that their step stays remembered.</param>
    public static void Remove(string folder, Predicate<string> stays)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        var kept = AllWritten(folder).Where(path => stays(path)).Select(path => Path.GetFileNameWithoutExtension(path)).ToHashSet();
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => IsName(entry.Name) && !kept.Contains(NameOfOurs().Match(entry.Name).Groups["step"].Value)).ToList())
        {
            if (entry is DirectoryInfo { LinkTarget: null } stage)
            {
                stage.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }

        if (!Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }

    // Each character beyond ASCII is escaped as up to nine, or as twelve. What is cut is longer than any that is not.
    private static string Name(string step)
    {
        var escaped = Uri.EscapeDataString(step);
        return escaped.Length <= LongestName ? escaped : $"{escaped[..KeptOfLongName]}-{HashOf(step)[..HashOfLongName]}";
    }

    private static string HashOf(string text) => Digests.Of(Encoding.UTF8.GetBytes(text)).Hash;

    [GeneratedRegex(@"\A(?<step>.*-[0-9a-f]{8})\.((state|written|(inputs|outputs)(-root)?)(\.[0-9a-f]{32}\.new)?|stage)\z", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex NameOfOurs();
}
