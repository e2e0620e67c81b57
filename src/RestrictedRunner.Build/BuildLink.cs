using System.Globalization;
using Microsoft.Build.Framework;

namespace RestrictedRunner.Build;

/// <summary>
/// The connection of a worker node of MSBuild to the build that it works for. When the build is killed, a node cancels
/// what it runs; but one that is hit between two tasks may miss that and build on, task after task (MSBuild 18.9: 3 of 12
/// builds with <c>-m:3</c> and short <c>Exec</c> tasks, killed at random moments). The steps of such a node end here.
/// </summary>
internal sealed class BuildLink
{
    // The sockets of a machine are read in half a millisecond. No event tells of this one's end.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // MSBuild's node endpoint; only a worker node has one: https://github.com/dotnet/msbuild/blob/main/src/Shared/NamedPipeUtil.cs
    private static readonly string Endpoint = string.Create(CultureInfo.InvariantCulture, $"/MSBuild{Environment.ProcessId}");

    private readonly bool _wasConnected = IsConnected();

    /// <summary>The link of the build that a step belongs to, as it was at the build's first step in this node.</summary>
    public static BuildLink Of(IBuildEngine engine)
    {
        var key = typeof(BuildLink).FullName!;
        if (engine is not IBuildEngine4 build)
        {
            return new();
        }

        if (build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is not BuildLink link)
        {
            link = new();
            build.RegisterTaskObject(key, link, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }

        return link;
    }

    /// <summary>Calls back when the link is broken, now or until the watch is disposed of; null where there is none to watch.</summary>
    public Timer? Watch(Action onBroken) => _wasConnected ? new Timer(_ => Check(onBroken), null, TimeSpan.Zero, Pause) : null;

    private static void Check(Action onBroken)
    {
        if (!IsConnected())
        {
            onBroken();
        }
    }

    // https://man7.org/linux/man-pages/man5/proc_pid_net.5.html: the sixth field is the state, 03 is connected, the last one the path.
    private static bool IsConnected() =>
        File.Exists("/proc/net/unix")
        && File.ReadLines("/proc/net/unix").Any(line => line.EndsWith(Endpoint, StringComparison.Ordinal) && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, _, _, "03", ..]);
}
