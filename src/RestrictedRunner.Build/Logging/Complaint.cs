using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>A path in a line that complains of it.</summary>
/// <param name="Name">As the line has it.</param>
/// <param name="InContainer">Absolute, without <c>.</c> and <c>..</c>.</param>
internal sealed record ComplainedPath(string Name, string InContainer);

/// <summary>What a line of a failed command's output complains of, in the words of the C library and of common tools.</summary>
internal static partial class Complaint
{
    private const string CallersFiles = "/.restricted-runner.";

    /// <summary>True when something is not there.</summary>
    public static bool IsOfAbsence(string line) => SaysThatItIsNotThere().IsMatch(line) && !SaysThatItIsThere().IsMatch(line);

    /// <summary>True when somebody may not do something.</summary>
    public static bool IsOfRights(string line) => line.Contains("permission denied", StringComparison.OrdinalIgnoreCase);

    /// <summary>True when nobody may write there.</summary>
    public static bool IsOfReadOnly(string line) => line.Contains("read-only file system", StringComparison.OrdinalIgnoreCase);

    /// <summary>True when something is looked for in vain, in the words of make, compilers and languages too.</summary>
    public static bool MissesSomething(string line) => IsOfAbsence(line) || (LooksInVain().IsMatch(line) && !SaysThatItIsThere().IsMatch(line));

    /// <summary>True when there is no way to another machine.</summary>
    public static bool IsOfNetwork(string line) => SaysThatNobodyAnswers().IsMatch(line);

    /// <summary>True when the kernel forbids what takes a capability.</summary>
    public static bool IsOfCapabilities(string line) => line.Contains("operation not permitted", StringComparison.OrdinalIgnoreCase);

    /// <summary>The paths that a line may name.</summary>
    /// <param name="line">The line.</param>
    /// <param name="workDir">Where relative names start; empty when not known.</param>
    public static IEnumerable<ComplainedPath> Paths(string line, string workDir) =>
        Name().Matches(line)
            .Select(match => match.Value)
            .Where(name => name.StartsWith('/') || workDir.Length > 0)
            .Select(name => new ComplainedPath(name, ContainerPaths.Normal(name.StartsWith('/') ? name : $"{workDir}/{name}")))
            .Where(path => !path.InContainer.StartsWith(CallersFiles, StringComparison.Ordinal));

    // A program that is not found ("sh: foo: not found") has no folder in its name; what has one may be of the host.
    [GeneratedRegex(@"no such file or directory|nonexistent|no makefile found|can't cd|can(no|')t (open|access|stat)|file not found|(?<=/[^\s:]*): (command )?not found", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex SaysThatItIsNotThere();

    [GeneratedRegex(@"no rule to make target|(cannot|can't|could not|couldn't|unable to) (find|locate|load|resolve) (module|file|import|import source|header|package|'|"")|no module named|no required module|does not exist|is not a valid (file|directory)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex LooksInVain();

    [GeneratedRegex(@"bad address|(could not|couldn't|unable to|cannot|failed to) (resolve|connect)|temporary failure (in name resolution|resolving)|name or service not known|network is (unreachable|down)|no such host|nodename nor servname|getaddrinfo|\b(ENOTFOUND|EAI_AGAIN|ENETUNREACH)\b|dial tcp|connection refused", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex SaysThatNobodyAnswers();

    // "can't open '/etc/shadow': Permission denied".
    [GeneratedRegex("denied|not permitted|is a directory|not a directory|read-only|busy", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SaysThatItIsThere();

    // In quotes it may hold blanks. What has neither a folder nor an ending is one only right in front of what is said of it.
    [GeneratedRegex(@"(?<=(^|\s)')[^']+(?=')|(?<=(^|\s)"")[^""]+(?="")|(?<=‘)[^’]+(?=’)|(?<![^\s:'""‘’`,;()])([^\s:'""‘’`,;()./]*[./][^\s:'""‘’`,;()]*|[^\s:'""‘’`,;()]+(?=: (permission denied|read-only file system|no such file)))", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
