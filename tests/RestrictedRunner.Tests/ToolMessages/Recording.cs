using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>What a tool printed, and what is read from it.</summary>
internal static class Recording
{
    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "ToolMessages", "Recorded");

    /// <summary>Messages as <c>file(line,column): severity code: text</c>; those that count only after a failure start with <c>?</c>,
    /// and those after a folder that make entered name it.</summary>
    public static IReadOnlyList<string> Read(string name, params UserFormat[] formats) => ReadLines(Lines(name), formats);

    public static IReadOnlyList<string> ReadLines(IEnumerable<string> lines, params UserFormat[] formats)
    {
        var found = new List<string>();
        var possible = new PossibleErrors();
        var reader = new ToolMessageReader(
            formats,
            knownFormats: true,
            new MakeFolders(),
            possible,
            (_, message) => found.AddRange(message is null ? [] : [Shown(message)]),
            _ => { });
        foreach (var line in lines)
        {
            reader.Read(line);
        }

        reader.Finish();
        return [.. found, .. possible.Messages.Select(message => $"? {Shown(message)}")];
    }

    public static string[] Lines(string name) =>
        [.. File.ReadAllText(Path.Combine(Folder, $"{name}.txt")).TrimEnd('\n').Split('\n').Select(PlainText.Of)];

    private static string Shown(ToolMessage m) =>
        $"{(m.Folders.Open.Count > 0 ? $"in {m.Folders.Open[0]}: " : "")}{m.File}({m.Line},{m.Column}{(m.EndLine + m.EndColumn > 0 ? $",{m.EndLine},{m.EndColumn}" : "")}): {m.Subcategory}{(m.Subcategory.Length > 0 ? " " : "")}{m.Severity.ToString().ToLowerInvariant()}{(m.Code.Length > 0 ? " " : "")}{m.Code}: {m.Text}";
}
