using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace RestrictedRunner;

/// <summary>
/// A small shell process that outlives this one if this one is killed, and then removes what the step leaves: its
/// container, its temporary folder, its client. It learns of the end by the end of its standard input, which only this
/// process holds open. Not started on Windows.
/// </summary>
internal sealed class Reaper : IDisposable
{
    // Detached twice: in a session of its own, which neither a terminal's signals nor a kill of the process group
    // reach, and as nobody's child, so that who kills a tree of processes does not find it.
    private const string Launch = """exec 3<&0 </dev/null >/dev/null 2>&1; "$@" &""";

    // A client that runs a container is not killed before its container is gone: the engine would finish what the client
    // began, and nobody would know. Gives up after four seconds, with whatever an engine that hangs has kept waiting.
    private const string Script =
        """
        trap '' HUP INT QUIT TERM
        engine=$1 container=$2 folder=$3 client= phase=
        while read -r word value <&3; do
            if [ "$word" = done ]; then exit; fi
            phase=$word client=$value
        done
        (sleep 4; kill -9 "$client"; kill -9 -$$) &
        rm -rf "$folder"
        if [ "$phase" = pull ]; then kill "$client"; fi
        for environ in $(grep -lz "^RESTRICTED_RUNNER_PULL=$container\$" /proc/[0-9]*/environ); do
            pid=${environ#/proc/}
            kill "${pid%/environ}"
        done
        late=0
        while [ "$late" -lt 8 ] && [ -z "$("$engine" rm --force --volumes "$container")" ]; do
            kill -0 "$client" || late=$((late + 1))
            sleep 0.1
        done
        while [ -n "$client" ] && kill -0 "$client"; do sleep 0.1; done
        kill -9 -$$
        """;

    private static readonly string[] SetSid = OperatingSystem.IsWindows() ? [] : [.. new[] { "/usr/bin/setsid", "/bin/setsid" }.Where(File.Exists).Take(1)];

    private readonly Process? _process;

    /// <summary>Starts to watch over a container and a folder that do not exist yet.</summary>
    public Reaper(EngineProcess engine)
    {
        _process = OperatingSystem.IsWindows() ? null : Start(engine, Container, Folder);

        // The first line that is told compiles the code that tells it, which takes milliseconds; the next one, about a
        // client that has just been started, must not come late.
        Idle();
    }

    /// <summary>The step's container.</summary>
    public Container Container { get; } = Container.New();

    /// <summary>Path of the step's temporary folder.</summary>
    public string Folder { get; } = StepFiles.NewFolder();

    /// <summary>
    /// Environment of a client that pulls, by which the reaper finds it (in /proc) even when the build is killed before
    /// it could tell the client's number.
    /// </summary>
    public IReadOnlyDictionary<string, string?> PullEnvironment => new Dictionary<string, string?> { ["RESTRICTED_RUNNER_PULL"] = Container.Name };

    /// <summary>Tells which client pulls an image just now: it may be killed at any time.</summary>
    public void Pulls(int clientId) => Tell("pull", Number(clientId));

    /// <summary>Tells which client runs the container.</summary>
    public void Runs(int clientId) => Tell("run", Number(clientId));

    /// <summary>The client has ended: its number may soon be another process's.</summary>
    public void Idle() => Tell("idle", "");

    /// <summary>The step has ended and cleaned up after itself: the reaper ends.</summary>
    public void Dispose()
    {
        Tell("done", "");
        try
        {
            _process?.StandardInput.Dispose();
        }
        catch (IOException)
        {
            // It tries again to write what could not be told.
        }

        _process?.Dispose();
    }

    private static Process? Start(EngineProcess engine, Container container, string folder)
    {
        // Not by CliWrap, which ends the input with the process: this one is gone at once, and its child reads on.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/", RedirectStandardInput = true };
        foreach (var word in (string[])["-c", Launch, "sh", .. SetSid, "/bin/sh", "-c", Script, "restricted-runner-reaper", engine.ClientPath, container.Name, folder])
        {
            start.ArgumentList.Add(word);
        }

        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            // No shell, or no more processes: the step itself will tell, and the next build removes what it leaves.
            return null;
        }
    }

    private static string Number(int clientId) => clientId.ToString(CultureInfo.InvariantCulture);

    private void Tell(string word, string client)
    {
        try
        {
            _process?.StandardInput.Write($"{word} {client}\n");
            _process?.StandardInput.Flush();
        }
        catch (IOException)
        {
            // Somebody has killed the reaper. The step needs it only when this process is killed too.
        }
    }
}
