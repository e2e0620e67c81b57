using System.Globalization;

namespace RestrictedRunner.Build;

/// <summary>
/// The connection of a worker node of MSBuild to the build that it works for. When the build is killed, a node cancels
/// what it runs; but one that is hit at the wrong moment misses that and builds on, task after task (MSBuild 18.9: 3 of
/// 12 builds with <c>-m:3</c> and short <c>Exec</c> tasks, killed at random moments). The steps of such a node end here.
/// </summary>
internal static class BuildLink
{
    // https://man7.org/linux/man-pages/man5/proc_pid_net.5.html
    private const string Sockets = "/proc/net/unix";
    private const int State = 5;
    private const string Connected = "03";

    // The sockets of a machine are read in half a millisecond. No event tells of this one's end.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // What a worker node listens on; no other process of MSBuild does:
    // https://github.com/dotnet/msbuild/blob/main/src/Shared/NamedPipeUtil.cs
    private static readonly string Endpoint = string.Create(CultureInfo.InvariantCulture, $"/MSBuild{Environment.ProcessId}");

    /// <summary>Calls back when the link is broken, now or until the watch is disposed of; null where there is none to watch.</summary>
    public static Timer? Watch(Action onBroken) =>
        States() is { Count: > 0 } ? new Timer(_ => Check(onBroken), null, TimeSpan.Zero, Pause) : null;

    private static void Check(Action onBroken)
    {
        try
        {
            if (States() is { Count: > 0 } states && !states.Contains(Connected))
            {
                onBroken();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // On a timer's thread it would end the node. No more files may be opened now: the next look may work. Or the
            // step has ended while this was on its way.
        }
    }

    // Of the socket that listens, and of the connection while there is one.
    private static List<string> States() => File.Exists(Sockets)
        ? [.. File.ReadLines(Sockets).Where(line => line.EndsWith(Endpoint, StringComparison.Ordinal)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[State])]
        : [];
}
