using System.Globalization;
using System.Text.RegularExpressions;
using RestrictedRunner.Build.ToolMessages;

namespace RestrictedRunner.Build.Text;

/// <summary>What the groups of a match say.</summary>
internal static class Matched
{
    /// <summary>The group's text; empty when it has none.</summary>
    public static string Text(this Match match, string group) => match.Groups[group].Value;

    /// <summary>The group's number; 0 when it has none.</summary>
    public static int Number(this Match match, string group) =>
        int.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The severity that the group names.</summary>
    public static MessageSeverity Severity(this Match match, string group) =>
        match.Groups[group].ValueSpan.StartsWith("w", StringComparison.OrdinalIgnoreCase) ? MessageSeverity.Warning : MessageSeverity.Error;
}
