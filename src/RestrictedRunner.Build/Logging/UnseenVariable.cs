using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>Tells from a shell's last words that the command missed a variable of the build, which its container does not see.</summary>
internal static partial class UnseenVariable
{
    // A container has its own of these.
    private static readonly string[] OfEveryContainer = ["PATH", "HOME", "HOSTNAME", "PWD", "OLDPWD", "SHLVL", "TERM", "LANG", "USER", "SHELL", "TMPDIR"];

    /// <summary>The sentence for an error; empty when nothing points that way.</summary>
    /// <param name="lastLines">The last lines of the output.</param>
    /// <param name="options">The step.</param>
    /// <param name="valueOf">Gives the value that the build has for a name; null for none.</param>
    public static string Hint(string lastLines, StepOptions options, Func<string, string?> valueOf)
    {
        var missed = NotSet().Matches(lastLines).Select(complaint => complaint.Text("name"));
        var named = NotThere().IsMatch(lastLines) ? Named(options) : [];
        return missed.Concat(named).FirstOrDefault(name => valueOf(name) is not null) is { } name
            ? $"'{name}' is a variable of the build, which the container does not see: add EnvironmentVariables=\"{name}={Text(name, valueOf(name)!)}\"."
            : "";
    }

    // In the command's text, unless something gives them a value.
    private static IEnumerable<string> Named(StepOptions options)
    {
        string[] texts = [options.PrepareCommand, options.Command];
        var given = texts.SelectMany(text => Given().Matches(text)).Select(match => match.Text("name"))
            .Concat(options.EnvironmentVariables.Select(variable => variable.Name))
            .Concat(OfEveryContainer)
            .ToHashSet();
        return texts.SelectMany(text => Used().Matches(text)).Select(match => match.Text("name")).Where(name => !given.Contains(name));
    }

    // In a list, MSBuild would take what follows a semicolon for a variable of its own.
    private static string Text(string name, string value) =>
        value.Contains(';', StringComparison.Ordinal) || value.Contains('%', StringComparison.Ordinal) ? $"$([MSBuild]::Escape('$({name})'))" : $"$({name})";

    // In the words of dash and busybox, and of bash.
    [GeneratedRegex("(?<name>[A-Za-z_][A-Za-z0-9_]*): (parameter (null or )?not set|unbound variable)", RegexOptions.ExplicitCapture)]
    private static partial Regex NotSet();

    // A name that is empty makes another of a path or program, and the next word the program.
    [GeneratedRegex("not found|no such file or directory|nonexistent|permission denied|can't cd", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex NotThere();

    [GeneratedRegex(@"\$\{?(?<name>[A-Za-z_][A-Za-z0-9_]*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Used();

    [GeneratedRegex(@"(?<name>\b[A-Za-z_][A-Za-z0-9_]*)=|\b(for|read(\s+-\w+)*)\s+(?<name>[A-Za-z_][A-Za-z0-9_]*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Given();
}
