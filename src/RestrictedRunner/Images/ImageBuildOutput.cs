using System.Globalization;
using System.Text.RegularExpressions;
using RestrictedRunner.Output;

namespace RestrictedRunner.Images;

/// <summary>Why an image was not built.</summary>
/// <param name="Line">Line of the Dockerfile, from 1; 0 when it cannot be told.</param>
/// <param name="Reason">What the builder said last.</param>
/// <param name="LastLines">The last lines that the failing instruction printed.</param>
internal sealed record ImageBuildFailure(int Line, string Reason, IReadOnlyList<string> LastLines);

/// <summary>
/// Reads what a builder prints, for the line of the Dockerfile that it fails at. The classic builder and podman number
/// instructions and say them before they print, BuildKit gives each line the number of what it is of.
/// </summary>
/// <param name="dockerfile">What is built.</param>
internal sealed partial class ImageBuildOutput(Dockerfile dockerfile)
{
    private const int MostLines = 10;

    private readonly Dictionary<int, Vertex> _vertices = [];
    private OutputTail _tail = new(MostLines);
    private Vertex? _failed;
    private int _line;
    private string _before = "";
    private string _last = "";
    private string _reason = "";

    /// <summary>A line of the builder's standard output or error.</summary>
    public void Add(string line)
    {
        var text = AnsiColour().Replace(line, "").TrimEnd('\r');
        if (!AddOfBuildKit(text) && !AddHeading(text))
        {
            AddOther(text);
        }

        _before = text;
    }

    /// <summary>After the last line.</summary>
    public ImageBuildFailure End()
    {
        var reason = _reason.Length > 0 ? _reason : _last;
        return new(_line > 0 ? _line : _failed?.Line ?? 0, ErrorPrefix().Replace(reason, ""), [.. (_failed?.Tail ?? _tail).Lines.Where(line => line != reason)]);
    }

    // "#5 [2/2] RUN make", "#5 0.243 hello", "#5 ERROR: …".
    private bool AddOfBuildKit(string text)
    {
        if (OfVertex().Match(text) is not { Success: true } match)
        {
            return false;
        }

        var number = Number(match, "vertex");
        var what = match.Groups["text"].Value;
        if (Heading().Match(what) is { Success: true } heading)
        {
            _vertices[number] = new(LineOf(StageOf(heading.Groups["stage"].Value), instruction => instruction.Keyword is "FROM" or "RUN" or "COPY" or "ADD" or "WORKDIR", Number(heading, "at"), heading.Groups["text"].Value));
        }
        else if (Metadata().Match(what) is { Success: true } image)
        {
            _vertices[number] = new(dockerfile.Instructions.FirstOrDefault(instruction => instruction.Keyword == "FROM" && IsImage(image.Groups["image"].Value, instruction.Text))?.Line ?? 0);
        }
        else if (Printed().Match(what) is { Success: true } printed)
        {
            if (!_vertices.TryGetValue(number, out var vertex))
            {
                _vertices[number] = vertex = new(0);
            }

            vertex.Tail.Add(printed.Groups["text"].Value);
        }
        else if (what.StartsWith("ERROR: ", StringComparison.Ordinal))
        {
            // Of several that run at once the others end because of the first.
            _failed ??= _vertices.GetValueOrDefault(number);
        }

        return true;
    }

    // "Step 2/3 : RUN make" of the classic builder, "[1/2] STEP 2/3: RUN make" of podman.
    private bool AddHeading(string text)
    {
        if (StepHeading().Match(text) is not { Success: true } match)
        {
            return false;
        }

        var isPodmans = match.Groups["podman"].Success;
        var stage = !isPodmans ? null : dockerfile.Stages.ElementAtOrDefault(match.Groups["stage"].Success ? Number(match, "stage") - 1 : dockerfile.Stages.Count - 1);
        _failed = new(LineOf(stage, static _ => true, Number(match, "at"), match.Groups["text"].Value));
        _tail = _failed.Tail;
        return true;
    }

