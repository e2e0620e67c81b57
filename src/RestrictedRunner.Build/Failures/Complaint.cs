using System.Text.RegularExpressions;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Failures;

/// <summary>What a line complains of.</summary>
internal enum ComplaintKind { Missing, Denied, WriteDenied, ReadOnly, Busy, NoProcess, NoNetwork }

/// <summary>A line of output that says what a command misses, in the words of the C library, shells, compilers and languages.</summary>
/// <param name="Kind">What it complains of.</param>
/// <param name="Subject">The file or program that it names; empty when it names none.</param>
/// <param name="File">The file that it is about, such as the one that includes a header; empty for none.</param>
internal sealed partial record Complaint(ComplaintKind Kind, string Subject, string File = "")
{
    private const string Quoted = @"'(?<subject>[^']+)'|""(?<subject>[^""]+)""|‘(?<subject>[^’]+)’|`(?<subject>[^`']+)[`']";
    private const string Plain = @"(?<=^|: )(?<subject>/[^:'""]*[^\s:'""(])|(?<![^\s:=(])(?<subject>[^\s:'""‘’`()]+)";
    private const string Words = @"((no such file|nonexistent directory|directory nonexistent|does not exist|(required )?file not found)|(?<=: )(?<found>(command )?not found)\s*$|(?<denied>permission denied)|(?<readonly>read-only file system)|(?<busy>(device or )?resource busy))";

    /// <summary>Reads a line; null when it is no complaint.</summary>
    public static Complaint? Read(string line) =>
        line.Contains('\0', StringComparison.Ordinal) ? null
        : Process().IsMatch(line) ? new(ComplaintKind.NoProcess, "")
        : Network().IsMatch(line) ? new(ComplaintKind.NoNetwork, "")
        : Behind().Match(line) is { Success: true } behind ? Of(behind, line)
        : InFront().Match(line) is { Success: true } inFront ? Of(inFront, line)
        : null;

    private static Complaint? Of(Match match, string line)
    {
        var (subject, start) = (match.Text("subject"), line[..match.Groups["subject"].Index]);
        var change = Changes().Match(start);
        ComplaintKind? kind = match.Groups["denied"].Success ? change.Success ? ComplaintKind.WriteDenied : ComplaintKind.Denied
            : match.Groups["readonly"].Success ? ComplaintKind.ReadOnly
            : match.Groups["busy"].Success ? ComplaintKind.Busy
            : !subject.Contains('/', StringComparison.Ordinal) && (match.Groups["found"].Success || Runs().IsMatch(start)) ? null // A program that is not on the PATH.
            : ComplaintKind.Missing;

        // Of a file that cannot be created, its folder is missing.
        var missing = kind == ComplaintKind.Missing && change.Groups["creates"].Success && ContainerPath.Parent(subject) is { Length: > 0 } folder ? folder : match.Groups["makefile"].Success ? "Makefile" : subject;
        return kind is { } known ? new(known, missing, Place().Match(line).Text("file")) : null;
    }

    // EAGAIN of fork and pthread_create in the words of libc, dash, the JVM, Python and Go.
    [GeneratedRegex(@"(fork|clone|thread|spawn).*resource temporarily unavailable|\bcannot fork\b|unable to create native thread|can't start new thread|failed to create new OS thread", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Process();

    [GeneratedRegex(@"\bbad address '|(could not|couldn't|unable to|cannot|failed to) resolve (host|proxy)|temporary failure (in name resolution|resolving)|name or service not known|network is unreachable|no such host|\b(ENOTFOUND|EAI_AGAIN|ENETUNREACH)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Network();

    // Python, node and C++; git and shells; make; node and tsc; .NET.
    [GeneratedRegex(
        @"((?<denied>permission denied)|no such file or directory)(, \w+|:)? ['""[](?<subject>[^'""\]]+)['""\]]$|not a git repository: '?(?<subject>[^']+?)'?$|can't cd to (?<subject>.+?)(: .*)?$|no rule to make target ['`](?<subject>[^']+)'|no (?<makefile>(?<subject>makefile)) found"
        + @"|cannot find module '(?<subject>[^']+)'|could not find (file|a part of the path) '(?<subject>[^']+)'|access to the path '(?<subject>[^']+)' is (?<denied>denied)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Behind();

    [GeneratedRegex($@"({Quoted}|{Plain})(: (cannot|can't) \w+|: [^\s:]+: bad interpreter)?(:\s+(\[Errno \d+\] )?|\s+\(?){Words}", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex InFront();

    [GeneratedRegex("(?<creates>creat|touch|mkdir|output file)|writ|mov|delet|unlink|renam", RegexOptions.IgnoreCase)]
    private static partial Regex Changes();

    // They say of a program what others say of a file.
    [GeneratedRegex(@"^(\S*/)?(make(\[\d+\])?|env|xargs|nice): ['‘]?$")]
    private static partial Regex Runs();

    [GeneratedRegex(@"^(?<file>[^\s:()]+)[:(]\d+", RegexOptions.ExplicitCapture)]
    private static partial Regex Place();
}
