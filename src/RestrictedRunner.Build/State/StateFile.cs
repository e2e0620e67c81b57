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
    private const char Discovered = '<';

    // What the key and the hash of the outputs are filled up with, so that others fit in their place. No hash has it.
    private const char Filling = '.';
    private const int HashLength = 64;

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

    /// <summary>Writes a state in the place of another one, where that is possible.</summary>
    /// <param name="path">Where.</param>
    /// <param name="before">The state that is there.</param>
    /// <param name="after">The state that is to be there.</param>
    public static void Update(string path, StepState before, StepState after)
    {
        var differsInHashesOnly = before.Warnings.Count == 0 && after.Warnings.Count == 0 && before with { Key = after.Key, OutputsHash = after.OutputsHash, Warnings = after.Warnings } == after;
        if (!differsInHashesOnly || !TryWriteHashes(path, after))
        {
            Save(path, after);
        }
    }

    /// <summary>Writes that a step is to run again, before its outputs change.</summary>
    /// <exception cref="IOException">The old state can be neither replaced nor removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static void Forget(string path, StepState state)
    {
        if (state.Key.Length == 0 && state.LastRun == LastRun.Unknown)
        {
            return;
        }

        Update(path, state, state.Forgotten());
        if (Load(path).Key.Length > 0)
        {
            // The disk is full. To know nothing is better than to take what a failed run leaves for up to date.
            File.Delete(path);
        }
    }

    // Into the file itself, at its start: before ext4 lets a new file take the place of another, it brings the new one's
    // content to the disk, which takes a millisecond (auto_da_alloc, https://man7.org/linux/man-pages/man5/ext4.5.html).
    private static bool TryWriteHashes(string path, StepState state)
    {
        var hashes = Encoding.UTF8.GetBytes(Hashes(state));
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
            var there = new byte[hashes.Length];
            if (file.ReadAtLeast(there, there.Length, throwOnEndOfStream: false) < there.Length || !HaveOneForm(there, hashes))
            {
                return false;
            }

            file.Position = 0;
            file.Write(hashes);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // An earlier version, or a longer text, has its line ends elsewhere.
    private static bool HaveOneForm(byte[] one, byte[] other) => one.Select((character, i) => (character == '\n') == (other[i] == '\n')).All(isSame => isSame);

    private static string Hashes(StepState state) => $"{HashLine(nameof(state.Key), state.Key)}\n{HashLine(nameof(state.OutputsHash), state.OutputsHash)}\n";

    private static string HashLine(string name, string hash) => $"{Property}{name} {Uri.EscapeDataString(hash).PadRight(HashLength, Filling)}";

    // The files come last: of a file that has lost its end, the hash of the outputs does not fit.
    private static IEnumerable<string> Lines(StepState state, string folder) =>
    [
        HashLine(nameof(state.Key), state.Key),
        HashLine(nameof(state.OutputsHash), state.OutputsHash),
        .. state.LastRun == LastRun.Unknown ? Array.Empty<string>() : [PropertyLine(nameof(state.LastRun), $"{state.LastRun}")],
        .. WriterLines(state.Writer, folder),
        .. state.Warnings.Select(warning => $"{Warning}{warning.ToLine()}"),
        .. state.Discovered.Select(path => Discovered + Uri.EscapeDataString(path)),
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
        var byMark = lines.ToLookup(line => line.Length > 0 && line[0] is Property or Warning or InPlace or Discovered ? line[0] : ' ');
        var properties = Pairs(byMark[Property].Select(line => line[1..]));
        return new()
        {
            Key = properties[nameof(StepState.Key)].TrimEnd(Filling),
            OutputsHash = properties[nameof(StepState.OutputsHash)].TrimEnd(Filling),
            LastRun = Enum.TryParse<LastRun>(properties.GetValueOrDefault(nameof(StepState.LastRun)), out var lastRun) ? lastRun : LastRun.Unknown,
            Warnings = [.. byMark[Warning].Select(line => StepWarning.FromLine(line[1..]))],
            Discovered = [.. byMark[Discovered].Select(line => Uri.UnescapeDataString(line[1..]))],
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
