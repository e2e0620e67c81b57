using System.Text.RegularExpressions;

namespace RestrictedRunner.Images;

/// <summary>An instruction of a Dockerfile.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Keyword">Its first word in upper case, such as <c>RUN</c>.</param>
/// <param name="Text">What follows, of all its lines, without the text of here-documents.</param>
internal sealed record DockerfileInstruction(int Line, string Keyword, string Text);

/// <summary>A stage of a Dockerfile.</summary>
/// <param name="Name">Its name in lower case; empty for none.</param>
/// <param name="Instructions">Its instructions, the first of which is <c>FROM</c>.</param>
internal sealed record DockerfileStage(string Name, IReadOnlyList<DockerfileInstruction> Instructions);

/// <summary>The instructions of a Dockerfile, as far as it can be known without an engine what they mean.</summary>
/// <param name="Instructions">All of them, in their order.</param>
internal sealed partial record Dockerfile(IReadOnlyList<DockerfileInstruction> Instructions)
{
    /// <summary>The stages, in their order.</summary>
    public IReadOnlyList<DockerfileStage> Stages { get; } = StagesOf(Instructions);

    /// <summary>Reads the text of a Dockerfile: https://docs.docker.com/reference/dockerfile/</summary>
    public static Dockerfile Parse(string text)
    {
        var lines = text.TrimStart('\uFEFF').Split('\n').Select(static line => line.TrimEnd('\r')).ToList();
        var escape = EscapeOf(lines);
        List<DockerfileInstruction> instructions = [];
        for (var i = 0; i < lines.Count; i++)
        {
            if (IsBlankOrComment(lines[i]))
            {
                continue;
            }

            var first = i;
            var joined = "";
            while (Continues(lines[i], escape, out var part))
            {
                joined += part;

                // A comment between two lines of an instruction is none of them.
                do
                {
                    i++;
                }
                while (i < lines.Count && IsBlankOrComment(lines[i]));

                if (i == lines.Count)
                {
                    break;
                }
            }

            joined += i < lines.Count ? lines[i] : "";
            var words = joined.Trim().Split((char[])[' ', '\t'], 2);
            var instruction = new DockerfileInstruction(first + 1, words[0].ToUpperInvariant(), words.Length > 1 ? words[1].Trim() : "");
            instructions.Add(instruction);
            foreach (Match end in HereDocument().Matches(instruction.Keyword is "RUN" or "COPY" or "ADD" ? instruction.Text : ""))
            {
                for (i++; i < lines.Count && !IsEnd(lines[i], end); i++)
                {
                }
            }
        }

        return new(instructions);
    }

    /// <summary>The images that a build of a stage starts from or copies from, each once.</summary>
    /// <param name="arguments">Values of build arguments.</param>
    /// <param name="target">Name or number of the stage; empty for the last. Of one that there is not, the builder tells.</param>
    public IReadOnlyList<BaseImage> Bases(IReadOnlyDictionary<string, string> arguments, string target)
    {
        var known = ArgumentsBeforeStages(arguments);
        var bases = new List<BaseImage>();
        var seen = new HashSet<int>();
        var first = target.Length > 0 ? StageAt(target, Stages.Count) : Stages.Count - 1;
        var toLookAt = new Stack<int>(first is >= 0 and var one ? [one] : []);
        while (toLookAt.TryPop(out var at))
        {
            if (!seen.Add(at))
            {
                continue;
            }

            var from = From().Match(Stages[at].Instructions[0].Text);
            Add(from.Groups["image"].Value, from.Groups["platform"].Value, at);
            foreach (var instruction in Stages[at].Instructions.Where(static instruction => instruction.Keyword is "COPY" or "RUN"))
            {
                foreach (Match copied in (instruction.Keyword == "COPY" ? CopyFrom() : MountFrom()).Matches(instruction.Text))
                {
                    Add(copied.Groups["image"].Value, "", at);
                }
            }
        }

        return [.. bases.Distinct()];

        void Add(string image, string platform, int before)
        {
            var name = Expand(image, known);
            var isFor = Expand(platform, known);
            if (name is not null && StageAt(name, before) is { } stage)
            {
                toLookAt.Push(stage);
            }
            else if (name != "scratch")
            {
                bases.Add(new(name ?? image, isFor ?? platform, IsKnown: name is { Length: > 0 } && isFor is not null));
            }
        }
    }

