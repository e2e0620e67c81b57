using System.Text;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.State;

/// <summary>
/// The file that holds a <see cref="StepState"/>, a line for each thing. It is written anew and takes its place at once, so
/// that the next build knows what a step wrote whenever this one is killed.
/// </summary>
internal static class StateFile
{
    // No path begins with one of them, as they are escaped there.
    private const char Property = '#';
    private const char Warning = '!';
    private const char InPlace = '=';

    /// <summary>Reads a state. Nothing is known of a step whose file is not there, is damaged, or is another version's.</summary>
    public static StepState Load(string path)
    {
        if (!File.Exists(path))
        {
            return StepState.None;
        }

        try
        {
            return Parse(Encoding.UTF8.GetString(NewFile.Read(path)).Split('\n', StringSplitOptions.RemoveEmptyEntries), Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ArgumentException or KeyNotFoundException)
        {
            return StepState.None;
        }
    }

    /// <summary>Writes a state, where that is possible.</summary>
    public static void Save(string path, StepState state)
    {
        using var file = NewFile.Beside(path);
        file?.Save(path, Encoding.UTF8.GetBytes(string.Concat(Lines(state, Path.GetDirectoryName(path)!).Select(line => $"{line}\n"))));
    }

    /// <summary>Writes that a step is to run again, before its outputs change.</summary>
    /// <exception cref="IOException">The old state can be neither replaced nor removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static void Forget(string path, StepState state)
    {
        if (state.Key.Length == 0)
        {
            return;
        }

        Save(path, state.Forgotten());
        if (Load(path).Key.Length > 0)
        {
            // The disk is full. To know nothing is better than to take what a failed run leaves for up to date.
            File.Delete(path);
        }
    }

    // The files come last: of a file that has lost its end, the hash of the outputs does not fit.
    private static IEnumerable<string> Lines(StepState state, string folder) =>
    [
        PropertyLine(nameof(state.Key), state.Key),
        PropertyLine(nameof(state.OutputsHash), state.OutputsHash),
        .. WriterLines(state.Writer, folder),
        .. state.Warnings.Select(warning => $"{Warning}{warning.ToLine()}"),
        .. state.Written.InPlace.Select(file => InPlace + FileLine(file)),
        .. state.Written.Contents.Select(FileLine),
    ];

    // Relative, because a checkout may be moved.
    private static IEnumerable<string> WriterLines(StepWriter writer, string folder) => writer == StepWriter.Unknown ? [] :
    [
        PropertyLine(nameof(writer.Step), writer.Step),
        PropertyLine(nameof(writer.Project), Host.OfThisMachine.Paths.Relative(folder, writer.Project)),
        PropertyLine(nameof(writer.DeclaredIn), Host.OfThisMachine.Paths.Relative(folder, writer.DeclaredIn)),
        PropertyLine(nameof(writer.Outputs), string.Join('\n', writer.Outputs)),
        PropertyLine(nameof(writer.Scope), writer.Scope),
        PropertyLine(nameof(writer.Evaluated), writer.Evaluated),
    ];

    private static string PropertyLine(string name, string value) => $"{Property}{name} {Uri.EscapeDataString(value)}";

    private static string FileLine(KeyValuePair<string, string> file) => $"{Uri.EscapeDataString(file.Key)} {Uri.EscapeDataString(file.Value)}";

    private static StepState Parse(IReadOnlyList<string> lines, string folder)
    {
        var byMark = lines.ToLookup(line => line.Length > 0 && line[0] is Property or Warning or InPlace ? line[0] : ' ');
        var properties = Pairs(byMark[Property].Select(line => line[1..]));
        return new()
        {
            Key = properties[nameof(StepState.Key)],
            OutputsHash = properties[nameof(StepState.OutputsHash)],
            Warnings = [.. byMark[Warning].Select(line => StepWarning.FromLine(line[1..]))],
            Written = new(Pairs(byMark[' '])) { InPlace = Pairs(byMark[InPlace].Select(line => line[1..])) },
            Writer = properties.ContainsKey(nameof(StepWriter.Step)) ? ReadWriter(properties, folder) : StepWriter.Unknown,
        };
    }

    private static StepWriter ReadWriter(Dictionary<string, string> properties, string folder) =>
        new(properties[nameof(StepWriter.Step)], Host.OfThisMachine.Paths.At(folder, properties[nameof(StepWriter.Project)]), Host.OfThisMachine.Paths.At(folder, properties[nameof(StepWriter.DeclaredIn)]))
        {
            Outputs = properties[nameof(StepWriter.Outputs)].Split('\n', StringSplitOptions.RemoveEmptyEntries),
            Scope = properties[nameof(StepWriter.Scope)],
            Evaluated = properties[nameof(StepWriter.Evaluated)],
        };

    private static Dictionary<string, string> Pairs(IEnumerable<string> lines) =>
        lines.Select(line => line.Split(' ')).ToDictionary(
            words => words.Length == 2 ? Uri.UnescapeDataString(words[0]) : throw new FormatException(),
            words => Uri.UnescapeDataString(words[1]));
}
