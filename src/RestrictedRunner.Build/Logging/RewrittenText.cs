using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>
/// Tells of a command that MSBuild has changed: an attribute of an item whose text, such as <c>echo '&lt;a/&gt;' &gt; b</c>,
/// can be read as XML is read so and written again, and a shell takes <c>&amp;gt;</c> for a program (MSBuild 18.9).
/// </summary>
internal static partial class RewrittenText
{
    /// <summary>The sentence for an error; empty when nothing points that way.</summary>
    public static string Hint(FailedCommand failed)
    {
        var entity = Entity().Matches(failed.Options.Command)
            .FirstOrDefault(match => failed.Output.LastLines.Split('\n').Any(line => line.Contains($"{match.Groups["name"].Value}: ", StringComparison.Ordinal) && line.EndsWith("not found", StringComparison.Ordinal)));
        return entity is null ? "" : $"The shell got '{entity.Value}': MSBuild reads an attribute of an item that holds XML as such, and writes it again. Write the command as an element, <Command>…</Command>.";
    }

    [GeneratedRegex("&(?<name>gt|lt|amp);", RegexOptions.ExplicitCapture)]
    private static partial Regex Entity();
}
