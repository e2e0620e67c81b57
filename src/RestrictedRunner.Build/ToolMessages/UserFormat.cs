using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using RestrictedRunner.Build.Text;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary>
/// A format that the user defined: a regular expression with the groups <c>message</c>, and if wanted <c>file</c>,
/// <c>line</c>, <c>column</c>, <c>severity</c> and <c>code</c>.
/// </summary>
internal sealed class UserFormat
{
    // Far more than a line needs; an expression that tries all ways there are would take hours.
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;

    private UserFormat(Regex regex) => _regex = regex;

    /// <summary>The regular expression.</summary>
    public string Pattern => _regex.ToString();

    /// <summary>Reads a format; <paramref name="reason"/> tells what is wrong with it.</summary>
    public static bool TryParse(string pattern, [NotNullWhen(true)] out UserFormat? format, [NotNullWhen(false)] out string? reason)
    {
        format = null;
        try
        {
            var regex = new Regex(pattern, RegexOptions.CultureInvariant, LongestMatch);
            reason = regex.GetGroupNames().Contains("message", StringComparer.Ordinal) ? null : "it has no group (?<message>…)";
            format = reason is null ? new(regex) : null;
        }
        catch (ArgumentException e)
        {
            reason = $"it is no regular expression: {e.Message.TrimEnd('.')}";
        }

        return format is not null;
    }

    /// <summary>The message of the line, or null.</summary>
    /// <exception cref="RegexMatchTimeoutException">The expression takes too long.</exception>
    public ToolMessage? Read(string line)
    {
        var match = _regex.Match(line);
        return match.Success && !IsRemark(match.Text("severity"))
            ? new(match.Severity("severity"), match.Text("message") is { Length: > 0 } text ? text.Trim() : line)
            {
                Format = MessageFormat.OfUser,
                Code = match.Text("code"),
                File = match.Text("file"),
                Line = match.Number("line"),
                Column = match.Number("column"),
            }
            : null;
    }

    private static bool IsRemark(string severity) => severity.ToUpperInvariant() is "NOTE" or "INFO" or "INFORMATION" or "HINT" or "HELP" or "MESSAGE" or "DEBUG" or "STYLE" or "SUGGESTION";
}
