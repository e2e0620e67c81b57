using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>Tells from a shell's last words that the command missed a variable of the build, which its container does not see.</summary>
internal static partial class UnseenVariable
{
    // By hand, because an expression for a word in front of a variable looks at a long word once for each of its characters.
    private static readonly char[] EndsOfWord = [.. " \t\r\n'\"`;|&<>()$=\\"];

    // The engine sets them, or the shell.
    private static readonly string[] OfEveryContainer = ["PATH", "HOME", "HOSTNAME", "PWD", "OLDPWD", "SHLVL", "IFS", "OPTIND"];

    /// <summary>The sentence for an error; empty when nothing points that way.</summary>
    /// <param name="failed">The command.</param>
    /// <param name="valueOf">Gives the value that the build has for a name; null for none.</param>
    public static string Hint(FailedCommand failed, Func<string, string?> valueOf)
    {
        var (options, lastLines) = (failed.Options, failed.Output.LastLines);
        string[] texts = [options.PrepareCommand, options.Command];
        var missed = NotSet().Matches(lastLines).Select(complaint => complaint.Text("name"))
            .Concat(texts.SelectMany(text => Demands().Matches(text)).Select(demand => demand.Text("name")).Where(name => lastLines.Contains($" {name}: ", StringComparison.Ordinal)));
        var emptied = texts.SelectMany(text => Uses().Matches(text)
            .Where(use => valueOf(use.Text("name")) is not null && (lastLines.Length == 0 || IsMissed(use, text, lastLines)) && !IsGiven(use.Text("name"), texts, failed))
            .Select(use => use.Text("name")));
        return missed.Concat(emptied).FirstOrDefault(name => valueOf(name) is not null) is { } name
            ? $"'{name}' is a variable of the build, which the container does not see: add EnvironmentVariables=\"{name}={Text(name, valueOf(name)!)}\"."
            : "";
    }

    // What is left of a word without its variable was not there: "/tools/gen.sh" of "$ROOT/tools/gen.sh". Of "$TOOL a.txt"
    // nothing is left, and a shell takes the next word for the program; of "\"$TOOL\" a.txt" an empty one.
    private static bool IsMissed(Match use, string text, string lastLines)
    {
        var rest = text[(use.Index + use.Length)..];
        var left = text[(text.AsSpan(0, use.Index).LastIndexOfAny(EndsOfWord) + 1)..use.Index] + rest[..(rest.IndexOfAny(EndsOfWord) is >= 0 and var end ? end : rest.Length)];
        if (left.Length > 0)
        {
            return left.Contains('/', StringComparison.Ordinal) && Complains(lastLines, $@"(?<![\w./-]){Regex.Escape(left)}(?![\w/-])");
        }

        return rest.StartsWith('"')
            ? Complains(lastLines, ": : |''")
            : NextWord().Match(rest) is { Success: true } next && Complains(lastLines, $@"(?<![\w./-]){Regex.Escape(next.Text("word"))}: ");
    }

    // Whether a line that says that something is not there has the words.
    private static bool Complains(string lastLines, string words) =>
        lastLines.Split('\n').Any(line => NotThere().IsMatch(line) && Regex.IsMatch(line, words));

    private static bool IsGiven(string name, string[] texts, FailedCommand failed) =>
        OfEveryContainer.Contains(name)
        || failed.Image.Variables.Contains(name)
        || failed.Options.EnvironmentVariables.Any(variable => variable.Name == name)
        || failed.Options.DockerRunOpts.Contains(name, StringComparison.Ordinal)
        || failed.Options.DockerRunOpts.Contains("--env-file", StringComparison.Ordinal)
        || texts.Any(text => Gifts().Matches(text).Any(gift => gift.Text("name") == name));

    // In a list, MSBuild would take what follows a semicolon for a variable of its own.
    private static string Text(string name, string value) =>
        value.Contains(';', StringComparison.Ordinal) || value.Contains('%', StringComparison.Ordinal) ? $"$([MSBuild]::Escape('$({name})'))" : $"$({name})";

    // In the words of dash and busybox, and of bash.
    [GeneratedRegex("(?<name>[A-Za-z_][A-Za-z0-9_]*): (parameter (null or )?not set|unbound variable)", RegexOptions.ExplicitCapture)]
    private static partial Regex NotSet();

    [GeneratedRegex("not found|no such file or directory|nonexistent|permission denied|can't cd", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NotThere();

    // "${NAME:-x}" has a value in any case, "${NAME:-}" has not.
    [GeneratedRegex(@"(?<!\\)\$(\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(:?-)?\}|(?<name>[A-Za-z_][A-Za-z0-9_]*))", RegexOptions.ExplicitCapture)]
    private static partial Regex Uses();

    // "${NAME:?must be set}": what is said then is the command's own.
    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*):?\?", RegexOptions.ExplicitCapture)]
    private static partial Regex Demands();

    [GeneratedRegex(@"^\s+(?<word>[^\s'""`;|&<>()$]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex NextWord();

    [GeneratedRegex(@"(?<name>\b[A-Za-z_][A-Za-z0-9_]*)=|\b(for|read(\s+-\w+)*)\s+(?<name>[A-Za-z_][A-Za-z0-9_]*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Gifts();
}
