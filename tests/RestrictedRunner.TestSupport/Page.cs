using System.Text.RegularExpressions;

namespace RestrictedRunner.TestSupport;

/// <summary>Text that a page shows for its readers to copy.</summary>
/// <param name="Where">Page and line.</param>
/// <param name="Language">What the fence says; empty when it says nothing.</param>
/// <param name="Text">All lines, each with its line end.</param>
internal sealed record Example(string Where, string Language, string Text);

/// <summary>A table of a page.</summary>
/// <param name="Heading">The heading above it.</param>
/// <param name="Rows">The cells of each row below the header.</param>
internal sealed record Table(string Heading, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>Names in the first cells, which are written as code.</summary>
    public IEnumerable<string> Names => Rows.SelectMany(row => Page.Code().Matches(row[0])).Select(match => match.Groups["text"].Value);
}

/// <summary>A page of documentation, in Markdown.</summary>
/// <param name="Path">Path from the repository's folder, with <c>/</c>.</param>
/// <param name="Text">The whole text.</param>
internal sealed partial record Page(string Path, string Text)
{
    private const string Fence = "```";

    /// <summary>Every page that a reader finds.</summary>
    public static IReadOnlyList<Page> All { get; } =
    [
        .. from path in (string[])["README.md", "CHANGELOG.md", "CONTRIBUTING.md", .. Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, "docs")).Order(StringComparer.Ordinal).Select(file => $"docs/{System.IO.Path.GetFileName(file)}")]
           select new Page(path, File.ReadAllText(System.IO.Path.Combine(Repository.Root, path))),
    ];

    /// <summary>The page with this path.</summary>
    public static Page At(string path) => All.Single(page => page.Path == path);

    /// <summary>The examples, in their order.</summary>
    public IReadOnlyList<Example> Examples =>
    [
        .. FencedBlock().Matches(Text).Select(match => new Example($"{Path}:{Text[..match.Index].Count(character => character == '\n') + 1}", match.Groups["language"].Value, match.Groups["text"].Value)),
    ];

    /// <summary>The lines, without those of examples.</summary>
    public IReadOnlyList<string> Lines => FencedBlock().Replace(Text, "").Split('\n');

    /// <summary>The names by which links lead to its headings, made as GitHub makes them.</summary>
    public IReadOnlyList<string> Anchors =>
    [
        .. Lines.Select(line => Heading().Match(line)).Where(match => match.Success)
            .Select(match => NotInAnchor().Replace(match.Groups["text"].Value.ToLowerInvariant(), "").Replace(' ', '-')),
    ];

    /// <summary>Where its links lead to, as they are written.</summary>
    public IReadOnlyList<string> Links => [.. Lines.SelectMany(line => Link().Matches(line)).Select(match => match.Groups["target"].Value)];

    /// <summary>The tables, in their order.</summary>
    public IReadOnlyList<Table> Tables
    {
        get
        {
            var tables = new List<Table>();
            var heading = "";
            var rows = new List<IReadOnlyList<string>>();
            foreach (var line in Lines)
            {
                if (line.StartsWith('|'))
                {
                    rows.Add([.. line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries)]);
                    continue;
                }

                // The header, and the line below it.
                if (rows.Count > 2)
                {
                    tables.Add(new(heading, [.. rows.Skip(2)]));
                }

                rows.Clear();
                heading = Heading().Match(line) is { Success: true } match ? match.Groups["text"].Value : heading;
            }

            return tables;
        }
    }

    /// <summary>Text that is written as code.</summary>
    [GeneratedRegex("`(?<text>[^`]+)`")]
    public static partial Regex Code();

    [GeneratedRegex($"^{Fence}(?<language>\\S*)\n(?<text>.*?)^{Fence}$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex FencedBlock();

    [GeneratedRegex("^#+ (?<text>.+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
