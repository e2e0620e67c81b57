using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>Tells from a shell's last words that the command missed a variable of the build, which its container does not see.</summary>
internal static partial class UnseenVariable
{
    /// <summary>The sentence for an error; empty when nothing points that way.</summary>
    /// <param name="lastLines">The last lines of the output.</param>
    /// <param name="isSet">Tells whether the build has a variable of that name.</param>
    public static string Hint(string lastLines, Func<string, bool> isSet) =>
        NotSet().Matches(lastLines).Select(complaint => complaint.Text("name")).FirstOrDefault(isSet) is { } name
            ? $"'{name}' is a variable of the build, which the container does not see: add EnvironmentVariables=\"{name}=$({name})\"."
            : "";

    // In the words of dash and busybox, and of bash.
    [GeneratedRegex("(?<name>[A-Za-z_][A-Za-z0-9_]*): (parameter not set|unbound variable)", RegexOptions.ExplicitCapture)]
    private static partial Regex NotSet();
}
