using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>
/// The connection of a node of MSBuild, a worker or its server, to the build that it works for. When the build is killed,
/// a node ends or cancels what it runs; but one that is hit at the wrong moment misses that and builds on, task after task
/// (MSBuild 18.9: workers of 3 of 12 builds with <c>-m:3</c> and short <c>Exec</c> tasks, killed at random moments; the
/// server in 3 of 38 whose client was killed as its step began). The steps of such a node end here.
/// </summary>
internal static partial class BuildLink
{
    // https://man7.org/linux/man-pages/man5/proc_pid_net.5.html
    private const string Sockets = "/proc/net/unix";
    private const string OwnFiles = "/proc/self/fd";
    private const int Flags = 3;
    private const int State = 5;
    private const int Inode = 6;
    private const int Name = 7;
    private const string Listening = "00010000";
    private const string Connected = "03";

    // The sockets of a machine are read in half a millisecond. No event tells of this one's end.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Calls back when the link is broken, now or until the watch is disposed of; null where there is none to watch.</summary>
    public static Timer? Watch(Action onBroken) =>
        FindEndpoint() is { } endpoint ? new Timer(_ => Check(endpoint, onBroken), null, TimeSpan.Zero, Pause) : null;

    private static void Check(string endpoint, Action onBroken)
    {
        try
        {
            if (!Named(endpoint).Any(socket => socket[State] == Connected))
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

    // What this process listens on; null where it is no node.
    private static string? FindEndpoint()
    {
        var listening = All().Where(socket => socket[Flags] == Listening && socket.Length > Name && NameOfNode().IsMatch(socket[Name])).ToList();
        if (listening.Count == 0)
        {
            return null;
        }

        var own = new DirectoryInfo(OwnFiles).EnumerateFileSystemInfos().Select(file => file.LinkTarget).ToHashSet();
        return listening.Find(socket => own.Contains($"socket:[{socket[Inode]}]"))?[Name];
    }

    // The one that listens, and the connection while there is one, which has the same name.
    private static IEnumerable<string[]> Named(string endpoint) => All().Where(socket => socket.Length > Name && socket[Name] == endpoint);

    private static IEnumerable<string[]> All() =>
        File.Exists(Sockets) ? File.ReadLines(Sockets).Select(line => line.Split(' ', Name + 1, StringSplitOptions.RemoveEmptyEntries)) : [];

    // https://github.com/dotnet/msbuild/blob/main/src/Shared/NamedPipeUtil.cs and its callers.
    [GeneratedRegex(@"/MSBuild(\d+|Server-[^/]+)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex NameOfNode();
}
