using System.Text.RegularExpressions;

namespace RestrictedRunner.Engine;

/// <summary>A file or folder of this machine that was to be mounted, and that the engine says it does not have: it has other files.</summary>
internal static partial class UnseenSource
{
    /// <summary>The path in a report of docker's or podman's; null when it is not about that, or nothing is there on this machine either.</summary>
    /// <param name="report">What the client said when no container was started.</param>
    /// <param name="exists">Tells whether this machine has a file or folder.</param>
    public static string? Find(string report, Func<string, bool> exists) =>
        // Older clients of docker's end all that they say with a full stop. To Windows that is the same path.
        NotSeen().Matches(report).Select(match => match.Groups["path"].Value).SelectMany(path => new[] { path.EndsWith('.') ? path[..^1] : path, path }).FirstOrDefault(exists);

    /// <summary>
    /// True when the engine says that the path is not there at all: it has other files than this machine. One that it may not
    /// look at, or that is not shared with its virtual machine, is the user's to share.
    /// </summary>
    /// <param name="report">What the client said when no container was started.</param>
    public static bool IsAbsent(string report) => Absent().IsMatch(report);

    [GeneratedRegex(@"bind source path does not exist: |\bstat(fs)? [^\n]*?: no such file or directory", RegexOptions.ExplicitCapture)]
    private static partial Regex Absent();

    // Of docker, of docker and podman where the engine may not look, and of Docker Desktop.
    [GeneratedRegex(@"bind source path does not exist: (?<path>([A-Za-z]:)?[/\\][^\n]*)|\bstat(fs)? (?<path>([A-Za-z]:)?[/\\][^\n]*?): (no such file or directory|permission denied)|[Tt]he path (?<path>([A-Za-z]:)?[/\\][^\n]*?)\s+is not shared", RegexOptions.ExplicitCapture)]
    private static partial Regex NotSeen();
}
