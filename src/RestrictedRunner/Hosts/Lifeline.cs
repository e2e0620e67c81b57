namespace RestrictedRunner.Hosts;

/// <summary>
/// Starts a short program that ends when this process does, also when that is killed: an engine that hangs would hold its
/// client for as long as it likes. Not on Windows.
/// </summary>
internal static class Lifeline
{
    // Standard input is held open by this process alone, and ends with it. While the shell lives the program's number is
    // no other's; by then it has ended what waits for the input. A client may be a script with a client of its own: all
    // of a session of ours is one process group, and where there is no such session the program alone is ended.
    private const string Script =
        """
        exec 3<&0
        "$@" </dev/null 3<&- &
        program=$!
        (read -r line; kill -9 -$$ || kill -9 "$program") <&3 >/dev/null 2>&1 &
        wait "$program"
        code=$?
        exec 2>/dev/null
        kill -9 "$!"
        exit "$code"
        """;

    /// <summary>Words in front of a program's, whose standard input they make empty.</summary>
    public static IReadOnlyList<string> Words(Host host) => host.IsWindows ? [] : ["/bin/sh", "-c", Script, "sh"];
}
