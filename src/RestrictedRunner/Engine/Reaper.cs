using System.ComponentModel;
using System.Diagnostics;
using RestrictedRunner.Commands;
using RestrictedRunner.Host;

namespace RestrictedRunner.Engine;

/// <summary>
/// A small shell process that outlives this one if this one is killed, and then removes what the step leaves: its
/// container, its temporary folder, its client. It learns of the end by the end of its standard input, which only this
/// process holds open. Not started on Windows.
/// </summary>
internal sealed class Reaper : IDisposable
{
    // Detached twice: in a session of its own, which neither a terminal's signals nor a kill of the process group
    // reach, and as nobody's child, so that who kills a tree of processes does not find it.
    private const string Launch = """exec 3<&0 4>&1 </dev/null >/dev/null 2>&1; "$@" &""";

    // The files go first: without the script, its mount, a start under way fails at once and is not waited for (three at
    // once, in their starts: all gone after 1.31 s of 1.44, averages of 74 and 48 kills). They go last too: a client that is
    // just starting may have put its file with the container's id there meanwhile.
    // Clients are found in /proc, because whatever they are told, a build may be killed before: those that run the
    // container by its name and its owner's label among their words, which no others have (docker rm, logs -f), those
    // that pull by their environment. Docker's, which run, are killed at once: they would go on from the creation to the
    // start of a container, which takes the engine longer than all the rest. Podman's (see MayBeKilled) end by themselves
    // when the container is gone, or are killed after three seconds, with whatever an engine that hangs has kept waiting;
    // a last try has another second.
    // Of a client that was killed a container may come within a second, which four looks take. One that is seen to end
    // by itself is through with it then: two looks. One that the engine is removing needs one more, to see it through.
    // They are no closer together because each costs a tenth of a second of a processor, which the engine needs to get
    // done with what it was asked for.
    private const string Script =
        """
        trap '' HUP INT QUIT TERM PIPE
        PATH=$PATH:/usr/bin:/bin
        engine=$1 container=${2#*=} folder=$3 owner=$4 kills=$5
        echo watching >&4
        if read -r done <&3; then exit; fi
        numbers() {
            for file; do
                file=${file#/proc/}
                echo "${file%%/*}"
            done
        }
        pulls() { numbers $(grep -lzx -e "^RESTRICTED_RUNNER_PULL=$container\$" /proc/[0-9]*/environ); }
        runs() { numbers $(grep -lzxF -e "$owner" $(grep -lzx -e "^$container\$" /proc/[0-9]*/cmdline)); }
        (sleep 3 && { kill -9 $(runs) $(pulls); "$engine" rm --force --volumes "$container" & sleep 1; rm -rf "$folder"; kill -9 -$$; }) &
        rm -rf "$folder"
        if [ "$kills" ]; then kill -9 $(runs); fi
        kill $(pulls) &
        end=absent looks=4
        while [ "$looks" -gt 0 ]; do
            answer=$("$engine" rm --force --volumes "$container" 2>&1)
            if echo "$answer" | grep -qx -e "$container"; then end=removed; break; fi
            case $answer in *'is already in progress'*) end=removed looks=2 ;; esac
            if [ -n "$(runs)" ]; then looks=2; else looks=$((looks - 1)); fi
            sleep 0.3
        done
        while [ -n "$(runs)$(pulls)" ]; do sleep 0.1; done
        rm -rf "$folder"
        echo "$end" >&4
        kill -9 -$$
        """;

    // Its watchdog ends it before.
    private static readonly TimeSpan LongestReaping = TimeSpan.FromSeconds(6);

    private readonly Process? _process;
    private bool _takesOver;

    /// <summary>Starts to watch over a container and a folder that do not exist yet.</summary>
    public Reaper(EngineProcess engine)
    {
        Container = Container.New(RunFiles.IdFile(Folder));
        _process = OperatingSystem.IsWindows() ? null : Start(engine, Container, Folder);
    }

    /// <summary>The step's container.</summary>
    public Container Container { get; private set; }

    /// <summary>Path of the step's temporary folder.</summary>
    public string Folder { get; } = RunFiles.NewFolder();

    /// <summary>Environment of a client that pulls, by which the reaper finds it.</summary>
    public IReadOnlyDictionary<string, string?> PullEnvironment => new Dictionary<string, string?> { ["RESTRICTED_RUNNER_PULL"] = Container.Name };

    /// <summary>The client cannot write the file that tells of the container's creation: it runs as somebody else, or sees other files.</summary>
    public void DoWithoutIdFile() => Container = Container with { IdFile = "" };

    /// <summary>The engine did not remove the container in time: the reaper goes on trying when this one is disposed of.</summary>
    public void TakeOver() => _takesOver = true;

    /// <summary>
    /// Nobody waits for the step any more, though this process lives: the reaper does what it would do after this
    /// process's end, in less time than a process that has never stopped a step.
    /// </summary>
    /// <returns>
    /// What became of the container of a client that has ended: absent also where the engine does not answer. Unknown when
    /// the reaper was not through in time, or there is none, and the client may still run.
    /// </returns>
    public async Task<Removal> ReapAsync()
    {
        if (_process is null)
        {
            return Removal.Unknown;
        }

        TakeOver();
        _process.StandardInput.Dispose();
        try
        {
            return await _process.StandardOutput.ReadLineAsync().WaitAsync(LongestReaping).ConfigureAwait(false) switch
            {
                "removed" => Removal.Removed,
                "absent" => Removal.Absent,
                _ => Removal.Unknown,
            };
        }
        catch (TimeoutException)
        {
            return Removal.Unknown;
        }
    }

    /// <summary>The step has ended and cleaned up after itself: the reaper ends.</summary>
    public void Dispose()
    {
        try
        {
            if (!_takesOver)
            {
                _process?.StandardInput.WriteLine("done");
            }

            _process?.StandardInput.Dispose();
        }
        catch (IOException)
        {
            // Somebody has killed the reaper. The step needs it only when this process is killed too.
        }

        _process?.Dispose();
    }

    private static Process? Start(EngineProcess engine, Container container, string folder)
    {
        // Not by CliWrap, which ends the input with the process: this one is gone at once, and its child reads on.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/", RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var word in (string[])["-c", Launch, "sh", .. OwnSession.Words, "/bin/sh", "-c", Script, "restricted-runner-reaper", engine.ClientPath, $"container={container.Name}", folder, Container.OwnedByThisProcess, engine.MayBeKilled ? "kills" : ""])
        {
            start.ArgumentList.Add(word);
        }

        try
        {
            var process = Process.Start(start)!;

            // What kills the process group together with this process kills a reaper that has not left it yet: nothing
            // may be made before. A line comes after 2 ms, or the end of a reaper that was killed.
            _ = process.StandardOutput.ReadLine();
            return process;
        }
        catch (Win32Exception)
        {
            // No shell, or no more processes: the step itself will tell, and the next build removes what it leaves.
            return null;
        }
    }
}
