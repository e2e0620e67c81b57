namespace RestrictedRunner.Build;

/// <summary>Tells of an exit code which signal it stands for: a shell says so of what it runs, of a single program nobody does.</summary>
internal static class SignalEnd
{
    // POSIX, Shell Command Language, 2.8.2: more than 128. By that much all shells and engines mean the signal's number.
    private const int Base = 128;

    // https://man7.org/linux/man-pages/man7/signal.7.html
    private static readonly Dictionary<int, string> Names = new()
    {
        [4] = "SIGILL",
        [5] = "SIGTRAP",
        [6] = "SIGABRT",
        [7] = "SIGBUS",
        [8] = "SIGFPE",
        [9] = "SIGKILL",
        [11] = "SIGSEGV",
        [13] = "SIGPIPE",
        [15] = "SIGTERM",
        [24] = "SIGXCPU",
        [25] = "SIGXFSZ",
        [31] = "SIGSYS",
    };

    /// <summary>The sentence for an error; empty for another code.</summary>
    public static string Hint(int exitCode) =>
        Names.TryGetValue(exitCode - Base, out var name) ? $"That is the code of a program which signal {exitCode - Base} ({name}) has ended." : "";
}
