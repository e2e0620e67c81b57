using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>Tells of a path that a command writes as Windows does, of which nothing is left in Linux.</summary>
internal static partial class WindowsPath
{
    /// <summary>The sentence for an error; empty when nothing points that way.</summary>
    public static string Hint(FailedCommand failed)
    {
        string[] complaints = [.. failed.Output.LastLines.Split('\n').Where(Complaint.IsOfAbsence), .. failed.At is { } at ? [at.Complaint] : Array.Empty<string>()];
        var path = new[] { failed.Options.PrepareCommand, failed.Options.Command }
            .SelectMany(text => Path().Matches(text))
            .Select(match => match.Value)
            .FirstOrDefault(path => complaints.Any(line => Names(line, AsShellsRead(path)) || Names(line, path)));
        return path is null ? "" : $"In Linux '\\' parts no folders, and a shell takes it away: write '{path.Replace('\\', '/')}' in place of '{path}'.";
    }

    // https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_01
    private static string AsShellsRead(string path) => path.Replace("\\", "", StringComparison.Ordinal);

    private static bool Names(string line, string path) => Regex.IsMatch(line, $@"(?<![\w./\\-]){Regex.Escape(path)}(?![\w\\-])");

    [GeneratedRegex(@"(?<![\w./\\$-])[\w.][\w.-]*(\\[\w.][\w./-]*)+", RegexOptions.ExplicitCapture)]
    private static partial Regex Path();
}