    // By its name or number, among those before a stage.
    private int? StageAt(string name, int before)
    {
        if (name.Length == 0)
        {
            return null;
        }

        for (var i = before - 1; i >= 0; i--)
        {
            if (Stages[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return int.TryParse(name, out var number) && number >= 0 && number < before ? number : null;
    }

    // Null for one that has no value here; what the builder itself sets, such as TARGETPLATFORM, is among these.
    private Dictionary<string, string?> ArgumentsBeforeStages(IReadOnlyDictionary<string, string> given)
    {
        var values = new Dictionary<string, string?>();
        foreach (var instruction in Instructions.TakeWhile(static instruction => instruction.Keyword != "FROM").Where(static instruction => instruction.Keyword == "ARG"))
        {
            foreach (Match argument in Argument().Matches(instruction.Text))
            {
                var name = argument.Groups["name"].Value;
                values[name] = given.TryGetValue(name, out var value) ? value
                    : argument.Groups["value"].Success ? Expand(Unquoted(argument.Groups["value"].Value), values)
                    : null;
            }
        }

        return values;
    }

    private static string? Expand(string text, Dictionary<string, string?> values)
    {
        var isKnown = true;
        var expanded = Variable().Replace(Unquoted(text), match =>
        {
            var value = values.GetValueOrDefault(match.Groups["name"].Value);
            var word = match.Groups["word"].Value;
            switch (match.Groups["form"].Value)
            {
                case "-" or ":-":
                    return string.IsNullOrEmpty(value) ? word : value;
                case "+" or ":+":
                    return string.IsNullOrEmpty(value) ? "" : word;
                default:
                    isKnown &= !string.IsNullOrEmpty(value);
                    return value ?? "";
            }
        });
        return isKnown && !expanded.Contains('$', StringComparison.Ordinal) ? expanded : null;
    }

    private static string Unquoted(string text) => text.Length > 1 && text[0] is '"' or '\'' && text[^1] == text[0] ? text[1..^1] : text;

    private static DockerfileStage[] StagesOf(IReadOnlyList<DockerfileInstruction> instructions)
    {
        var stages = new List<(string Name, List<DockerfileInstruction> Instructions)>();
        foreach (var instruction in instructions)
        {
            if (instruction.Keyword == "FROM")
            {
                stages.Add((From().Match(instruction.Text).Groups["name"].Value.ToLowerInvariant(), []));
            }

            if (stages.Count > 0)
            {
                stages[^1].Instructions.Add(instruction);
            }
        }

        return [.. stages.Select(static stage => new DockerfileStage(stage.Name, stage.Instructions))];
    }

    private static char EscapeOf(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (Directive().Match(line) is not { Success: true } directive)
            {
                break;
            }

            if (directive.Groups["name"].Value.Equals("escape", StringComparison.OrdinalIgnoreCase))
            {
                return directive.Groups["value"].Value[0];
            }
        }

        return '\\';
    }

    private static bool IsBlankOrComment(string line) => line.AsSpan().TrimStart() is [] or ['#', ..];

    // Two of them are one, and continue nothing.
    private static bool Continues(string line, char escape, out string part)
    {
        var text = line.TrimEnd(' ', '\t');
        part = text.Length > 0 ? text[..^1] : "";
        return text.Length > 0 && text[^1] == escape && (text.Length == 1 || text[^2] != escape);
    }

    private static bool IsEnd(string line, Match document) =>
        (document.Groups["dash"].Length > 0 ? line.TrimStart('\t') : line) == document.Groups["name"].Value;

    [GeneratedRegex(@"^#\s*(?<name>[A-Za-z][A-Za-z0-9]*)\s*=\s*(?<value>\S.*?)\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex Directive();

    [GeneratedRegex(@"^(--platform=(?<platform>\S+)\s+)?(--\S+\s+)*(?<image>\S+)(\s+AS\s+(?<name>\S+))?", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex From();

    [GeneratedRegex(@"^(--\S+\s+)*?--from=(?<image>\S+)", RegexOptions.ExplicitCapture)]
    private static partial Regex CopyFrom();

    [GeneratedRegex(@"(?<=^|\s)--mount=(\S*,)?from=(?<image>[^\s,]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex MountFrom();

    [GeneratedRegex("""(?<name>[A-Za-z_][A-Za-z0-9_]*)(=(?<value>"[^"]*"|'[^']*'|\S*))?(\s+|$)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Argument();

    [GeneratedRegex(@"\$(\{(?<name>[A-Za-z_][A-Za-z0-9_]*)((?<form>:?[-+])(?<word>[^}$]*))?\}|(?<name>[A-Za-z_][A-Za-z0-9_]*))", RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();

    [GeneratedRegex("""(?<=^|\s)[0-9]*<<(?<dash>-?)(?<quote>["']?)(?<name>[^\s<"']+)\k<quote>(?=\s|$)""", RegexOptions.ExplicitCapture)]
    private static partial Regex HereDocument();
}

/// <summary>An image that a Dockerfile starts from or copies from.</summary>
/// <param name="Name">Its reference, or what is written where that depends on what only the builder knows.</param>
/// <param name="Platform">The platform that <c>FROM</c> gives; empty for that of the build.</param>
/// <param name="IsKnown">False where only the builder knows which image or platform it is.</param>
internal sealed record BaseImage(string Name, string Platform, bool IsKnown);
