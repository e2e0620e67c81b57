using System.Globalization;
using System.Text.RegularExpressions;
using RestrictedRunner.Build.Hosts;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>
/// The connection of a node of MSBuild, a worker or its server, to the build that it works for. When the build is killed,
/// a node ends or cancels what it runs; but one that is hit at the wrong moment misses that and builds on, task after task
/// (MSBuild 18.9: workers of 3 of 12 builds with <c>-m:3</c> and short <c>Exec</c> tasks, killed at random moments; the
/// server in 3 of 38 whose client was killed as its step began). The steps of such a node end here.
/// </summary>
internal sealed partial class BuildLink
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

    // POLLHUP: https://man7.org/linux/man-pages/man2/poll.2.html
    private const short HungUp = 0x10;

    // A look costs some microseconds. Nothing else tells of the end at once: MSBuild cancels a step in the same way when
    // the build goes on that it belongs to, and closes its own end up to a second later.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly IReadOnlyList<OwnSocket> _connections;

    private BuildLink(IReadOnlyList<OwnSocket> connections) => _connections = connections;

    /// <summary>The build is gone.</summary>
    public bool IsBroken => _connections.All(HasHungUp);

    /// <summary>The link of this process; null where it is no node, or the system does not tell.</summary>
    public static BuildLink? Find() => FindConnections() is { } connections ? new(connections) : null;

    /// <summary>Calls back when the link is broken, now or until the watch is disposed of.</summary>
    public Timer Watch(Action onBroken) => new(_ => Check(onBroken), null, TimeSpan.Zero, Pause);

    private void Check(Action onBroken)
    {
        try
        {
            if (IsBroken)
            {
                onBroken();
            }
        }
        catch (ObjectDisposedException)
        {
            // The step has ended while this was on its way; on a timer's thread it would end the node.
        }
    }

    private static bool HasHungUp(OwnSocket socket)
    {
        var question = new LibC.PollQuestion { File = socket.File };
        return LinkOf(socket.File) != socket.Link || (LibC.Poll(ref question, count: 1, milliseconds: 0) > 0 && (question.Answer & HungUp) != 0);
    }

    // None where the build has gone before; null where this process is no node.
    private static List<OwnSocket>? FindConnections()
    {
        var ofNodes = All().Where(socket => socket.Length > Name && NameOfNode().IsMatch(socket[Name])).ToList();
        if (ofNodes.Count == 0)
        {
            return null;
        }

        // A connection has the name of the one that listens.
        var own = OwnSockets();
        return ofNodes.Find(socket => socket[Flags] == Listening && own.ContainsKey(Link(socket))) is { } node
            ? [.. ofNodes.Where(socket => socket[Name] == node[Name] && socket[State] == Connected && own.ContainsKey(Link(socket))).Select(socket => new OwnSocket(own[Link(socket)], Link(socket)))]
            : null;
    }

    private static IEnumerable<string[]> All() =>
        File.Exists(Sockets) ? File.ReadLines(Sockets).Select(line => line.Split(' ', Name + 1, StringSplitOptions.RemoveEmptyEntries)) : [];

    private static Dictionary<string, int> OwnSockets()
    {
        var files = new Dictionary<string, int>();
        foreach (var entry in Directory.EnumerateFileSystemEntries(OwnFiles))
        {
            var file = int.Parse(Path.GetFileName(entry), CultureInfo.InvariantCulture);
            if (LinkOf(file) is { } link)
            {
                files[link] = file;
            }
        }

        return files;
    }

    private static string Link(string[] socket) => $"socket:[{socket[Inode]}]";

    private static string? LinkOf(int file) => new FileInfo(Path.Combine(OwnFiles, file.ToString(CultureInfo.InvariantCulture))).LinkTarget;

    // https://github.com/dotnet/msbuild/blob/main/src/Shared/NamedPipeUtil.cs and its callers.
    [GeneratedRegex(@"/MSBuild(\d+|Server-[^/]+)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex NameOfNode();

    /// <summary>A socket of this process.</summary>
    /// <param name="File">Number of the open file. When that is closed, another one may get it.</param>
    /// <param name="Link">What the system calls the socket, which no other one is called.</param>
    private sealed record OwnSocket(int File, string Link);
}