    private void AddOther(string text)
    {
        if (ParseError().Match(text) is { Success: true } parse)
        {
            _line = Number(parse, "line");
        }
        else if (text.StartsWith("----", StringComparison.Ordinal) && Excerpt().Match(_before) is { Success: true } excerpt)
        {
            // BuildKit shows the lines of the Dockerfile below its name and the first of their numbers.
            _line = Number(excerpt, "line");
        }

        if (IsReason(text))
        {
            _reason = text;
        }
        else if (!Remark().IsMatch(text))
        {
            _tail.Add(text);
            _last = _tail.Last;
        }
    }

    private static bool IsReason(string text) => ReasonStart().IsMatch(text);

    private DockerfileStage? StageOf(string name)
    {
        var last = name.Split(' ')[^1];
        return last.StartsWith("stage-", StringComparison.Ordinal) && int.TryParse(last["stage-".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? dockerfile.Stages.ElementAtOrDefault(number)
            : dockerfile.Stages.FirstOrDefault(stage => stage.Name.Length > 0 && stage.Name == last) ?? (dockerfile.Stages.Count == 1 ? dockerfile.Stages[0] : null);
    }

    // The text says it where it is written once; the number, where several are alike or variables have their values.
    private int LineOf(DockerfileStage? stage, Func<DockerfileInstruction, bool> counts, int number, string text)
    {
        var keyword = text.Split(' ')[0].ToUpperInvariant();
        var said = Collapsed(text);
        var numbered = (stage?.Instructions ?? dockerfile.Instructions).Where(counts).ElementAtOrDefault(number - 1);
        var alike = dockerfile.Instructions.Where(instruction => Collapsed($"{instruction.Keyword} {instruction.Text}").Equals(said, StringComparison.OrdinalIgnoreCase)).ToList();
        return alike.Count == 1 || (alike.Count > 1 && (numbered is null || !alike.Contains(numbered))) ? alike[0].Line
            : numbered?.Keyword == keyword ? numbered.Line
            : 0;
    }

    private static string Collapsed(string text) => Blanks().Replace(text, " ").Trim();

    private static bool IsImage(string full, string from) => from.Split(' ').Any(word => word.Length > 0 && (full == word || full.EndsWith($"/{word}", StringComparison.Ordinal) || full.EndsWith($"/{word}:latest", StringComparison.Ordinal)));

    private static int Number(Match match, string group) => int.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private sealed record Vertex(int Line)
    {
        public OutputTail Tail { get; } = new(MostLines);
    }

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex AnsiColour();

    [GeneratedRegex(@"^#(?<vertex>[0-9]+) (?<text>.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex OfVertex();

    [GeneratedRegex(@"^\[((?<stage>[^\]]*\S) +)?(?<at>[0-9]+)/[0-9]+\] (?<text>.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\[([^\]]* )?internal\] load metadata for (?<image>\S+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Metadata();

    [GeneratedRegex(@"^[0-9]+\.[0-9]+ (?<text>.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Printed();

    [GeneratedRegex(@"^(Step (?<at>[0-9]+)/[0-9]+ : |(?<podman>(\[(?<stage>[0-9]+)/[0-9]+\] )?STEP (?<at>[0-9]+)(/[0-9]+)?: ))(?<text>.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex StepHeading();

    [GeneratedRegex(@"dockerfile parse error (on )?line (?<line>[0-9]+):", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex ParseError();

    [GeneratedRegex(@"^\S.*:(?<line>[0-9]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Excerpt();

    [GeneratedRegex(@"^(ERROR: |Error: |Error response from daemon: |error: |failed to |executor failed |The command '|COPY failed|ADD failed|[Uu]nable to |Cannot connect )")]
    private static partial Regex ReasonStart();

    [GeneratedRegex(@"^( ---> |--> |Removing intermediate container |Sending build context |DEPRECATED: |            (Install the buildx|https://docs\.docker\.com|BuildKit is currently|environment-variable)|time=""| > \[|-{4,}$|COMMIT)")]
    private static partial Regex Remark();

    [GeneratedRegex("^(ERROR|Error|error): ")]
    private static partial Regex ErrorPrefix();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
