namespace RestrictedRunner.Host;

/// <summary>
/// Starts programs in sessions of their own. A terminal sends Ctrl-C and its own end to all that belong to it, and a
/// client hands such a signal on to the command, which is to get the one that we send.
/// </summary>
internal static class OwnSession
{
    // Of util-linux or busybox. It becomes the program, which so has the number of the process that was started.
    private const string Program = "setsid";

    // A PATH may lack the system's own folders.
    private static readonly string[] Usual = ["/usr/bin", "/bin"];

    /// <summary>Words in front of a program's; none on Windows, and where there is no <c>setsid</c>.</summary>
    public static IReadOnlyList<string> Words { get; } = OperatingSystem.IsWindows() ? [] : Find();

    private static string[] Find() =>
        [.. (HostEnvironment.SearchPath ?? "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified).Concat(Usual).Select(folder => Path.Combine(folder, Program)).Where(File.Exists).Take(1)];
}
