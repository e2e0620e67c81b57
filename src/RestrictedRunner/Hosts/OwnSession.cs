namespace RestrictedRunner.Hosts;

/// <summary>
/// Starts programs so that a terminal does not reach them. It sends Ctrl-C and its own end to all that belong to it, and a
/// client hands such a signal on to the command, which is to get the one that we send.
/// </summary>
internal static class OwnSession
{
    // Of util-linux or busybox. It becomes the program, which so has the number of the process that was started.
    private const string Setsid = "setsid";

    // macOS has no setsid. With job control (set -m) a program in the background has a process group of its own, which a
    // terminal's signals do not reach, and keeps its standard input. The shell waits for it, whatever it is sent itself, and
    // says nothing of its end.
    private const string Group =
        """
        set -m
        trap '' HUP INT QUIT TSTP
        "$@" &
        exec 2>/dev/null
        wait "$!"
        """;

    // A PATH may lack the system's own folders.
    private static readonly string[] Usual = ["/usr/bin", "/bin"];

    /// <summary>
    /// Words in front of a program's; none where there is no <c>setsid</c> on Linux, and on Windows, where a program without a
    /// window has a console of its own.
    /// </summary>
    public static IReadOnlyList<string> Words(Host host) =>
        host.Setsid is { } setsid ? [setsid]
        : host.Kind == HostKind.MacOS ? ["/bin/bash", "-c", Group, "bash"]
        : [];

    /// <summary>Path of <c>setsid</c>, or null.</summary>
    public static string? FindSetsid(Host host) =>
        host.Kind == HostKind.Linux ? host.SearchPath.Concat(Usual).Select(folder => Path.Combine(folder, Setsid)).FirstOrDefault(File.Exists) : null;
}
