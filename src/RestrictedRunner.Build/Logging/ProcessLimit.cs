using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>Tells of a failed command that the step's own limit let it start no more processes: what it says itself sounds like the machine's.</summary>
internal static partial class ProcessLimit
{
    /// <summary>The sentence for an error; empty when nothing points that way.</summary>
    /// <param name="options">The step.</param>
    /// <param name="lastLines">The last lines of its output.</param>
    public static string Hint(StepOptions options, string lastLines) =>
        options.PidsLimit > 0 && SaysThatNoneStarts().IsMatch(lastLines)
            ? $"The step's PidsLimit is {options.PidsLimit} processes and threads at once; raise it, or let the command start fewer (make -j)."
            : "";

    // EAGAIN of fork and pthread_create in the words of libc, dash, the JVM, Python and Go.
    [GeneratedRegex(@"Resource temporarily unavailable|\bcannot fork\b|unable to create native thread|can't start new thread|failed to create new OS thread", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SaysThatNoneStarts();
}
